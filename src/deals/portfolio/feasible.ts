import type { NormalizedQuote } from '../types.ts';
import { alternativesKey } from './admissible.ts';
import { impressionsOf, SHARE_SCALE, shareLimits, spendOf } from './problem.ts';
import type { PortfolioInput } from './strategy.ts';

/**
 * Every rule that a choice breaks, by name; empty when it may be bought. Decided in whole micros and whole
 * millionths, whoever made the choice: a solver's floating point is never trusted with money.
 */
export function brokenRules(picks: readonly NormalizedQuote[], input: PortfolioInput): readonly string[] {
  const { remaining, slots, held, constraints } = input;
  const broken: string[] = [];
  const all = [...held, ...picks];
  const spent = spendOf(all);
  if (spendOf(picks) > BigInt(remaining.amountMicros)) broken.push('budget');
  if (picks.length > slots) broken.push('maxDeals');
  const keys = new Set(held.map(alternativesKey));
  for (const pick of picks) {
    const { cost, minimumSpend } = pick;
    if (
      cost === null ||
      cost.currency !== remaining.currency ||
      cost.amountMicros < minimumSpend.amountMicros
    ) {
      broken.push(`minimum spend of ${pick.quoteId}`);
    }
    const key = alternativesKey(pick);
    if (keys.has(key)) broken.push(`one quote per product of ${pick.sellerId}`);
    keys.add(key);
  }
  const { minImpressions } = constraints;
  if (minImpressions !== undefined && impressionsOf(all) < minImpressions) broken.push('minImpressions');
  for (const { name, share, sign, includes } of shareLimits(all, constraints)) {
    const part = spendOf(all.filter(includes)) * BigInt(SHARE_SCALE);
    const allowed = spent * BigInt(Math.round(share * SHARE_SCALE));
    if (sign === 1 ? part > allowed : part < allowed) broken.push(name);
  }
  return broken;
}
