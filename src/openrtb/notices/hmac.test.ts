import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { HmacKey } from './hmac.ts';

const ascii = fc.string({
  unit: fc.integer({ min: 1, max: 127 }).map((code) => String.fromCharCode(code)),
  maxLength: 300,
});

function words(bytes: Buffer): number[] {
  return Array.from({ length: 8 }, (_, i) => bytes.readInt32BE(i * 4));
}

test('notices/hmac equals node:crypto for every key, start and end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), ascii, ascii, (key, start, end) => {
      const out = new Int32Array(8);
      new HmacKey(key).startingWith(start).finish(end, out);
      const padded = Buffer.alloc(Math.max(1, Math.ceil(start.length / 64)) * 64);
      padded.write(start, 'latin1');
      const expected = createHmac('sha256', key).update(padded).update(end, 'latin1').digest();
      assert.deepEqual([...out], words(expected));
    }),
  );
});

test('notices/hmac: ends of 55, 56, 63, 64 and 65 characters, where the padding changes shape', () => {
  const key = new Uint8Array(32).fill(7);
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128]) {
    const end = 'x'.repeat(length);
    const out = new Int32Array(8);
    new HmacKey(key).startingWith('start').finish(end, out);
    const padded = Buffer.alloc(64);
    padded.write('start', 'latin1');
    assert.deepEqual(
      [...out],
      words(createHmac('sha256', key).update(padded).update(end).digest()),
      `${length}`,
    );
  }
});

test('notices/hmac: a start can be used again and again, and another key gives another code', () => {
  const start = new HmacKey(new Uint8Array(32).fill(1)).startingWith('a');
  const first = new Int32Array(8);
  const again = new Int32Array(8);
  start.finish('x', first);
  start.finish('y', again);
  assert.notDeepEqual([...first], [...again]);
  start.finish('x', again);
  assert.deepEqual([...first], [...again]);
  new HmacKey(new Uint8Array(32).fill(2)).startingWith('a').finish('x', again);
  assert.notDeepEqual([...first], [...again]);
});
