import {
  GavotteError,
  type HttpRequest,
  parseJson,
  type RandomStream,
  STEPS,
  traced,
  type World,
  withDeadline,
} from '../../kernel/index.ts';
import type { CallOptions } from '../types.ts';
import { Breaker } from './breaker.ts';
import { repeatTransient } from './repeat.ts';
import { sellerError } from './wire/errors.ts';

/** One call of a seller's API. */
export interface SellerCall {
  /** For messages: `quote`, `booking`. */
  readonly what: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly maxBytes: number;
  /**
   * `safe` calls may be repeated at will (reads, and writes whose stored key makes the seller repeat its
   * answer); `shopping` ones are given up while the seller keeps failing; `books` may create a contract.
   */
  readonly safe: boolean;
  readonly shopping: boolean;
  readonly books: boolean;
}

/** Carries calls to one seller: deadline, repetition of safe calls with full-jitter back-off, breaker. */
export class SellerConnection {
  readonly baseUrl: string;
  readonly #world: Pick<World, 'network' | 'clock'>;
  readonly #random: RandomStream;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #breaker: Breaker;

  constructor(options: {
    baseUrl: string;
    world: Pick<World, 'network' | 'clock' | 'random'>;
    apiKey: string | undefined;
    timeoutMs: number;
  }) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.#world = options.world;
    this.#random = options.world.random.split(`seller:${this.baseUrl}`);
    this.#headers = {
      accept: 'application/json',
      ...(options.apiKey === undefined ? {} : { 'x-api-key': options.apiKey }),
    };
    this.#timeoutMs = options.timeoutMs;
    this.#breaker = new Breaker(options.world.clock);
  }

  /**
   * The parsed body of a 2xx answer.
   * @throws GV_TIMEOUT, GV_CANCELLED, GV_BREAKER_OPEN, the network's codes, GV_SELLER_REJECTED, GV_SELLER_ERROR,
   * GV_URL_FORBIDDEN for a redirect, GV_RESPONSE_INVALID.
   */
  send(call: SellerCall, options: CallOptions = {}): Promise<unknown> {
    return traced(
      STEPS.sellerCall,
      () => ({ seller: this.baseUrl, what: call.what }),
      () => this.#send(call, options),
    );
  }

  async #send(call: SellerCall, options: CallOptions): Promise<unknown> {
    const timeoutMs = Math.min(options.timeoutMs ?? this.#timeoutMs, this.#timeoutMs);
    if (call.shopping) this.#breaker.enter();
    try {
      const body = await withDeadline(this.#world.clock, timeoutMs, options.signal, (signal) =>
        call.safe
          ? repeatTransient(() => this.#once(call, signal), this.#world.clock, this.#random, signal)
          : this.#once(call, signal),
      );
      this.#breaker.answered();
      return body;
    } catch (thrown) {
      const error = GavotteError.from(thrown);
      this.#breaker.failed(error);
      throw error;
    }
  }

  async #once(call: SellerCall, signal: AbortSignal): Promise<unknown> {
    const request: HttpRequest = {
      method: call.method,
      url: `${this.baseUrl}${call.path}`,
      headers:
        call.body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    };
    const answer = await this.#world.network.request(request, { signal, maxBytes: call.maxBytes });
    if (answer.status < 200 || answer.status > 299) throw sellerError(answer.status, answer.body, call);
    return parseJson(answer.body, `the ${call.what} answer`);
  }
}
