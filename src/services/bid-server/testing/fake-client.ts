import { Duplex } from 'node:stream';
import { accept } from '../accept.ts';
import type { BidAnswer, BidApplication, ControlAnswer, ControlRequest } from '../application.ts';
import type { ServerContext } from '../context.ts';
import { AnswerBuffer } from '../hot/answer-buffer.ts';
import type { Connection } from '../hot/connection.ts';
import { type BidServerLimits, DEFAULT_LIMITS } from '../limits.ts';
import { LoadGauge } from '../load-gauge.ts';
import { newStats } from '../stats.ts';

/** A connection in memory, seen from the client: `send` and what came back. */
export class FakeClient extends Duplex {
  received = '';
  /** When false, nothing that the server writes is taken. */
  takes = true;
  #untaken: (() => void) | undefined;

  constructor() {
    super({ allowHalfOpen: true, writableHighWaterMark: 4_096 });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.received += chunk.toString('latin1');
    if (this.takes) done();
    else this.#untaken = done;
  }

  send(bytes: string | Uint8Array): void {
    this.push(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  takeAll(): void {
    this.takes = true;
    this.#untaken?.();
  }
}

/** A server without a socket, a clock that stands still until moved, and what its application was asked. */
export interface FakeServer {
  readonly context: ServerContext;
  readonly connections: Map<FakeClient, Connection>;
  readonly bids: { readonly path: string; readonly body: string }[];
  readonly controls: ControlRequest[];
  readonly clock: { now: number };
  connect(): FakeClient;
}

/** What a test may choose. */
export interface FakeServerOptions {
  readonly bid?: (path: string, body: Buffer) => BidAnswer;
  readonly other?: (request: ControlRequest) => Promise<ControlAnswer>;
  readonly limits?: Partial<BidServerLimits>;
}

/** The bid server's own parts around fakes; turns of the event loop end when `endTurn` of the real one would. */
export function fakeServer(options: FakeServerOptions = {}): FakeServer {
  const bids: { path: string; body: string }[] = [];
  const controls: ControlRequest[] = [];
  const connections = new Map<FakeClient, Connection>();
  const application: BidApplication = {
    bid(path, body, start, end) {
      const copy = Buffer.from(body.subarray(start, end));
      bids.push({ path, body: copy.toString('latin1') });
      return options.bid?.(path, copy) ?? { status: 204 };
    },
    async other(request) {
      controls.push(request);
      return (await options.other?.(request)) ?? { status: 204 };
    },
  };
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const clock = { now: 1_000 };
  const server: FakeServer = {
    clock,
    context: {
      application,
      limits,
      stats: newStats(),
      gauge: new LoadGauge(() => clock.now, setImmediate, { tickMs: 20, waitMs: limits.waitMs }),
      out: new AnswerBuffer(),
      draining: false,
      report: () => {},
    },
    connections,
    bids,
    controls,
    connect() {
      const client = new FakeClient();
      accept(client, server.context, connections);
      return client;
    },
  };
  return server;
}
