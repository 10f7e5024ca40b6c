/**
 * Load for a bidder, a process of its own: `node bench/bidder-load.ts '{"port":…}'` prints one JSON object.
 * Closed: each connection sends its next request when it has the answer. Open: requests are due at random times
 * (a Poisson process) whether or not answers come, and latency counts from when a request was due.
 */
import { connect, type Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { randomStream } from '../src/kernel/index.ts';
import { bidBodies, renew, renewable } from './bidder-traffic.ts';

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second; 0 for a closed loop. */
  readonly rate: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Due but not answered when time was up; only in an open loop. */
  readonly unanswered: number;
  readonly micros: {
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
}

/** After an open loop's time, answers are waited for so long. */
const GRACE_MS = 1_000;
/** Every load begins elsewhere, so that no server has seen its requests. */
const FIRST_TRANSACTION = Date.now() % 0x7fff_ffff;
const HEAD_END = Buffer.from('\r\n\r\n');

/** One keep-alive connection with at most one request under way. */
export class Client {
  /** May send; not before an answer has come, nor after one that ends the connection. */
  isFree = true;
  isWaiting = false;
  readonly #socket: Socket;
  readonly #done: (status: number, due: number) => void;
  #due = 0;
  #received: Buffer = Buffer.alloc(0);

  /** `gone` is told once, when the connection has ended. */
  constructor(port: number, done: (status: number, due: number) => void, gone: (client: Client) => void) {
    this.#done = done;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#data(chunk));
    // What it was does not matter; 'close' follows.
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => gone(this));
  }

  send(request: Uint8Array, due: number): void {
    this.isFree = false;
    this.isWaiting = true;
    this.#due = due;
    this.#socket.write(request);
  }

  end(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #data(chunk: Buffer): void {
    const bytes = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const head = bytes.indexOf(HEAD_END);
    const text = head < 0 ? '' : bytes.toString('latin1', 0, head);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
    if (head < 0 || bytes.length < head + HEAD_END.length + length) {
      this.#received = bytes;
      return;
    }
    this.#received = Buffer.alloc(0);
    this.isWaiting = false;
    this.isFree = !/\r\nconnection: *close/i.test(text);
    this.#done(Number(text.slice(9, 12)), this.#due);
    if (!this.isFree && !this.isWaiting) this.#socket.end();
  }
}

/** The requests as they go over the wire. */
export function wireRequests(bodies: readonly Buffer[]): readonly Buffer[] {
  return bodies.map((body) =>
    Buffer.concat([Buffer.from(bidHead(`Content-Length: ${body.length}\r\n`)), body]),
  );
}

/** The head of a bid request with these header lines beside the usual ones. */
export function bidHead(lines: string): string {
  return `POST /openrtb2/bid/bench HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nx-openrtb-version: 2.6\r\n${lines}\r\n`;
}

/** Runs one load and counts. */
export async function runLoad({ port, connections, seconds, rate }: LoadOptions): Promise<LoadResult> {
  const requests = wireRequests(bidBodies()).map(renewable);
  const statuses: Record<string, number> = {};
  const latencies: number[] = [];
  const waiting: number[] = [];
  const random = randomStream('bench-load');
  let sent = 0;
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => {});
  const send = (client: Client, due: number) => {
    client.send(renew(requests[sent % requests.length]!, FIRST_TRANSACTION + sent), due);
    sent += 1;
  };
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const clients: Client[] = Array.from({ length: connections }, () => {
    const client: Client = new Client(
      port,
      (status, due) => {
        const now = performance.now();
        statuses[status] = (statuses[status] ?? 0) + 1;
        latencies.push((now - due) * 1000);
        if (rate === 0) {
          if (now < endsAt) send(client, now);
        } else if (waiting.length > 0) send(client, waiting.shift()!);
      },
      () => reject(new Error('the server closed a connection')),
    );
    return client;
  });
  await Promise.race([broken, rate === 0 ? closed(clients, send, endsAt) : open()]);
  for (const client of clients) client.end();
  const elapsed = (performance.now() - startedAt) / 1000;
  return {
    requests: latencies.length,
    seconds: rate === 0 ? elapsed : seconds,
    statuses,
    unanswered: waiting.length + clients.filter(({ isFree }) => !isFree).length,
    micros: percentiles(latencies),
  };

  /** Timers are too coarse for this, so it looks at the clock in every turn; it has a core of its own. */
  async function open(): Promise<void> {
    let due = startedAt;
    const next = () => {
      due -= (Math.log(1 - random.float()) / rate) * 1000;
    };
    next();
    while (performance.now() < endsAt) {
      const now = performance.now();
      for (; due <= now; next()) {
        const client = waiting.length > 0 ? undefined : clients.find(({ isFree }) => isFree);
        if (client === undefined) waiting.push(due);
        else send(client, due);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    const stopsAt = endsAt + GRACE_MS;
    while (performance.now() < stopsAt && clients.some(({ isFree }) => !isFree))
      await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function closed(
  clients: readonly Client[],
  send: (client: Client, due: number) => void,
  endsAt: number,
): Promise<void> {
  for (const client of clients) send(client, performance.now());
  await new Promise((resolve) => setTimeout(resolve, endsAt - performance.now()));
  while (clients.some(({ isFree }) => !isFree)) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Percentiles of µs. */
export function percentiles(latencies: readonly number[]): LoadResult['micros'] {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
  process.stdout.write(JSON.stringify(await runLoad(options)));
}
