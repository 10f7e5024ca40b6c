/** Most (user, campaign) pairs one process remembers; the users unseen longest go first. */
const MAX_PAIRS = 500_000;

interface Seen {
  readonly campaign: number;
  /** Wall times of billed impressions within the window, oldest first. */
  readonly times: number[];
  /** Bids that are not resolved yet. */
  pending: number;
}

/** How often a user may see a campaign. */
export interface FrequencyCap {
  readonly impressions: number;
  readonly windowMs: number;
}

/**
 * Frequency caps: counted when an impression is billed, held while a bid is open, so that a burst cannot pass the
 * cap (spec §15). By user id and campaign index; without an id there is no cap to keep, and the caller decides. Most
 * users are not known at all, which one look-up tells for all campaigns.
 */
export class FrequencyCaps {
  /** The few campaigns of each user, in the order in which users were last counted. */
  readonly #users = new Map<string, Seen[]>();
  readonly #maxPairs: number;
  #pairs = 0;

  constructor(maxPairs: number = MAX_PAIRS) {
    this.#maxPairs = maxPairs;
  }

  /** How many pairs are remembered. */
  get pairs(): number {
    return this.#pairs;
  }

  allows(user: string, campaign: number, cap: FrequencyCap, now: number): boolean {
    const seen = this.#find(user, campaign);
    if (seen === undefined) return true;
    while (seen.times.length > 0 && seen.times[0]! <= now - cap.windowMs) seen.times.shift();
    return seen.times.length + seen.pending < cap.impressions;
  }

  /** Billed impressions that are remembered for the pair. */
  exposures(user: string, campaign: number): number {
    return this.#find(user, campaign)?.times.length ?? 0;
  }

  hold(user: string, campaign: number): void {
    this.#take(user, campaign).pending += 1;
  }

  /** The bid is over; `billedAt` when it was shown. */
  resolve(user: string, campaign: number, billedAt: number | undefined): void {
    const seen = this.#take(user, campaign);
    if (seen.pending > 0) seen.pending -= 1;
    if (billedAt !== undefined) seen.times.push(billedAt);
    else if (seen.pending === 0 && seen.times.length === 0) this.#forget(user, seen);
  }

  /** The user saw the campaign by another bidder. */
  see(user: string, campaign: number, at: number): void {
    this.#take(user, campaign).times.push(at);
  }

  #find(user: string, campaign: number): Seen | undefined {
    const all = this.#users.get(user);
    if (all === undefined) return undefined;
    for (const seen of all) if (seen.campaign === campaign) return seen;
    return undefined;
  }

  /** Moves the user to the young end, so that what is forgotten is what was not seen longest. */
  #take(user: string, campaign: number): Seen {
    const all = this.#users.get(user) ?? [];
    this.#users.delete(user);
    this.#users.set(user, all);
    for (const seen of all) if (seen.campaign === campaign) return seen;
    const seen: Seen = { campaign, times: [], pending: 0 };
    all.push(seen);
    this.#pairs += 1;
    while (this.#pairs > this.#maxPairs && this.#users.size > 1) this.#forgetOldest();
    return seen;
  }

  #forgetOldest(): void {
    const [user, all] = this.#users.entries().next().value!;
    this.#users.delete(user);
    this.#pairs -= all.length;
  }

  #forget(user: string, seen: Seen): void {
    const all = this.#users.get(user)!;
    all.splice(all.indexOf(seen), 1);
    this.#pairs -= 1;
    if (all.length === 0) this.#users.delete(user);
  }
}
