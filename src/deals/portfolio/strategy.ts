import type { DealType, Money } from '../../kernel/index.ts';
import type { NormalizedQuote } from '../types.ts';
import type { PortfolioReport } from './report.ts';

/** What a portfolio must also satisfy, over what is already held and what is picked. Only `optimal` keeps them. */
export interface PortfolioConstraints {
  /** Least impressions in total. */
  readonly minImpressions?: number;
  /** Most of the spend that one seller may have: above 0, up to 1, at most six places. */
  readonly maxSellerShare?: number;
  /** Least and most of the spend per deal type, 0 to 1, at most six places. */
  readonly dealTypeShares?: Readonly<
    Partial<Record<DealType, { readonly min?: number; readonly max?: number }>>
  >;
}

export interface PortfolioInput {
  /** In ranked order, best first. */
  readonly candidates: readonly NormalizedQuote[];
  readonly remaining: Money;
  /** How many more deals may be made. */
  readonly slots: number;
  /** Bought before: they count for shares and impressions, and their seller's product is not bought twice. */
  readonly held: readonly NormalizedQuote[];
  readonly constraints: PortfolioConstraints;
}

export interface SkippedQuote {
  readonly quoteId: string;
  readonly sellerId: string;
  readonly reason: string;
}

export interface PortfolioChoice {
  /** Best first; together they fit the remaining budget. */
  readonly picks: readonly NormalizedQuote[];
  readonly skipped: readonly SkippedQuote[];
  /** How good the choice is known to be; only `optimal` says. */
  readonly report?: PortfolioReport;
}

/** Which of the ranked quotes to buy. A quote is bought whole or not at all. */
export interface PortfolioStrategy {
  choose(input: PortfolioInput): Promise<PortfolioChoice>;
}
