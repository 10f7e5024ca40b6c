import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Delivery, MarketResponse } from '../market/index.ts';

/** Sends an answer the way it asks to be sent: whole, dripping, or as a flood. Resolves when it is out or the peer is gone. */
export async function deliver(
  response: MarketResponse,
  socket: Socket,
  outgoing: ServerResponse,
): Promise<void> {
  const { delivery } = response;
  if (delivery === undefined) sendWhole(response, socket, outgoing);
  else if (delivery.mode === 'flood') await flood(response, delivery, outgoing);
  else await drip(response, delivery, socket, outgoing);
}

function sendWhole(response: MarketResponse, socket: Socket, outgoing: ServerResponse): void {
  const body = Buffer.from(response.body, 'utf8');
  outgoing.writeHead(response.status, { ...response.headers, 'content-length': String(body.length) });
  // After an unhandled error uvicorn closes without saying so; a client that keeps the socket sees a reset.
  const isUnhandled = response.status === 500 && response.headers['content-type']?.startsWith('text/plain');
  if (isUnhandled === true) outgoing.once('finish', () => socket.end());
  outgoing.end(body);
}

async function flood(
  response: MarketResponse,
  delivery: Extract<Delivery, { mode: 'flood' }>,
  outgoing: ServerResponse,
): Promise<void> {
  const encoding = delivery.gzip ? { 'content-encoding': 'gzip' } : {};
  outgoing.writeHead(response.status, { ...response.headers, ...encoding });
  const source = Readable.from(bodyThenSpaces(response.body, delivery.bytes));
  const stages: [Readable, ...Writable[]] = delivery.gzip
    ? [source, createGzip(), outgoing]
    : [source, outgoing];
  await pipeline(stages).catch(() => {});
}

const SPACES = Buffer.alloc(65_536, 0x20);

function* bodyThenSpaces(body: string, bytes: number): Generator<Buffer> {
  const first = Buffer.from(body, 'utf8');
  yield first;
  for (let sent = first.length; sent < bytes; sent += SPACES.length) yield SPACES;
}

async function drip(
  response: MarketResponse,
  delivery: Extract<Delivery, { mode: 'drip' }>,
  socket: Socket,
  outgoing: ServerResponse,
): Promise<void> {
  const head = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  let text = response.body;
  let sink: Writable = outgoing;
  if (delivery.headersToo) {
    text = `HTTP/1.1 ${response.status} OK\r\n${head.join('')}\r\n${text}`;
    sink = socket;
  } else {
    outgoing.writeHead(response.status, response.headers);
  }
  const bytes = Buffer.from(text, 'utf8');
  do {
    for (let at = 0; at < bytes.length; at += delivery.bytesPerChunk) {
      if (socket.destroyed) return;
      sink.write(bytes.subarray(at, at + delivery.bytesPerChunk));
      // Unreferenced, so that a dripping answer never keeps a finished program alive.
      await sleep(delivery.everyMs, undefined, { ref: false });
    }
  } while (delivery.endless);
  if (delivery.headersToo) socket.end();
  else outgoing.end();
}
