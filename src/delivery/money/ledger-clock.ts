import type { Clock, EpochMs } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';

/** An answer that took longer says too little about the time. */
const MOST_ROUND_TRIP_MS = 1_000;

/**
 * The ledger's time, carried on by this machine's monotonic clock: what leases and bills are judged by, so that a
 * bidder whose wall clock is off by minutes, or is set back, bids and pays like the others (D17).
 */
export class LedgerClock implements Clock {
  readonly #own: Clock;
  /** Ledger time less monotonic time; until the ledger has answered, that of our own wall clock. */
  #offset: number | undefined;

  constructor(own: Clock) {
    this.#own = own;
  }

  /** Whether the ledger has told its time; before that nothing may be judged by it (I13). */
  get isSet(): boolean {
    return this.#offset !== undefined;
  }

  /** How far our wall clock is off, in milliseconds; 0 until it is known. */
  get skewMs(): number {
    return this.#offset === undefined ? 0 : this.#own.now() - this.now();
  }

  now(): EpochMs {
    if (this.#offset === undefined) return this.#own.now();
    return Math.floor(this.#own.monotonic() + this.#offset) as EpochMs;
  }

  monotonic(): number {
    return this.#own.monotonic();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#own.sleep(ms, signal);
  }

  /** Asks the ledger for its time. @throws GV_LEDGER_UNAVAILABLE */
  async set(ledger: Pick<Ledger, 'time'>): Promise<void> {
    const asked = this.monotonic();
    const time = await ledger.time();
    const answered = this.monotonic();
    if (answered - asked <= MOST_ROUND_TRIP_MS) this.#offset = time - (asked + answered) / 2;
  }
}
