import { compare, type Money, micros } from '../../kernel/index.ts';

/**
 * Whether a quote may be bought under a ceiling, inclusive. Without a ceiling everything may; with one, what
 * has no price may not. @throws GV_BAD_INPUT when the currencies differ.
 */
export function withinCeiling(effectiveCpm: Money | null, maxCpm: Money | undefined): boolean {
  if (maxCpm === undefined) return true;
  return effectiveCpm !== null && compare(effectiveCpm, maxCpm) <= 0;
}

/**
 * The highest price up to `limit` that `fits`, or null when none does. `fits` must hold for every price below
 * one for which it holds, as it does for "its effective CPM is within the ceiling".
 */
export function highestThatFits(limit: Money, fits: (price: Money) => boolean): Money | null {
  let low = 0;
  let high: number = limit.amountMicros;
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2);
    if (fits({ ...limit, amountMicros: micros(middle) })) low = middle;
    else high = middle - 1;
  }
  return low > 0 ? { ...limit, amountMicros: micros(low) } : null;
}
