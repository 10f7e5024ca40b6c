import { type Blackboard, InProcessBlackboard } from '../../coordination/index.ts';
import { type Clock, GavotteError } from '../../kernel/index.ts';

/** What can happen to a blackboard that is a server elsewhere. */
export type BoardMishap = 'away' | 'flushed' | 'lost writes';

/** Writes younger than this are lost by a failover to a replica that lags. */
const LAG_MS = 3_000;

interface Written {
  readonly key: string;
  /** What the key held before; undefined for nothing. */
  readonly before: { readonly value: unknown; readonly ttlMs: number } | undefined;
  readonly at: number;
}

/**
 * A blackboard that all bidders of a world share, and that fails as a Redis does: out of reach for a while, emptied, or
 * replaced by a replica that missed the last seconds of writes.
 */
export class FlakyBoard {
  readonly #inner: InProcessBlackboard;
  readonly #clock: Clock;
  readonly #written: Written[] = [];
  #awayUntil = -1;

  constructor(clock: Clock) {
    this.#inner = new InProcessBlackboard({ clock });
    this.#clock = clock;
  }

  /** Its doors; each bidder may use the same one. */
  readonly door: Blackboard = {
    write: async (key, value, options) => {
      this.#check();
      const held = await this.#inner.read(key);
      const done = await this.#inner.write(key, value, options);
      const before = held === undefined ? undefined : { value: held.value, ttlMs: held.ttlMs };
      this.#written.push({ key, before, at: this.#clock.monotonic() });
      return done;
    },
    read: (key, options) => this.#reach(() => this.#inner.read(key, options)),
    list: (prefix) => this.#reach(() => this.#inner.list(prefix)),
    remove: (key, options) => this.#reach(() => this.#inner.remove(key, options)),
    watch: (prefix, listener) => this.#reach(() => this.#inner.watch(prefix, listener)),
    mirror: (prefix) => this.#reach(() => this.#inner.mirror(prefix)),
    close: () => Promise.resolve(),
  };

  /** Something happens to it; being away lasts `seconds`. */
  async befall(mishap: BoardMishap, seconds: number): Promise<void> {
    if (mishap === 'away') this.#awayUntil = this.#clock.monotonic() + seconds * 1_000;
    else if (mishap === 'flushed')
      for (const { key } of await this.#inner.list('')) await this.#inner.remove(key);
    else await this.#loseWrites();
  }

  async #loseWrites(): Promise<void> {
    const since = this.#clock.monotonic() - LAG_MS;
    while ((this.#written.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= since) {
      const { key, before } = this.#written.pop()!;
      if (before === undefined) await this.#inner.remove(key);
      else await this.#inner.write(key, before.value, { ttlMs: before.ttlMs });
    }
  }

  async #reach<T>(work: () => Promise<T>): Promise<T> {
    this.#check();
    return work();
  }

  #check(): void {
    if (this.#clock.monotonic() < this.#awayUntil)
      throw new GavotteError('GV_BLACKBOARD_UNAVAILABLE', 'the blackboard is away');
  }
}
