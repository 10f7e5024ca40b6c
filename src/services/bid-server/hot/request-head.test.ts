import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INCOMPLETE, RequestHead } from './request-head.ts';

function parse(text: string, head = new RequestHead()): number {
  const bytes = Buffer.from(text, 'latin1');
  return head.parse(bytes, 0, bytes.length, 1_000, 10);
}

const request = (...headers: string[]) =>
  `POST /b HTTP/1.1\r\nHost: h\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;

test('a head is read up to its empty line, byte by byte the same', () => {
  const text = request('Content-Length: 12', 'Accept-Encoding: gzip, deflate', 'content-encoding: GZIP');
  const head = new RequestHead();
  for (let length = 0; length < text.length; length += 1)
    assert.equal(parse(text.slice(0, length), head), INCOMPLETE, text.slice(0, length));
  assert.equal(parse(`${text}{"id":"1"}`, head), text.length);
  const { contentLength, chunked, keepAlive, coding, acceptsGzip, isPost, expectsContinue } = head;
  assert.deepEqual(
    { contentLength, chunked, keepAlive, coding, acceptsGzip, isPost, expectsContinue },
    {
      contentLength: 12,
      chunked: false,
      keepAlive: true,
      coding: 'gzip',
      acceptsGzip: true,
      isPost: true,
      expectsContinue: false,
    },
  );
});

test('what one head said is forgotten by the next', () => {
  const head = new RequestHead();
  parse(request('Transfer-Encoding: chunked', 'Connection: close', 'Expect: 100-continue'), head);
  assert.deepEqual([head.chunked, head.keepAlive, head.expectsContinue], [true, false, true]);
  assert.ok(parse(request('Content-Length: 1'), head) > 0);
  assert.deepEqual([head.chunked, head.keepAlive, head.expectsContinue], [false, true, false]);
});

const REFUSED: readonly [string, string, number][] = [
  ['a repeated length', request('Content-Length: 5', 'Content-Length: 6'), 400],
  ['a repeated length, though the same', request('Content-Length: 5', 'content-length: 5'), 400],
  ['a list of lengths', request('Content-Length: 5, 5'), 400],
  ['a signed length', request('Content-Length: +5'), 400],
  ['a hexadecimal length', request('Content-Length: 0x5'), 400],
  ['an empty length', request('Content-Length: '), 400],
  ['a length of thirteen digits', request('Content-Length: 1000000000000'), 400],
  ['a length and chunks', request('Content-Length: 5', 'Transfer-Encoding: chunked'), 400],
  ['chunks and a length', request('Transfer-Encoding: chunked', 'Content-Length: 5'), 400],
  ['chunked twice', request('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'), 400],
  ['another transfer coding', request('Transfer-Encoding: gzip, chunked'), 400],
  ['a transfer coding that looks like ours', request('Transfer-Encoding: "chunked"'), 400],
  ['chunks under HTTP/1.0', 'POST /b HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
  ['a space before the colon', request('Content-Length : 5'), 400],
  ['a folded line', request('X-A: 1', ' folded'), 400],
  ['a line folded by a tab', request('X-A: 1', '\tfolded'), 400],
  ['a header without a name', request(': 1'), 400],
  ['a header without a colon', request('Content-Length'), 400],
  ['a name that is no token', request('X(A): 1'), 400],
  ['a name with a byte above 127', request('X\xe9: 1'), 400],
  ['a NUL in a value', request('X-A: a\0b'), 400],
  ['a NUL in a name', request('X\0A: b'), 400],
  ['a bare carriage return in a value', request('X-A: a\rb'), 400],
  ['a bare line feed', 'POST /b HTTP/1.1\nHost: h\n\n', 400],
  ['a bare line feed after a header', 'POST /b HTTP/1.1\r\nHost: h\n\r\n', 400],
  ['two hosts', request('Host: other'), 400],
  ['no host', 'POST /b HTTP/1.1\r\n\r\n', 400],
  ['two content codings', request('Content-Encoding: gzip', 'Content-Encoding: gzip'), 400],
  ['another expectation', request('Expect: 200-ok'), 417],
  ['two spaces in the request line', 'POST  /b HTTP/1.1\r\nHost: h\r\n\r\n', 400],
  ['no method', ' /b HTTP/1.1\r\nHost: h\r\n\r\n', 400],
  ['no target', 'POST HTTP/1.1\r\nHost: h\r\n\r\n', 400],
  ['a target of another form', 'POST http://h/b HTTP/1.1\r\nHost: h\r\n\r\n', 400],
  ['a target with a control byte', 'POST /\x01 HTTP/1.1\r\nHost: h\r\n\r\n', 400],
  ['a version that is no version', 'POST /b HTTQ/1.1\r\nHost: h\r\n\r\n', 400],
  ['a version of the future', 'POST /b HTTP/1.2\r\nHost: h\r\n\r\n', 505],
  ['the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['eleven headers', request(...Array.from({ length: 10 }, (_, index) => `X-${index}: 1`)), 431],
  ['a head of more bytes', request(`X-A: ${'a'.repeat(1_000)}`), 431],
  ['a head of more bytes that has not ended', `POST /${'b'.repeat(1_000)}`, 431],
];

for (const [name, text, status] of REFUSED)
  test(`refused with ${status}: ${name}`, () => assert.equal(parse(text), -status));

test('a head of ten headers and a thousand bytes is read', () => {
  assert.ok(parse(request(...Array.from({ length: 9 }, (_, index) => `X-${index}: 1`))) > 0);
  const rest = 1_000 - request('X-A: ').length;
  assert.ok(parse(request(`X-A: ${'a'.repeat(rest)}`)) > 0);
});

test('gzip is accepted unless its weight is zero', () => {
  const accepts = (value: string) => {
    const head = new RequestHead();
    parse(request(`Accept-Encoding: ${value}`), head);
    return head.acceptsGzip;
  };
  for (const value of ['gzip', 'br, GZIP', 'deflate, gzip;q=0.5', 'x-gzip', 'gzip ; q=1'])
    assert.equal(accepts(value), true, value);
  for (const value of ['', 'br', 'gzip;q=0', 'gzip; q=0.000', 'identity'])
    assert.equal(accepts(value), false, value);
});
