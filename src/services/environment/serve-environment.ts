import { type AddressInfo, createServer, type Socket } from 'node:net';
import { GavotteError } from '../../kernel/index.ts';
import type { ServeOptions } from '../serve-handler.ts';
import { FRAMES, jsonFrame } from './frames.ts';
import { Session } from './session.ts';

/** Connections at a time; each has an environment of its own, and trainers have one for each day side by side. */
const CLIENTS_MAX = 256;
/** How long a client that was told an error may take to read it. */
const LINGER_MS = 2_000;

/** Environments that are served. */
export interface RunningEnvironments {
  /** As `host:port`. */
  readonly address: string;
  readonly port: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves training environments over TCP, for trainers in other languages: `frames.ts` has what is said. Nothing is
 * authenticated and nothing is kept; it is meant for one machine.
 * @throws GV_BAD_INPUT when the port cannot be had.
 */
export async function serveEnvironment({ port, host }: ServeOptions): Promise<RunningEnvironments> {
  const clients = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    // A peer that goes away is no news; 'close' follows.
    socket.on('error', () => {});
    if (clients.size > CLIENTS_MAX) refuse(socket, tooMany());
    else void serveClient(socket);
  });
  await new Promise<void>((resolve, reject) => {
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
  const listening = server.address() as AddressInfo;
  return {
    address: `${host.includes(':') ? `[${host}]` : host}:${listening.port}`,
    port: listening.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of clients) socket.destroy();
      }),
  };
}

/** Answers one client until it goes. The next frame is read once the last answer has left, so nothing piles up. */
async function serveClient(socket: Socket): Promise<void> {
  const session = new Session();
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)
      for (const answer of session.answers(chunk)) await send(socket, answer);
    socket.destroy();
  } catch (error) {
    if (socket.destroyed) return;
    refuse(socket, GavotteError.from(error));
  }
}

function send(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * Tells a client why it is cut off. What it still sends is read and dropped for a while: a socket that is closed with
 * unread bytes resets the connection, and the reason would be lost with it.
 */
function refuse(socket: Socket, error: GavotteError): void {
  socket.end(jsonFrame(FRAMES.error, error.toJSON()));
  socket.resume();
  const late = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.on('close', () => clearTimeout(late));
  socket.on('end', () => socket.destroy());
}

function tooMany(): GavotteError {
  return new GavotteError('GV_BAD_INPUT', `there are ${CLIENTS_MAX} connections already`, {
    fix: 'Close environments that are no longer used, or start another server.',
  });
}
