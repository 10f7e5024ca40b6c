import {
  type Blackboard,
  type BlackboardEntry,
  type BlackboardListener,
  InProcessBlackboard,
  type ReadOptions,
} from '../../coordination/index.ts';
import { type Clock, GavotteError } from '../../kernel/index.ts';

/** What can happen to a blackboard that is a server elsewhere. */
export type BoardMishap = 'away' | 'silent' | 'stale' | 'flushed' | 'lost writes';

/** Writes younger than this are lost by a failover to a replica that lags. */
const LAG_MS = 3_000;
/** How long its adapter waits for an answer. */
const SILENCE_MS = 500;

interface Written {
  readonly key: string;
  /** What the key held before; undefined for nothing. */
  readonly before: { readonly value: unknown; readonly ttlMs: number } | undefined;
  readonly at: number;
}

/**
 * A blackboard that all bidders of a world share, and that fails as a Redis does: out of reach for a while, without an
 * answer, read as it was, emptied, or replaced by a replica that missed the last seconds of writes.
 */
export class FlakyBoard {
  readonly #inner: InProcessBlackboard;
  readonly #clock: Clock;
  readonly #written: Written[] = [];
  #awayUntil = -1;
  #silentUntil = -1;
  #staleUntil = -1;
  /** What readers see while it is stale. */
  #old: readonly BlackboardEntry[] = [];

  constructor(clock: Clock) {
    this.#inner = new InProcessBlackboard({ clock });
    this.#clock = clock;
  }

  /** Its doors; each bidder may use the same one. */
  readonly door: Blackboard = {
    write: (key, value, options) =>
      this.#reach(async () => {
        const held = await this.#inner.read(key);
        const done = await this.#inner.write(key, value, options);
        const before = held === undefined ? undefined : { value: held.value, ttlMs: held.ttlMs };
        this.#written.push({ key, before, at: this.#clock.monotonic() });
        return done;
      }),
    read: (key, options) => this.#reach(() => this.#read(key, options)),
    list: (prefix) =>
      this.#reach(() =>
        this.#isStale
          ? Promise.resolve(this.#old.filter(({ key }) => key.startsWith(prefix)))
          : this.#inner.list(prefix),
      ),
    remove: (key, options) => this.#reach(() => this.#inner.remove(key, options)),
    watch: (prefix, listener) => this.#reach(() => this.#watch(prefix, listener)),
    mirror: (prefix) => this.#reach(() => this.#inner.mirror(prefix)),
    close: () => Promise.resolve(),
  };

  /** Something happens to it; what lasts, lasts `seconds`. */
  async befall(mishap: BoardMishap, seconds: number): Promise<void> {
    const until = this.#clock.monotonic() + seconds * 1_000;
    if (mishap === 'away') this.#awayUntil = until;
    else if (mishap === 'silent') this.#silentUntil = until;
    else if (mishap === 'stale') {
      this.#old = await this.#inner.list('');
      this.#staleUntil = until;
    } else if (mishap === 'flushed')
      for (const { key } of await this.#inner.list('')) await this.#inner.remove(key);
    else await this.#loseWrites();
  }

  get #isStale(): boolean {
    return this.#clock.monotonic() < this.#staleUntil;
  }

  async #loseWrites(): Promise<void> {
    const since = this.#clock.monotonic() - LAG_MS;
    while ((this.#written.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= since) {
      const { key, before } = this.#written.pop()!;
      if (before === undefined) await this.#inner.remove(key);
      else await this.#inner.write(key, before.value, { ttlMs: before.ttlMs });
    }
  }

  async #read(key: string, options: ReadOptions = {}): Promise<BlackboardEntry | undefined> {
    if (!this.#isStale) return this.#inner.read(key, options);
    const { atLeast = 0, timeoutMs = SILENCE_MS } = options;
    const old = this.#old.find((entry) => entry.key === key);
    if (atLeast <= (old?.version ?? 0)) return old;
    await this.#clock.sleep(timeoutMs);
    return this.#inner.read(key, { atLeast, timeoutMs: 0 });
  }

  /** News of a stale board comes when it is over, as it stands by then. */
  #watch(prefix: string, listener: BlackboardListener): Promise<() => Promise<void>> {
    return this.#inner.watch(prefix, (key, entry) => {
      if (!this.#isStale) return listener(key, entry);
      void this.#clock.sleep(this.#staleUntil - this.#clock.monotonic()).then(async () => {
        listener(key, await this.#inner.read(key));
      });
    });
  }

  async #reach<T>(work: () => Promise<T>): Promise<T> {
    if (this.#clock.monotonic() < this.#awayUntil)
      throw new GavotteError('GV_BLACKBOARD_UNAVAILABLE', 'the blackboard is away');
    if (this.#clock.monotonic() >= this.#silentUntil) return work();
    await this.#clock.sleep(SILENCE_MS);
    throw new GavotteError('GV_TIMEOUT', 'the blackboard does not answer');
  }
}
