import type { Duplex } from 'node:stream';
import type { ServerContext } from './context.ts';
import { Connection } from './hot/connection.ts';

/** Serves one client until its socket closes. */
export function accept<Socket extends Duplex>(
  socket: Socket,
  context: ServerContext,
  connections: Map<Socket, Connection>,
): void {
  const { stats, gauge } = context;
  const connection = new Connection(socket, context, gauge.enter());
  stats.connections += 1;
  stats.open += 1;
  connections.set(socket, connection);
  socket.on('data', (chunk: Buffer) => connection.data(chunk));
  socket.on('end', () => connection.end());
  socket.on('drain', () => connection.drained());
  // A peer that goes away is no news; 'close' follows.
  socket.on('error', () => {});
  socket.on('close', () => {
    stats.open -= 1;
    connections.delete(socket);
  });
}
