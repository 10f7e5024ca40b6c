/** Once requests had to be shed, bids get no more of a turn than this, so that the rest hears its 204 soon (D18). */
const SLICE_MS = 2;

/**
 * Says when to shed. A server that answers at once has no queue of its own: its queue is what the kernel holds while
 * a turn of the event loop is under way. So a request read now has waited at most for the time since this turn began,
 * plus what the turn was late. When that is over the limit, the rest of the turn's bids are shed; from then on turns
 * are kept short, until one needs no shedding: under overload as many bids are made as there is time for, and the
 * others are told at once.
 */
export class LoadGauge {
  readonly #now: () => number;
  readonly #endOfTurn: (callback: () => void) => void;
  readonly #tickMs: number;
  readonly #waitMs: number;
  #turnStartedAt = 0;
  #inTurn = false;
  #lateMs = 0;
  #tickedAt: number;
  #isOverloaded = false;
  #hasShed = false;
  readonly #turnEnds = (): void => {
    this.#inTurn = false;
    this.#lateMs = 0;
    this.#isOverloaded = this.#hasShed;
    this.#hasShed = false;
  };

  /**
   * `now` in monotonic ms; `endOfTurn` runs its callback when the event loop has polled (`setImmediate`); `tick` is
   * called each `tickMs`; a request may wait `waitMs`.
   */
  constructor(
    now: () => number,
    endOfTurn: (callback: () => void) => void,
    limits: { readonly tickMs: number; readonly waitMs: number },
  ) {
    this.#now = now;
    this.#endOfTurn = endOfTurn;
    this.#tickMs = limits.tickMs;
    this.#waitMs = limits.waitMs;
    this.#tickedAt = now();
  }

  /** Called when bytes have arrived; answers the time. */
  enter(): number {
    const now = this.#now();
    if (!this.#inTurn) this.#begin(now);
    return now;
  }

  /** Called by a timer: what it is late, everything is. Answers the time. */
  tick(): number {
    const now = this.enter();
    this.#lateMs = Math.max(0, now - this.#tickedAt - this.#tickMs);
    this.#tickedAt = now;
    return now;
  }

  /** Whether the bid request that is read now is to be shed. */
  sheds(): boolean {
    const elapsed = this.#now() - this.#turnStartedAt;
    const sheds = elapsed + this.#lateMs > this.#waitMs || (this.#isOverloaded && elapsed > SLICE_MS);
    if (sheds) this.#hasShed = true;
    return sheds;
  }

  #begin(now: number): void {
    this.#inTurn = true;
    this.#turnStartedAt = now;
    this.#endOfTurn(this.#turnEnds);
  }
}
