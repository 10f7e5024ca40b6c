import { GavotteError } from '../../kernel/index.ts';
import { Connection, type Exchange, type Origin } from './connection.ts';
import type { ReadResponse } from './response-reader.ts';

/** A connection whose answer is this late is given up; until then a late answer only wastes itself. */
const GIVE_UP_MS = 10_000;
const SWEEP_MS = 1_000;
/** Requests that wait for a connection; more than this and the server is beyond help. */
const MAX_WAITING = 10_000;

/** A small HTTP/1.1 client for one origin that keeps its connections, for many requests a second. */
export class HttpClient {
  readonly #origin: Origin;
  readonly #maxConnections: number;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #waiting: Exchange[] = [];
  readonly #sweeper: NodeJS.Timeout;

  constructor(origin: Origin, options: { maxConnections: number }) {
    this.#origin = origin;
    this.#maxConnections = options.maxConnections;
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  get connections(): number {
    return this.#all.size;
  }

  /**
   * Sends a request: its head up to the empty line, then its body. `onLatency` gets the microseconds to the answer,
   * also when that comes after `timeoutMs`, so that slow answers are not left out of the measure.
   * @throws GV_TIMEOUT after `timeoutMs`, GV_NETWORK_REFUSED, GV_NETWORK_LOST.
   */
  request(
    head: string,
    body: Uint8Array | undefined,
    timeoutMs: number,
    onLatency?: (micros: number) => void,
  ): Promise<ReadResponse> {
    return new Promise((resolve, reject) => {
      const start = performance.now();
      const timer = setTimeout(
        () => reject(new GavotteError('GV_TIMEOUT', `no answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      this.#send({
        head,
        body,
        onAnswer: (response) => {
          clearTimeout(timer);
          onLatency?.((performance.now() - start) * 1_000);
          resolve(response);
        },
        onError: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  /** Breaks off whatever is under way. */
  close(): void {
    clearInterval(this.#sweeper);
    const stopped = new GavotteError('GV_CANCELLED', 'the client was closed');
    for (const exchange of this.#waiting.splice(0)) exchange.onError(stopped);
    for (const connection of this.#all) connection.destroy();
  }

  #send(exchange: Exchange): void {
    const idle = this.#idle.pop();
    if (idle !== undefined) idle.send(exchange);
    else if (this.#all.size < this.#maxConnections) this.#connect().send(exchange);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(exchange);
    else exchange.onError(new GavotteError('GV_NETWORK_REFUSED', 'no connection is free'));
  }

  #connect(): Connection {
    const connection = new Connection(this.#origin, (freed, usable) => this.#freed(freed, usable));
    this.#all.add(connection);
    return connection;
  }

  #freed(connection: Connection, usable: boolean): void {
    if (!usable) {
      this.#all.delete(connection);
      const at = this.#idle.indexOf(connection);
      if (at >= 0) this.#idle.splice(at, 1);
    }
    const next = this.#waiting.shift();
    if (next !== undefined) {
      if (usable) connection.send(next);
      else this.#send(next);
    } else if (usable) {
      connection.busySince = 0;
      this.#idle.push(connection);
    }
  }

  #sweep(): void {
    const before = performance.now() - GIVE_UP_MS;
    for (const connection of this.#all) {
      if (connection.busySince > 0 && connection.busySince < before) connection.destroy();
    }
  }
}
