import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { crc32c } from './crc32c.ts';

test('CRC-32C gives the values of RFC 3720 (B.4)', () => {
  const of = (bytes: Uint8Array) => crc32c(bytes, 0, bytes.length).toString(16);
  assert.equal(of(new Uint8Array(32)), '8a9136aa');
  assert.equal(of(new Uint8Array(32).fill(0xff)), '62a8ab43');
  assert.equal(of(Uint8Array.from({ length: 32 }, (_unused, index) => index)), '46dd794e');
  assert.equal(of(Buffer.from('123456789')), 'e3069283');
});

test('CRC-32C is the same bit by bit, wherever it begins', () => {
  const bitwise = (bytes: Uint8Array) => {
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: 60 }), (bytes, from) => {
      const start = Math.min(from, bytes.length);
      assert.equal(crc32c(bytes, start, bytes.length), bitwise(bytes.subarray(start)));
    }),
  );
});
