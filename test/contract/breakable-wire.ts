import { connect, createServer, type Socket } from 'node:net';

/** A wire to a server, on which everything can go wrong that goes wrong on wires. */
export interface BreakableWire {
  readonly port: number;
  /** How long every byte is under way, each way. */
  delayMs: number;
  /** Nothing arrives any more, and nobody is told. */
  isBlackHole: boolean;
  /** Breaks the connection on which the server answers next, instead of that answer. */
  cutAtNextAnswer(): void;
  /** Breaks all connections; new ones go to another server. */
  switchTo(port: number): void;
  close(): Promise<void>;
}

/** Opens a wire to a port of this machine. */
export async function breakableWire(port: number): Promise<BreakableWire> {
  let target = port;
  let isCut = false;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    pass(near, far, () => false);
    pass(far, near, () => {
      const cutsNow = isCut;
      isCut = false;
      return cutsNow;
    });
  });
  const wire = {
    port: 0,
    delayMs: 0,
    isBlackHole: false,
    cutAtNextAnswer: () => {
      isCut = true;
    },
    switchTo: (next: number) => {
      target = next;
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  function pass(from: Socket, to: Socket, cuts: () => boolean): void {
    from.on('data', (bytes) => {
      if (wire.isBlackHole) return;
      if (cuts()) from.destroy();
      else if (wire.delayMs === 0) to.write(bytes);
      else setTimeout(() => to.write(bytes), wire.delayMs);
    });
    from.on('close', () => to.destroy());
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  wire.port = (server.address() as { port: number }).port;
  return wire;
}
