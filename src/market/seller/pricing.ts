import { fixed, roundHalfEven } from './rounding.ts';
import { TIER_RULES, type Tier } from './tiers.ts';

/** No price goes below a dollar, whatever the discounts (wire §3.3). */
export const LEAST_CPM = 1;

const VOLUME_STEPS: readonly (readonly [impressions: number, discount: number])[] = [
  [50_000_000, 0.2],
  [20_000_000, 0.15],
  [10_000_000, 0.1],
  [5_000_000, 0.05],
];

/** A price as the seller computes it, in dollars per thousand. */
export interface Price {
  readonly baseCpm: number;
  readonly finalCpm: number;
  readonly tierDiscount: number;
  readonly volumeDiscount: number;
  readonly rationale: string;
}

/** List price less tier and volume discounts. The product's floor is not applied here: a trap of wire §3.3. */
export function priceFor(baseCpm: number, tier: Tier, impressions: number): Price {
  const rules = TIER_RULES[tier];
  const volumeDiscount = rules.volumeDiscounts
    ? (VOLUME_STEPS.find(([least]) => impressions >= least)?.[1] ?? 0)
    : 0;
  const discounted = Math.max(baseCpm * (1 - rules.discount) * (1 - volumeDiscount), LEAST_CPM);
  const finalCpm = roundHalfEven(discounted, 2);
  const parts = [`Base price: $${fixed(baseCpm, 2)} CPM`];
  if (rules.discount > 0)
    parts.push(`${tier[0]!.toUpperCase()}${tier.slice(1)} tier: -${fixed(rules.discount * 100, 0)}%`);
  if (volumeDiscount > 0) parts.push(`Volume discount: -${fixed(volumeDiscount * 100, 1)}%`);
  parts.push(`Final price: $${fixed(discounted, 2)} CPM`);
  const savings = (1 - discounted / baseCpm) * 100;
  if (savings > 0) parts.push(`(Total savings: ${fixed(savings, 1)}%)`);
  return {
    baseCpm,
    finalCpm,
    tierDiscount: rules.discount,
    volumeDiscount,
    rationale: parts.join(' | '),
  };
}
