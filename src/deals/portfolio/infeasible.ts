import { DEAL_TYPES, GavotteError, showMoney } from '../../kernel/index.ts';
import { instantAnswer } from './instant.ts';
import type { Judgement } from './judge.ts';
import { makeProblem, type Problem, SHARE_SCALE } from './problem.ts';
import type { PortfolioConstraints } from './strategy.ts';

/**
 * Refuses constraints that no purchase of these quotes can satisfy, when that is evident. After a first deal
 * nothing is refused any more: what is held is held, and the answer is to buy nothing else.
 * @throws GV_BAD_INPUT naming the constraint.
 */
export function refuseImpossible(problem: Problem): void {
  if (problem.items.length === 0 || problem.input.held.length > 0) return;
  const reason = evidentlyImpossible(problem);
  if (reason !== null) refuse(reason);
}

/** Refuses what the search has proven. @throws GV_BAD_INPUT naming the constraint. */
export function refuseInfeasible(problem: Problem, { items, proof }: Judgement): void {
  if (problem.input.held.length > 0) return;
  if (items === null) refuseMinImpressions(problem, proof === 'optimal');
  else if (items.length === 0 && proof === 'optimal') refuseShares(problem);
}

/** With nothing held the empty choice keeps every share, so only the least impressions can be missed. */
function refuseMinImpressions(problem: Problem, isProven: boolean): void {
  const { input } = problem;
  const { minImpressions = 0, ...shares } = input.constraints;
  const most = instantAnswer(
    makeProblem({ ...input, constraints: shares }, (quote) => quote.quote.impressions),
  );
  if (!isProven && most.bound >= minImpressions) return;
  const limits = [showMoney(input.remaining), `${input.slots} deals`, ...Object.keys(shares)].join(', ');
  refuse(
    `minImpressions ${minImpressions} cannot hold: within ${limits} at most ` +
      `${Math.min(most.bound, minImpressions - 1)} impressions can be bought`,
  );
}

/** Nothing may be bought although quotes fit the budget: names the constraints without any of which one could. */
function refuseShares(problem: Problem): void {
  const { input } = problem;
  if (problem.values.every((value) => value === 0)) return;
  const names = Object.keys(input.constraints) as (keyof PortfolioConstraints)[];
  const guilty = names.filter((name) => {
    const { [name]: _left, ...rest } = input.constraints;
    return (instantAnswer(makeProblem({ ...input, constraints: rest })).items ?? []).length > 0;
  });
  const named = guilty.length > 0 ? guilty : names;
  if (named.length > 0) refuse(`${named.join(', ')} cannot hold with these quotes: no purchase satisfies it`);
}

/**
 * A constraint that these quotes cannot satisfy with any purchase at all, in words; null when none is evident.
 * The search proves the rest.
 */
function evidentlyImpossible({ items, slots, input }: Problem): string | null {
  const { maxSellerShare, dealTypeShares = {} } = input.constraints;
  const quotes = [...items, ...input.held];
  if (maxSellerShare !== undefined) {
    const sellers = new Set(quotes.map((quote) => quote.sellerId)).size;
    const deals = slots + input.held.length;
    const count = Math.min(sellers, deals);
    if (count * Math.round(maxSellerShare * SHARE_SCALE) < SHARE_SCALE) {
      const what =
        sellers <= deals ? `${sellers} sellers have quotes that fit` : `${deals} deals are allowed`;
      return `maxSellerShare ${maxSellerShare} cannot hold: only ${what}`;
    }
  }
  for (const dealType of DEAL_TYPES) {
    const { min = 0 } = dealTypeShares[dealType] ?? {};
    if (min > 0 && !quotes.some((quote) => quote.dealType === dealType)) {
      return `dealTypeShares.${dealType}.min ${min} cannot hold: no ${dealType} quote fits`;
    }
  }
  const open = DEAL_TYPES.filter((each) => quotes.some((quote) => quote.dealType === each));
  const most = open.reduce(
    (total, each) => total + Math.round((dealTypeShares[each]?.max ?? 1) * SHARE_SCALE),
    0,
  );
  if (most < SHARE_SCALE) {
    const names = open.map((each) => `dealTypeShares.${each}.max`).join(' and ');
    return `${names} cannot hold: only ${open.join(' and ')} quotes fit, and they must make up all of the spend`;
  }
  return null;
}

function refuse(message: string): never {
  throw new GavotteError('GV_BAD_INPUT', message, { fix: 'Loosen the constraint, or ask more sellers.' });
}
