import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseReader } from './response-reader.ts';

const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n';
const NONE = 'HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n';

for (const [name, text, status, body] of [
  ['a body by length', LENGTH, 200, 'hello'],
  ['a body in chunks', CHUNKED, 200, 'hello'],
  ['no body', NONE, 204, ''],
] as const) {
  test(`${name} reads the same whole and byte by byte, twice on one connection`, () => {
    const reader = new ResponseReader();
    for (let turn = 0; turn < 2; turn += 1) {
      const whole = reader.push(Buffer.from(text));
      assert.ok(typeof whole === 'object');
      assert.deepEqual([whole.status, whole.body.toString(), whole.keepAlive], [status, body, true]);
      const bytes = [...Buffer.from(text)];
      const last = bytes.pop()!;
      for (const byte of bytes) assert.equal(reader.push(Buffer.from([byte])), undefined);
      assert.deepEqual(reader.push(Buffer.from([last])), whole);
    }
  });
}

test('a closing server is seen as one', () => {
  const read = new ResponseReader().push(
    Buffer.from('HTTP/1.1 503 X\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
  );
  assert.deepEqual(read, { status: 503, body: Buffer.alloc(0), keepAlive: false, end: 56 });
});

test('what is not one response is malformed', () => {
  for (const text of [
    'SSH-2.0-x\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    `${NONE}HTTP`,
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n',
  ]) {
    assert.equal(new ResponseReader().push(Buffer.from(text)), 'malformed', text);
  }
  const reader = new ResponseReader();
  assert.equal(reader.push(Buffer.alloc(2_000_000, 'x')), 'malformed');
});
