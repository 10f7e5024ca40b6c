import { GavotteError, type HttpResponse, parseJson, type World, withDeadline } from '../../kernel/index.ts';
import { sellerError } from '../clients/wire/errors.ts';

/** No single call may use up the time of the others, ms. */
const CALL_TIMEOUT_MS = 4_000;
const MAX_BYTES = 5_000_000;

/** Asks one seller single questions, each once, until its time is up, and keeps the times of the answers. */
export class Probe {
  readonly baseUrl: string;
  readonly latenciesMs: number[] = [];
  readonly #world: Pick<World, 'network' | 'clock'>;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #endsAt: number;

  constructor(options: {
    baseUrl: string;
    world: Pick<World, 'network' | 'clock'>;
    apiKey: string | undefined;
    timeoutMs: number;
  }) {
    this.baseUrl = options.baseUrl;
    this.#world = options.world;
    this.#headers = {
      accept: 'application/json',
      ...(options.apiKey === undefined ? {} : { 'x-api-key': options.apiKey }),
    };
    this.#endsAt = options.world.clock.monotonic() + options.timeoutMs;
  }

  /** Whatever the seller answers. @throws GV_TIMEOUT, or the network's code. */
  async send(path: string, body?: Readonly<Record<string, unknown>>): Promise<HttpResponse> {
    const { clock, network } = this.#world;
    const leftMs = Math.min(CALL_TIMEOUT_MS, this.#endsAt - clock.monotonic());
    if (leftMs <= 0) throw new GavotteError('GV_TIMEOUT', 'there was no time left to ask');
    const startedAt = clock.monotonic();
    const answer = await withDeadline(clock, leftMs, undefined, (signal) =>
      network.request(
        {
          method: body === undefined ? 'GET' : 'POST',
          url: `${this.baseUrl}${path}`,
          headers:
            body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
        { signal, maxBytes: MAX_BYTES },
      ),
    );
    this.latenciesMs.push(clock.monotonic() - startedAt);
    return answer;
  }

  /** The JSON of a 2xx answer. @throws as `send`, and as the client does for other answers. */
  async ask(what: string, path: string, body?: Readonly<Record<string, unknown>>): Promise<unknown> {
    const answer = await this.send(path, body);
    if (answer.status < 200 || answer.status > 299)
      throw sellerError(answer.status, answer.body, { what, books: false });
    return parseJson(answer.body, `the ${what} answer`);
  }

  /** The `share` quantile of the times so far, whole ms (nearest rank). */
  quantileMs(share: number): number {
    const sorted = this.latenciesMs.toSorted((a, b) => a - b);
    return Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  }
}
