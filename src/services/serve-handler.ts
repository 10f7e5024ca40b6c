import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GavotteError, type HttpHandler, type HttpRequest } from '../kernel/index.ts';
import { DropConnection, type MarketResponse } from '../market/index.ts';
import { deliver } from './deliver.ts';

/** A request body above this is refused; nothing a buyer sends comes near it. */
const REQUEST_MAX_BYTES = 1_000_000;
/** How long an idle connection is kept, as uvicorn keeps it. */
const KEEP_ALIVE_MS = 5_000;

/** Where to listen. */
export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
}

/** A handler that listens. */
export interface RunningServer {
  /** Base URL without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves a handler over HTTP/1.1.
 * @throws GV_BAD_INPUT when the port cannot be had.
 */
export async function serveHandler(handler: HttpHandler, options: ServeOptions): Promise<RunningServer> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
  server.on('request', (incoming, outgoing) => void answer(handler, url, incoming, outgoing));
  return {
    url,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { port, host }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new GavotteError('GV_BAD_INPUT', `cannot listen on ${host}:${port}: ${cause.message}`, {
          fix: 'Choose another port, or 0 for a free one.',
          cause,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
}

async function answer(
  handler: HttpHandler,
  baseUrl: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  // A peer that goes away is no news here; without a listener it would end the process.
  incoming.on('error', () => {});
  outgoing.on('error', () => {});
  try {
    const body = await readBody(incoming);
    if (body === undefined) {
      outgoing.writeHead(413, { 'content-type': 'application/json', connection: 'close' });
      outgoing.end('{"detail":"Request body too large"}');
      return;
    }
    const response: MarketResponse = await handler(toRequest(incoming, baseUrl, body));
    await deliver(response, incoming.socket, outgoing);
  } catch (error) {
    if (!(error instanceof DropConnection) && !outgoing.headersSent && !incoming.socket.destroyed) {
      outgoing.writeHead(500, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
      outgoing.end('Internal Server Error');
      return;
    }
    incoming.socket.destroy();
  }
}

function toRequest(incoming: IncomingMessage, baseUrl: string, body: string): HttpRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  // Handlers answer 405 to methods they do not know, so the name may pass as it is.
  const method = incoming.method as HttpRequest['method'];
  const path = incoming.url?.startsWith('/') ? incoming.url : '/';
  return { method, url: `${baseUrl}${path}`, headers, ...(body === '' ? {} : { body }) };
}

/** The body, or undefined when it is too large. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > REQUEST_MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
