import type { BidNews, JoinedBid } from './bid-join.ts';

/** One decision with what came of it so far: what an agent learns from. Money in micros. */
export interface Experience {
  readonly at: number;
  readonly campaign: string;
  /** What was known. */
  readonly segment: string;
  readonly exposures: number;
  readonly market: string;
  /** What was done, and with which chance. */
  readonly creative: string;
  readonly propensity: number;
  readonly cpm: number;
  /** What came of it: paid, clicked, brought by conversions. */
  readonly paid: number;
  readonly clicked: boolean;
  readonly brought: number;
}

/** Experiences that are kept, the newest. */
const CAPACITY = 200_000;

/** The newest impressions that were bought, each with its decision: what the creative agent is judged by off-policy. */
export class ExperienceBuffer {
  readonly #capacity: number;
  readonly #bids: JoinedBid[] = [];
  #next = 0;

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#bids.length;
  }

  /** Takes a bid up when it is billed; what comes of it later is seen by itself. */
  hear({ kind, joined }: BidNews): void {
    if (kind !== 'billed' || joined.bid.choice === null) return;
    this.#bids[this.#next] = joined;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  /** What is kept, in no order; `since` leaves out what was bid before. */
  experiences(since = 0): readonly Experience[] {
    return this.#bids
      .filter(({ bid }) => bid.at >= since)
      .map(({ bid, paid, clickedAt, brought }) => ({
        at: bid.at,
        campaign: bid.campaign,
        segment: bid.choice!.segment,
        exposures: bid.choice!.exposures,
        market: bid.choice!.market,
        creative: bid.creative,
        propensity: bid.choice!.propensity,
        cpm: bid.cpm.amountMicros,
        paid,
        clicked: clickedAt !== null,
        brought,
      }));
  }
}
