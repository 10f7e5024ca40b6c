import type { Blackboard } from '../../coordination/index.ts';
import type { OpenBid } from '../serving/candidate.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import type { FrequencyCaps } from './frequency-caps.ts';

const PREFIX = 'seen/';
/** Who was out of reach for so long has missed something; a bidder that starts hears of twice this time. */
const TTL_MS = 30_000;
/** Entries that a bidder writes in turn, so that none is overwritten before the others had time to hear it. */
const SLOTS = 64;
/** Entries at a time: with those of 64 KB, some 2,000 impressions a second. */
const ENTRIES_PER_TICK = 4;
const MOST_BYTES = 60_000;
/** What waits while the blackboard is away, at most; the oldest go first. */
const MOST_WAITING = 20_000;
/** Entries of others that are remembered as heard; of bidders long gone the oldest are forgotten. */
const MOST_HEARD = 16_384;

/** Someone saw a campaign: user, campaign id, wall time of the bill; or the id of a bid whose bill came to us. */
type Sight = readonly [user: string, campaign: string, at: number] | readonly [bidId: string];

interface Told {
  /** Rises with each entry of one bidder. */
  readonly seq: number;
  readonly sights: readonly Sight[];
}

/**
 * Frequency caps over all bidders. Each counts for itself, and tells the others about once a second which users were
 * billed an impression of a capped campaign; a bill that came to another bidder than bid is told to that one, which
 * alone knows the user. So a user who is spread over bidders passes a cap by no more than what is in flight: bids of the
 * other bidders that are open, and bills of the last ticks. While the blackboard is away each counts for itself, and
 * tells later. User ids are on the blackboard for a minute.
 */
export class SharedCaps {
  readonly #board: Blackboard;
  readonly #caps: FrequencyCaps;
  readonly #holder: string;
  readonly #now: () => number;
  readonly #byId: ReadonlyMap<string, RunningCampaign>;
  readonly #bidOf: (bidId: string) => OpenBid | undefined;
  /** Bids whose bill another bidder took. */
  readonly #counted = new WeakSet<OpenBid>();
  readonly #heard = new Map<string, number>();
  #waiting: Sight[] = [];
  /** An entry of which it is not known whether it was written: it goes again as it is. */
  #unsure: Told | undefined;
  #seq = 0;
  #isListening = false;

  constructor(options: {
    readonly board: Blackboard;
    readonly caps: FrequencyCaps;
    readonly holder: string;
    /** Wall time, milliseconds. */
    readonly now: () => number;
    readonly campaigns: readonly RunningCampaign[];
    /** A bid of this bidder by its id, as long as it is remembered. */
    readonly bidOf: (bidId: string) => OpenBid | undefined;
  }) {
    this.#board = options.board;
    this.#caps = options.caps;
    this.#holder = options.holder;
    this.#now = options.now;
    this.#byId = new Map(options.campaigns.map((running) => [running.campaign.id, running]));
    this.#bidOf = options.bidOf;
  }

  /** A bid of this bidder is over: gives its place under the cap back, or counts it. */
  ended(bid: OpenBid, isPaid: boolean): void {
    if (bid.cappedUser === '' || this.#counted.has(bid)) return;
    this.#resolve(bid, isPaid);
  }

  /** The bill of another bidder's bid came here. */
  billedFor(holder: string, bidId: string, campaign: string): void {
    if (holder === this.#holder || (this.#byId.get(campaign)?.campaign.frequencyCap ?? null) === null) return;
    this.#tell([bidId]);
  }

  /** Once a second: tells and hears. @throws as the blackboard does; what was not told waits */
  async tick(): Promise<void> {
    if (!this.#isListening) {
      await this.#board.watch(PREFIX, (key, entry) => this.#hear(key, entry?.value));
      this.#isListening = true;
    }
    for (let entry = 0; entry < ENTRIES_PER_TICK; entry += 1) {
      this.#unsure ??= this.#next();
      if (this.#unsure === undefined) return;
      const key = `${PREFIX}${this.#holder}/${this.#unsure.seq % SLOTS}`;
      await this.#board.write(key, this.#unsure, { ttlMs: TTL_MS });
      this.#unsure = undefined;
    }
  }

  #resolve({ cappedUser, candidate: { campaign } }: OpenBid, isPaid: boolean): void {
    const at = this.#now();
    this.#caps.resolve(cappedUser, campaign.index, isPaid ? at : undefined);
    if (isPaid) this.#tell([cappedUser, campaign.campaign.id, at]);
  }

  #tell(sight: Sight): void {
    this.#waiting.push(sight);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  /** As many as one entry holds; an id that none could hold is counted here alone. */
  #next(): Told | undefined {
    let bytes = 0;
    let count = 0;
    for (const sight of this.#waiting) {
      bytes += Buffer.byteLength(JSON.stringify(sight)) + 1;
      if (bytes > MOST_BYTES && count > 0) break;
      count += 1;
      if (bytes > MOST_BYTES) break;
    }
    const sights = this.#waiting.splice(0, count);
    if (bytes > MOST_BYTES && count === 1) return this.#next();
    if (count === 0) return undefined;
    this.#seq += 1;
    return { seq: this.#seq, sights };
  }

  /** What another version of us wrote and we cannot read is left alone. */
  #hear(key: string, value: unknown): void {
    if (key.startsWith(`${PREFIX}${this.#holder}/`) || typeof value !== 'object' || value === null) return;
    const { seq, sights } = value as Told;
    // An entry is heard again after a reconnection, and must count once.
    if (!Number.isSafeInteger(seq) || !Array.isArray(sights) || seq <= (this.#heard.get(key) ?? 0)) return;
    this.#heard.delete(key);
    this.#heard.set(key, seq);
    if (this.#heard.size > MOST_HEARD) this.#heard.delete(this.#heard.keys().next().value!);
    for (const sight of sights as readonly unknown[]) if (Array.isArray(sight)) this.#count(sight);
  }

  #count([name, campaign, at]: readonly unknown[]): void {
    if (typeof name !== 'string') return;
    if (campaign === undefined) {
      const bid = this.#bidOf(name);
      if (bid === undefined || bid.cappedUser === '' || this.#counted.has(bid)) return;
      this.#counted.add(bid);
      this.#resolve(bid, true);
      return;
    }
    const running = typeof campaign === 'string' ? this.#byId.get(campaign) : undefined;
    if (running === undefined || typeof at !== 'number' || !(at > 0)) return;
    this.#caps.see(name, running.index, Math.min(at, this.#now()));
  }
}
