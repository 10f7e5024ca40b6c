import { assert, type Micros, micros } from '../../kernel/index.ts';

/**
 * What money brings, with less for each further micro: value(s) = valuePerMicro · scale · (1 − exp(−s / scale)).
 * The first micro brings `valuePerMicro`; after `scale` micros, the next brings 1/e of that. Both are above 0.
 */
export interface ResponseCurve {
  readonly valuePerMicro: number;
  readonly scaleMicros: number;
}

/** One campaign that asks for a part. */
export interface TrancheNeed {
  readonly id: string;
  /** The most it may get: what is left of its own budget. */
  readonly capMicros: Micros;
  /** The least it should get, if there is enough for all; what is beyond its cap is not counted. */
  readonly minMicros: Micros;
  readonly curve: ResponseCurve;
}

/** Value of the next micro after `spend`, in micros of value. */
export function marginalValue({ valuePerMicro, scaleMicros }: ResponseCurve, spend: number): number {
  return valuePerMicro * Math.exp(-spend / scaleMicros);
}

/**
 * Splits `totalMicros` so that the next micro would bring as much in every campaign that is neither at its least nor
 * at its cap, which is the split of the greatest value when curves are concave (water-filling; Gallager 1968, Boyd &
 * Vandenberghe, "Convex optimization", §5.5.3). The parts, in the order of `needs`, sum to min(total, all caps)
 * exactly; none is negative or above its cap. When there is not enough for the least of all, each gets its share of it.
 */
export function allocateTranches(needs: readonly TrancheNeed[], totalMicros: Micros): readonly Micros[] {
  const caps = needs.map(({ capMicros }) => Math.max(0, capMicros));
  const leasts = needs.map(({ minMicros }, index) => Math.min(Math.max(0, minMicros), caps[index]!));
  for (const { id, curve } of needs)
    assert(
      isPositive(curve.valuePerMicro) && isPositive(curve.scaleMicros),
      `the curve of campaign ${id} must be above 0 and finite`,
    );
  const target = Math.max(0, Math.min(totalMicros, sumOf(caps)));
  const least = sumOf(leasts);
  if (target <= least)
    return wholeParts(
      leasts.map((part) => (least > 0 ? part * (target / least) : 0)),
      leasts,
      target,
    );
  const firsts = needs.map(({ curve }) => Math.log(curve.valuePerMicro));
  const level = commonLevel(needs, firsts, leasts, caps, target);
  const parts = needs.map(({ curve }, index) =>
    partAt(level, firsts[index]!, curve.scaleMicros, leasts[index]!, caps[index]!),
  );
  return wholeParts(parts, caps, target);
}

/** What one gets when its next micro may bring no less than exp(`level`); `first` is the logarithm of its first micro. */
function partAt(level: number, first: number, scale: number, least: number, cap: number): number {
  return Math.min(cap, Math.max(least, scale * (first - level)));
}

/**
 * The logarithm of the marginal value at which the parts sum to `target`; their sum falls as it rises. The interval in
 * which it lies is halved until a double has no number between its ends.
 */
function commonLevel(
  needs: readonly TrancheNeed[],
  firsts: readonly number[],
  leasts: readonly number[],
  caps: readonly number[],
  target: number,
): number {
  let low = Infinity;
  let high = -Infinity;
  for (const [index, { curve }] of needs.entries()) {
    const first = firsts[index]!;
    low = Math.min(low, first - caps[index]! / curve.scaleMicros);
    high = Math.max(high, first - leasts[index]! / curve.scaleMicros);
  }
  for (;;) {
    const middle = (low + high) / 2;
    if (!(middle > low && middle < high)) return middle;
    let sum = 0;
    for (let index = 0; index < needs.length; index += 1)
      sum += partAt(middle, firsts[index]!, needs[index]!.curve.scaleMicros, leasts[index]!, caps[index]!);
    if (sum > target) low = middle;
    else high = middle;
  }
}

/** Whole micros that sum to `target`: rounded down, then the largest remainders up, none above its cap. */
function wholeParts(parts: readonly number[], caps: readonly number[], target: number): readonly Micros[] {
  const whole = parts.map((part, index) => Math.min(caps[index]!, Math.floor(part)));
  let left = target - sumOf(whole);
  const byRemainder = parts
    .map((part, index) => ({ index, remainder: part - whole[index]! }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder) {
    if (left <= 0) break;
    if (whole[index]! >= caps[index]!) continue;
    whole[index]! += 1;
    left -= 1;
  }
  // What doubles lost on the way, a few micros in billions, goes wherever there is room, or comes from where there is.
  for (let index = 0; index < whole.length && left !== 0; index += 1) {
    const moved = left > 0 ? Math.min(left, caps[index]! - whole[index]!) : -Math.min(-left, whole[index]!);
    whole[index]! += moved;
    left -= moved;
  }
  return whole.map(micros);
}

function isPositive(value: number): boolean {
  return value > 0 && value < Infinity;
}

function sumOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
