import { compare, type Money, micros } from '../../kernel/index.ts';

/** Sellers grant no target below one unit per thousand (wire §4.1). */
const LEAST_TARGET_MICROS = 1_000_000;

/**
 * The target CPM worth a second quote request, or null when it cannot win. A seller grants any target of at
 * least its floor exactly, so the floor itself is the cheapest; a target above the price we could have without
 * one would only raise it (BUG-2), and one below the floor is ignored. `price` is the first quote's, `wanted`
 * what the buyer would like to pay, used when the seller does not tell its floor. The lower quote is kept.
 */
export function targetWorthAsking(known: {
  readonly floorCpm: Money | null;
  readonly wanted: Money | null;
  readonly price: Money | null;
}): Money | null {
  const { floorCpm, wanted, price } = known;
  const target = floorCpm ?? wanted;
  if (price === null || target === null || target.currency !== price.currency) return null;
  const amountMicros = micros(Math.max(LEAST_TARGET_MICROS, target.amountMicros));
  const asked = { amountMicros, currency: price.currency };
  return compare(asked, price) < 0 ? asked : null;
}
