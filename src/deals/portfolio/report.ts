import type { NormalizedQuote } from '../types.ts';

/** How good a choice is known to be. Values are in score-weighted impressions (see `portfolioValue`). */
export interface PortfolioReport {
  readonly value: number;
  /** No portfolio can be worth more. */
  readonly bound: number;
  /** (bound − value) / bound; 0 is proven best. */
  readonly gap: number;
  /** The gap of the first answer, against the same bound. */
  readonly instantGap: number;
  /** How much more it is worth than the greedy choice, which ignores the constraints; percent, null when that is 0. */
  readonly gainOverGreedyPct: number | null;
  /** `optimal`: proven best; `feasible`: the time was over first; `instant`: the solver was of no help. */
  readonly proof: 'optimal' | 'feasible' | 'instant';
  /** What went wrong with the solver; empty when nothing did. */
  readonly note: string;
}

/**
 * What a quote is worth: the impressions it is expected to deliver (impressions × fill rate, 70 % when the
 * seller does not say) × its score as a share of 100. A whole number, so that sums are exact.
 */
export function portfolioValue(quote: NormalizedQuote): number {
  const fill = Math.min(1, Math.max(0, quote.fillRateEstimate ?? 0.7));
  return Math.round(quote.quote.impressions * fill * (quote.score / 100));
}
