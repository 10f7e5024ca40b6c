import { type Micros, type Money, micros } from '../../kernel/index.ts';

/** Millionths of a percent: a share's digits beyond are not told apart. */
const PARTS_PER_PERCENT = 1_000_000;
/** How far from 100 the shares of a brief may add up to, in parts: three thirds are 99.99 %. */
const TOLERANCE = PARTS_PER_PERCENT / 100;

/** Whether percentages add up to 100, give or take 0.01. */
export function addUpToAll(percents: readonly number[]): boolean {
  const total = percents.reduce((sum, percent) => sum + parts(percent), 0);
  return Math.abs(total - 100 * PARTS_PER_PERCENT) <= TOLERANCE;
}

/**
 * Money by percentages, to the micro: the parts add up to `whole` exactly. Each is rounded down, and the micros that
 * are left over go to the largest remainders, to the earlier of equals.
 */
export function byShares(whole: Money, percents: readonly number[]): readonly Money[] {
  const amount = BigInt(whole.amountMicros);
  const weights = percents.map((percent) => BigInt(parts(percent)));
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  const amounts = weights.map((weight) => (amount * weight) / total);
  const left = Number(amount - amounts.reduce((sum, each) => sum + each, 0n));
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (amount * weight) % total }))
    .sort((a, b) => Number(b.remainder - a.remainder) || a.index - b.index);
  const raised = new Set(byRemainder.slice(0, left).map(({ index }) => index));
  return amounts.map((each, index) => ({
    ...whole,
    amountMicros: micros(Number(each) + (raised.has(index) ? 1 : 0)) as Micros,
  }));
}

function parts(percent: number): number {
  return Math.round(percent * PARTS_PER_PERCENT);
}
