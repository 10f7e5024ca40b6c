import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GrowingBuffer } from './bytes.ts';
import { CHUNKS_GO_ON, ChunkedBody } from './chunked-body.ts';

/** The body and what `take` answered last, for a text in pieces of `size` bytes. */
function read(text: string, size: number): { body: string; last: number } {
  const chunks = new ChunkedBody();
  const body = new GrowingBuffer();
  const bytes = Buffer.from(text, 'latin1');
  chunks.start();
  let last: number = CHUNKS_GO_ON;
  for (let at = 0; at < bytes.length && last === CHUNKS_GO_ON; at += size)
    last = chunks.take(bytes, at, Math.min(bytes.length, at + size), body, 64);
  return { body: body.bytes.toString('latin1', 0, body.length), last };
}

test('chunks are put together, whatever pieces they come in', () => {
  const text = '5\r\nhello\r\n00A\r\n, chunks!!\r\n0\r\n\r\nnext';
  for (let size = 1; size <= text.length; size += 1) {
    const { body, last } = read(text, size);
    assert.deepEqual([body, last], ['hello, chunks!!', text.length - 4], `pieces of ${size}`);
  }
});

test('a body that has not ended goes on', () => {
  assert.deepEqual(read('5\r\nhello\r\n0\r\n\r', 3), { body: 'hello', last: CHUNKS_GO_ON });
});

const REFUSED: readonly [string, string, number][] = [
  ['no size', '\r\n\r\n', 400],
  ['a size that is not hexadecimal', 'g\r\n', 400],
  ['a sign', '+5\r\nhello\r\n', 400],
  ['a prefix', '0x5\r\nhello\r\n', 400],
  ['a space', '5 \r\nhello\r\n', 400],
  ['an extension', '5;a=b\r\nhello\r\n', 400],
  ['nine digits', '000000005\r\nhello\r\n', 400],
  ['a bare line feed after the size', '5\nhello\r\n', 400],
  ['a bare line feed after the data', '5\r\nhello\n0\r\n\r\n', 400],
  ['data longer than its size', '4\r\nhello\r\n', 400],
  ['a trailer', '0\r\nX-A: 1\r\n\r\n', 400],
  ['a carriage return without its line feed', '5\r\rhello', 400],
  ['more than allowed', '41\r\n', 413],
  ['more than allowed in sum', `20\r\n${'a'.repeat(32)}\r\n21\r\n`, 413],
];

for (const [name, text, status] of REFUSED)
  test(`refused with ${status}: ${name}`, () => {
    for (const size of [1, text.length]) assert.equal(read(text, size).last, -status);
  });
