import type { RandomStream } from '../../kernel/index.ts';

/** What the bid path asks of the agents, campaign by campaign; each answer is arithmetic in memory. */
export interface BidAgents {
  /** Pacing: whether the campaign takes part in this request. The same request and campaign give the same answer. */
  admits(campaign: number, requestId: string): boolean;
  /** Creative selection: one of `creatives` (indexes within the campaign), and what an impression of it is worth. */
  choose(
    campaign: number,
    creatives: readonly number[],
    context: ChoiceContext,
    random: RandomStream,
  ): CreativeChoice;
  /**
   * A price that `price` will not exceed for this offer, whichever creative is chosen for whomever: whoever cannot win
   * with it need not be asked further.
   */
  most(campaign: number, offer: Omit<PriceOffer, 'valueCpm'>): number;
  /** Bidding: the price, a CPM in micros; 0 for no bid. */
  price(campaign: number, offer: PriceOffer): number;
}

/** Who would see the ad. */
export interface ChoiceContext {
  /** A segment of the user, '' when none may be used. */
  readonly segment: string;
  /** How often the user has seen this campaign of late. */
  readonly exposures: number;
}

/** What was chosen, and how. */
export interface CreativeChoice {
  readonly creative: number;
  /** Probability with which it was chosen, for learning from what came of it. */
  readonly propensity: number;
  /** Expected value of a thousand impressions, in micros of the campaign's currency. */
  readonly valueCpm: number;
}

/** What is on offer. Prices are CPM micros in the campaign's currency. */
export interface PriceOffer {
  readonly valueCpm: number;
  readonly floorCpm: number;
  readonly auction: 'first' | 'second';
  readonly maxCpm: number;
  /** Which prices are alike: exchange, format, kind of inventory. */
  readonly market: string;
}
