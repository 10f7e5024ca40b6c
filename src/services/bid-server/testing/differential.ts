import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { RandomStream } from '../../../kernel/index.ts';
import { FakeClient, fakeServer } from './fake-client.ts';

/** One request as a server understood it. Headers as `name: value`, sorted; a bid's are not handed on. */
export interface Understood {
  readonly method: string;
  readonly path: string;
  readonly headers: string;
  readonly body: string;
}

const BID_PATH = /^\/openrtb2\/bid\//;

/** What our server makes of the bytes, sent in these pieces. */
export async function readByUs(pieces: readonly Buffer[]): Promise<readonly Understood[]> {
  const seen: Understood[] = [];
  const server = fakeServer({
    bid: (path, body) => {
      seen.push({ method: 'POST', path, headers: '', body: body.toString('latin1') });
      return { status: 204 };
    },
    other: async ({ method, target, headers, body }) => {
      const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
      seen.push(understood(method, target, lines, Buffer.from(body).toString('latin1')));
      return { status: 204 };
    },
  });
  await sendAll(server.connect(), pieces);
  return seen;
}

/** Node's own server, the oracle. */
export class NodeReader {
  readonly #server = createServer({ keepAliveTimeout: 0 });
  #seen: Understood[] = [];

  constructor() {
    this.#server.on('request', (request, response) => {
      const seen = this.#seen;
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => {});
      request.on('end', () => {
        const { method = '', url = '', rawHeaders } = request;
        seen.push(understood(method, url, joined(rawHeaders), Buffer.concat(chunks).toString('latin1')));
        response.statusCode = 204;
        response.end();
      });
    });
    // Not at once: a request that was whole before the error still has to arrive.
    this.#server.on('clientError', (_error, socket) => setImmediate(() => socket.destroy()));
  }

  async read(pieces: readonly Buffer[]): Promise<readonly Understood[]> {
    const seen: Understood[] = [];
    this.#seen = seen;
    const client = new FakeClient();
    client.on('error', () => {});
    this.#server.emit('connection', client);
    await sendAll(client, pieces);
    client.destroy();
    // Other methods than POST on the bid route are answered 405 by us, and reach no application.
    return seen.filter(({ method, path }) => method === 'POST' || !BID_PATH.test(path));
  }
}

/** Repeated headers as one, in the way of our server, as Node drops or joins them by name. */
function joined(rawHeaders: readonly string[]): readonly string[] {
  const headers = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return [...headers].map(([name, value]) => `${name}: ${value}`);
}

function understood(method: string, target: string, lines: readonly string[], body: string): Understood {
  const isBid = BID_PATH.test(target) && method === 'POST';
  const path = isBid ? target.split('?', 1)[0]! : target;
  return { method, path, headers: isBid ? '' : [...lines].sort().join('\n'), body };
}

async function sendAll(client: FakeClient, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    if (client.destroyed) break;
    client.send(piece);
    await turn();
  }
  // Pipelined requests are answered one per turn or faster; each answer is a write.
  let quiet = 0;
  let received = -1;
  while (quiet < 4) {
    quiet = client.received.length === received ? quiet + 1 : 0;
    received = client.received.length;
    await turn();
  }
}

/** What is wrong with our reading, or undefined: it must be Node's, or stop before it. */
export function disagreement(ours: readonly Understood[], nodes: readonly Understood[]): string | undefined {
  if (ours.length > nodes.length)
    return `we accepted ${ours.length} requests, Node ${nodes.length}: ${JSON.stringify(ours[nodes.length])}`;
  for (const [index, our] of ours.entries()) {
    const its = JSON.stringify(nodes[index]);
    if (JSON.stringify(our) !== its) return `request ${index}: ours ${JSON.stringify(our)}, Node's ${its}`;
  }
  return undefined;
}

/** A case: bytes in pieces, and how many whole requests they hold when nothing was mutated. */
export interface Case {
  readonly pieces: readonly Buffer[];
  readonly valid: number | undefined;
}

/** Some pipelined requests, whole or mutated, cut at random places. */
export function drawCase(random: RandomStream): Case {
  const count = 1 + random.int(3);
  let text = Array.from({ length: count }, () => drawRequest(random)).join('');
  const mutations = random.int(4) === 0 ? 0 : 1 + random.int(3);
  for (let done = 0; done < mutations; done += 1) text = mutate(text, random);
  return { pieces: cut(Buffer.from(text, 'latin1'), random), valid: mutations === 0 ? count : undefined };
}

function pick<T>(random: RandomStream, from: readonly T[]): T {
  return from[random.int(from.length)]!;
}

const TARGETS = ['/openrtb2/bid/ix', '/openrtb2/bid/ix?a=1', '/n/win?p=1.5&x=%20', '/healthz', '/'];
const EXTRA = [
  'Accept: */*',
  'X-Empty:',
  'x-openrtb-version: 2.6',
  'Content-Type: application/json',
  'Cookie: a=b',
  'Connection: keep-alive',
  'X-Latin: \xe9\xff',
  'X-Pad: \t v \t',
];

function drawRequest(random: RandomStream): string {
  const body = '{"id":"0123456789abcdef"}'.slice(0, random.int(26));
  const target = pick(random, TARGETS);
  const headers = ['Host: bidder', ...EXTRA.filter(() => random.int(4) === 0)];
  const isChunked = random.int(3) === 0;
  headers.splice(
    random.int(headers.length + 1),
    0,
    isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`,
  );
  const method = target.startsWith('/openrtb2') ? 'POST' : pick(random, ['GET', 'POST', 'PUT']);
  const content = isChunked ? chunked(body, random) : body;
  return `${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${content}`;
}

function chunked(body: string, random: RandomStream): string {
  let text = '';
  for (let at = 0; at < body.length; ) {
    const size = Math.min(body.length - at, 1 + random.int(16));
    text += `${size.toString(16)}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  return `${text}0\r\n\r\n`;
}

/** What request smuggling is made of (RFC 9112 §11.2), and what breaks readers. */
const POISON = [
  'Content-Length: 3\r\n',
  'Content-Length: 0\r\n',
  'content-length: +1\r\n',
  'Content-Length: 1, 1\r\n',
  'Content-Length:\r\n',
  'Content-Length: 0x1\r\n',
  'Content-Length : 5\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Transfer-Encoding:\x0bchunked\r\n',
  'Transfer-Encoding: xchunked\r\n',
  'Transfer-Encoding\r\n : chunked\r\n',
  ' folded: 1\r\n',
  '\tfolded\r\n',
  ': noname\r\n',
  'Host: other\r\n',
  'Connection: close\r\n',
  'Connection: upgrade\r\nUpgrade: h2c\r\n',
  'Expect: 100-continue\r\n',
  'Expect: 200-ok\r\n',
  'X-Nul: a\0b\r\n',
  'X-Bare: a\rb\r\n',
  'X-Bare: a\nb: c\r\n',
  '\r\n',
  '\n',
  '\r',
  '\0',
  ';ext=1',
  ' ',
  '0\r\n\r\n',
  '5\r\nhello\r\n',
  'GET /x HTTP/1.1\r\nHost: h\r\n\r\n',
  'HTTP/1.0',
  'HTTP/2.0',
  '#',
];

function mutate(text: string, random: RandomStream): string {
  const at = lineStartOrAnywhere(text, random);
  switch (random.int(7)) {
    case 3:
      return replaceLineEnd(text, random);
    case 0:
      return text.slice(0, at) + String.fromCharCode(random.int(256)) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + random.int(3));
    case 2:
      return text.slice(0, at) + text.slice(at, at + 1 + random.int(20)) + text.slice(at);
    default:
      return text.slice(0, at) + pick(random, POISON) + text.slice(at);
  }
}

const LINE_ENDS = ['\n', '\r', '\r\r\n', '\n\n', '\r\t', '\rx', 'x\n', ' \r\n', '\r\n\r\n', ''];

/** One line's end, of a head or a chunk, becomes something like one. */
function replaceLineEnd(text: string, random: RandomStream): string {
  const ends = [...text.matchAll(/\r\n/g)];
  if (ends.length === 0) return text;
  const { index } = pick(random, ends);
  return text.slice(0, index) + pick(random, LINE_ENDS) + text.slice(index + 2);
}

/** Mostly the start of a line, where headers and chunks begin. */
function lineStartOrAnywhere(text: string, random: RandomStream): number {
  const at = random.int(text.length + 1);
  if (random.int(3) === 0) return at;
  return text.lastIndexOf('\n', at) + 1;
}

function cut(bytes: Buffer, random: RandomStream): readonly Buffer[] {
  const most = pick(random, [1, 3, 20, 200, bytes.length + 1]);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random.int(most);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
