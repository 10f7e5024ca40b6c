/** Most (campaign, user) pairs one process remembers; the longest unseen go first. */
const MAX_PAIRS = 500_000;

interface Seen {
  /** Wall times of billed impressions within the window, oldest first. */
  times: number[];
  /** Bids that are not resolved yet. */
  pending: number;
}

/**
 * Frequency caps: counted when an impression is billed, held while a bid is open, so that a burst cannot pass the
 * cap (spec §15). Keyed by campaign and user id; without an id there is no cap to keep, and the caller decides.
 */
export class FrequencyCaps {
  readonly #seen = new Map<string, Seen>();
  readonly #maxPairs: number;

  constructor(maxPairs: number = MAX_PAIRS) {
    this.#maxPairs = maxPairs;
  }

  allows(
    key: string,
    cap: { readonly impressions: number; readonly windowMs: number },
    now: number,
  ): boolean {
    const seen = this.#seen.get(key);
    if (seen === undefined) return true;
    while (seen.times.length > 0 && seen.times[0]! <= now - cap.windowMs) seen.times.shift();
    return seen.times.length + seen.pending < cap.impressions;
  }

  /** Billed impressions that are remembered for the pair. */
  exposures(key: string): number {
    return this.#seen.get(key)?.times.length ?? 0;
  }

  hold(key: string): void {
    const seen = this.#take(key);
    seen.pending += 1;
  }

  /** The bid is over; `billedAt` when it was shown. */
  resolve(key: string, billedAt: number | undefined): void {
    const seen = this.#take(key);
    if (seen.pending > 0) seen.pending -= 1;
    if (billedAt !== undefined) seen.times.push(billedAt);
  }

  /** Moves the pair to the young end, so that what is forgotten is what was not seen longest. */
  #take(key: string): Seen {
    let seen = this.#seen.get(key);
    if (seen === undefined) {
      seen = { times: [], pending: 0 };
      if (this.#seen.size >= this.#maxPairs) this.#seen.delete(this.#seen.keys().next().value!);
    } else this.#seen.delete(key);
    this.#seen.set(key, seen);
    return seen;
  }
}
