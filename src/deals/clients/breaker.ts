import { type Clock, GavotteError } from '../../kernel/index.ts';

/** Transient failures in a row after which a seller is left alone (Envoy's outlier rule: five). */
const FAILURES_TO_OPEN = 5;
/** How long it is left alone before one call may try again, ms. */
const PAUSE_MS = 5_000;

/**
 * Leaves a seller alone that keeps failing, so that shopping does not wait for it. It guards patience, not
 * money: calls about contracts that may exist pass it by.
 */
export class Breaker {
  readonly #clock: Clock;
  #failures = 0;
  #openedAt = 0;
  #probing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws GV_BREAKER_OPEN while the seller is left alone; after the pause one call at a time may try. */
  enter(): void {
    if (this.#failures < FAILURES_TO_OPEN) return;
    const waitMs = this.#openedAt + PAUSE_MS - this.#clock.monotonic();
    if (waitMs > 0 || this.#probing) {
      throw new GavotteError(
        'GV_BREAKER_OPEN',
        `the seller failed ${this.#failures} times in a row and is left alone`,
        { fix: `Try again in ${Math.max(1, Math.ceil(waitMs / 1000))} s.` },
      );
    }
    this.#probing = true;
  }

  /** An answer came, whatever it said. */
  answered(): void {
    this.#failures = 0;
    this.#probing = false;
  }

  /** A call ended; only transient failures speak against the seller. */
  failed(error: GavotteError): void {
    this.#probing = false;
    if (error.recovery !== 'transient' || error.code === 'GV_BREAKER_OPEN') return;
    this.#failures += 1;
    this.#openedAt = this.#clock.monotonic();
  }
}
