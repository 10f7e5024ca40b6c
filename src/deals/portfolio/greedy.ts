import { GavotteError, subtract } from '../../kernel/index.ts';
import type { NormalizedQuote } from '../types.ts';
import { alternativesKey, whyNot } from './admissible.ts';
import type { PortfolioChoice, PortfolioInput, PortfolioStrategy, SkippedQuote } from './strategy.ts';

/**
 * Best score first, as the IAB buyer agent, but with the true cost: a quote that does not fit what remains is
 * skipped, never trimmed, since another volume needs another quote.
 */
export const greedy: PortfolioStrategy = {
  async choose(input) {
    if (Object.keys(input.constraints).length > 0) {
      throw new GavotteError(
        'GV_BAD_INPUT',
        `the greedy portfolio cannot keep ${Object.keys(input.constraints).join(', ')}`,
        { fix: 'Use the optimal portfolio, or leave the constraints out.' },
      );
    }
    return greedyChoice(input);
  },
};

/** The greedy choice, constraints left aside. */
export function greedyChoice(input: Omit<PortfolioInput, 'constraints'>): PortfolioChoice {
  const taken = new Set(input.held.map(alternativesKey));
  const picks: NormalizedQuote[] = [];
  const skipped: SkippedQuote[] = [];
  let { remaining } = input;
  for (const quote of input.candidates) {
    if (picks.length >= input.slots) break;
    const key = alternativesKey(quote);
    const reason = taken.has(key)
      ? 'another quote for the same product of this seller was chosen'
      : whyNot(quote, remaining);
    if (reason !== null) {
      skipped.push({ quoteId: quote.quoteId, sellerId: quote.sellerId, reason });
      continue;
    }
    taken.add(key);
    picks.push(quote);
    if (quote.cost !== null) remaining = subtract(remaining, quote.cost);
  }
  return { picks, skipped };
}
