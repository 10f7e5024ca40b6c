import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A server whose every path misbehaves in its own way, and what it saw. */
export interface HostileServer {
  readonly origin: string;
  readonly paths: string[];
  close(): Promise<void>;
}

const BOMB = gzipSync(Buffer.alloc(10_000_000));

type Misbehaviour = (socket: Socket) => void;

const head = (lines: readonly string[]) => `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`;
const json = (body: string) =>
  head(['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]) + body;

function drip(socket: Socket, text: string): void {
  let sent = 0;
  const timer = setInterval(() => {
    socket.write(text[sent % text.length] ?? ' ');
    sent += 1;
  }, 20);
  socket.on('close', () => clearInterval(timer));
}

/** Writes as fast as the peer reads, until it hangs up. */
function flood(socket: Socket, chunk: Buffer | string): void {
  const pump = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', pump);
  pump();
}

const chunked = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

const MISBEHAVIOURS: Readonly<Record<string, Misbehaviour>> = {
  '/silent': () => {},
  '/slow-headers': (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx-slow: '.padEnd(1000, 'y')),
  '/slow-body': (socket) => {
    socket.write(head(['content-length: 1000000']));
    drip(socket, ' ');
  },
  '/endless': (socket) => {
    socket.write(head(['transfer-encoding: chunked']));
    flood(socket, chunked(Buffer.alloc(65_536, 0x20)));
  },
  '/announced-100mb': (socket) => {
    socket.write(head(['content-length: 100000000']));
    flood(socket, Buffer.alloc(65_536, 0x20));
  },
  '/bomb': (socket) => {
    socket.write(head(['content-encoding: gzip', 'transfer-encoding: chunked']));
    flood(socket, chunked(BOMB));
  },
  '/broken-gzip': (socket) => {
    socket.write(head(['content-encoding: gzip', 'content-length: 7']));
    socket.write('not zip');
  },
  '/odd-encoding': (socket) => socket.write(`${head(['content-encoding: x-mine', 'content-length: 2'])}{}`),
  '/reset': (socket) => socket.resetAndDestroy(),
  '/reset-in-body': (socket) => {
    socket.write(`${head(['content-length: 100'])}{"half":`);
    setTimeout(() => socket.resetAndDestroy(), 20);
  },
  '/cut-short': (socket) => socket.end(`${head(['content-length: 100'])}{"half":`),
  '/not-http': (socket) => socket.end('220 smtp.example ESMTP\r\n'),
  '/deep': (socket) => socket.write(json('['.repeat(100_000) + ']'.repeat(100_000))),
  '/duplicate-keys': (socket) => socket.write(json('{"products":[],"products":[],"total_count":0}')),
  '/redirect': (socket) =>
    socket.write('HTTP/1.1 302 Found\r\nlocation: /private\r\ncontent-length: 0\r\n\r\n'),
  '/long-header': (socket) => flood(socket, `x-long: ${'z'.repeat(60_000)}\r\n`),
};

/** A raw server, so that it can say what no HTTP library would. A path may be prefixed: `/bomb/products` is a bomb. */
export async function startHostileServer(): Promise<HostileServer> {
  const paths: string[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const path = /^[A-Z]+ (\S+) HTTP/.exec(data.toString('latin1'))?.[1];
      if (path === undefined) return;
      paths.push(path);
      const name = Object.keys(MISBEHAVIOURS).find((each) => path === each || path.startsWith(`${each}/`));
      if (name === undefined) socket.write(json('{"products":[],"total_count":0}'));
      else MISBEHAVIOURS[name]!(socket);
    });
  });
  return { origin: await listen(server), paths, close: () => shut(server, sockets) };
}

/** Listens on a free port of this machine. */
export function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

function shut(server: ReturnType<typeof createTcpServer>, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A plain HTTP server around `answer`. */
export async function startPlainServer(
  answer: Parameters<typeof createServer>[1],
): Promise<{ origin: string; close(): Promise<void> }> {
  const server = createServer(answer);
  const origin = await listen(server);
  return {
    origin,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
