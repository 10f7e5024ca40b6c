import { channel } from 'node:diagnostics_channel';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { GavotteError } from '../../kernel/index.ts';
import { accept } from './accept.ts';
import type { BidApplication } from './application.ts';
import type { ServerContext } from './context.ts';
import { AnswerBuffer } from './hot/answer-buffer.ts';
import type { Connection } from './hot/connection.ts';
import { type BidServerLimits, DEFAULT_LIMITS } from './limits.ts';
import { LoadGauge } from './load-gauge.ts';
import { type BidServerStats, newStats } from './stats.ts';

/** How often lateness is measured and the date renewed. */
const TICK_MS = 20;
/** Connections are looked over every so many ticks. */
const SWEEP_TICKS = 10;
/** Connections that the kernel keeps until we accept them. */
const BACKLOG = 1_024;

/** What `serveBids` needs. */
export interface ServeBidsOptions {
  readonly application: BidApplication;
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /**
   * Lets several processes listen on one port, between which the kernel spreads new connections. To use all cores,
   * start the same program once per core with this set; none of them needs to know of the others.
   * @defaultValue false
   */
  readonly reusePort?: boolean;
  readonly limits?: Partial<BidServerLimits>;
}

/** A bid server that listens. */
export interface RunningBidServer {
  readonly port: number;
  readonly stats: Readonly<BidServerStats>;
  /**
   * Stops listening; answers what is under way, each as the last of its connection; resolves when all are gone, at
   * the latest after `limits.drainMs`.
   */
  close(): Promise<void>;
}

/** Hears of everything that an application threw, as `{ error }`. */
export const BID_SERVER_FAILURES = 'gavotte:bid-server:failure';

/**
 * Serves an application over HTTP/1.1: bids by `POST /openrtb2/bid/EXCHANGE`, everything else as a control request.
 * TLS ends before it (T9).
 * @throws GV_BAD_INPUT when the port cannot be had.
 */
export async function serveBids(options: ServeBidsOptions): Promise<RunningBidServer> {
  const context = contextOf(options);
  const { limits, stats, gauge, out } = context;
  const connections = new Map<Socket, Connection>();
  // Node reads from accepted sockets only after this callback, so no byte is missed.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    accept(socket, context, connections),
  );
  server.maxConnections = limits.connections;
  server.on('drop', () => {
    stats.dropped += 1;
  });
  out.setTime(Date.now());
  await listen(server, options);
  let ticks = 0;
  const timer = setInterval(() => {
    const now = gauge.tick();
    out.setTime(Date.now());
    ticks += 1;
    if (ticks % SWEEP_TICKS === 0) for (const connection of connections.values()) connection.sweep(now);
  }, TICK_MS).unref();
  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    stats,
    close: () => {
      closed ??= drain(server, context, connections).finally(() => clearInterval(timer));
      return closed;
    },
  };
}

function contextOf({ application, limits }: ServeBidsOptions): ServerContext {
  const failures = channel(BID_SERVER_FAILURES);
  const all = { ...DEFAULT_LIMITS, ...limits };
  return {
    application,
    limits: all,
    stats: newStats(),
    gauge: new LoadGauge(() => performance.now(), setImmediate, { tickMs: TICK_MS, waitMs: all.waitMs }),
    out: new AnswerBuffer(),
    draining: false,
    report: (error) => failures.publish({ error }),
  };
}

function listen(server: Server, { port, host, reusePort = false }: ServeBidsOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new GavotteError('GV_BAD_INPUT', `cannot listen on ${host}:${port}: ${cause.message}`, {
          fix: 'Choose another port, or 0 for a free one.',
          cause,
        }),
      ),
    );
    server.listen({ port, host, reusePort, backlog: BACKLOG }, resolve);
  });
}

/** The sweeps end what is idle; what is under way ends by itself or at the deadline. */
async function drain(
  server: Server,
  context: ServerContext,
  connections: ReadonlyMap<Socket, Connection>,
): Promise<void> {
  context.draining = true;
  server.close();
  const deadline = setTimeout(() => {
    for (const socket of connections.keys()) socket.destroy();
  }, context.limits.drainMs);
  const gone = [...connections.keys()].map(
    (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
  );
  await Promise.all(gone);
  clearTimeout(deadline);
}
