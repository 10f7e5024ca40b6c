/**
 * How long what is read now may have waited for us. A server that answers at once has no queue of its own: its queue
 * is what the kernel holds while a turn of the event loop is under way. So the wait is the time since this turn
 * began, plus what the turn was late. When it is over the limit, the rest of the turn's bids are shed, which ends it
 * soon, and the next turn starts with fresh requests: under overload as many bids are made as the limit has time for.
 */
export class LoadGauge {
  readonly #now: () => number;
  readonly #endOfTurn: (callback: () => void) => void;
  readonly #tickMs: number;
  #turnStartedAt = 0;
  #inTurn = false;
  #lateMs = 0;
  #tickedAt: number;
  readonly #turnEnds = (): void => {
    this.#inTurn = false;
    this.#lateMs = 0;
  };

  /** `now` in monotonic ms; `endOfTurn` runs its callback when the event loop has polled (`setImmediate`). */
  constructor(now: () => number, endOfTurn: (callback: () => void) => void, tickMs: number) {
    this.#now = now;
    this.#endOfTurn = endOfTurn;
    this.#tickMs = tickMs;
    this.#tickedAt = now();
  }

  /** Called when bytes have arrived; answers the time. */
  enter(): number {
    const now = this.#now();
    if (!this.#inTurn) this.#begin(now);
    return now;
  }

  /** Called by a timer each `tickMs`: what it is late, everything is. */
  tick(): number {
    const now = this.enter();
    this.#lateMs = Math.max(0, now - this.#tickedAt - this.#tickMs);
    this.#tickedAt = now;
    return now;
  }

  /** Milliseconds that a request read now may have waited. */
  waitMs(): number {
    return this.#now() - this.#turnStartedAt + this.#lateMs;
  }

  #begin(now: number): void {
    this.#inTurn = true;
    this.#turnStartedAt = now;
    this.#endOfTurn(this.#turnEnds);
  }
}
