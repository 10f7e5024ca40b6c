import { divideRoundingUp } from '../../kernel/index.ts';

/** An exact fraction of whole numbers, not negative, in lowest terms. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

/** `numerator / denominator` in lowest terms, so that products with it stay within exact doubles longer. */
export function ratio(numerator: number, denominator: number): Ratio {
  let [a, b] = [numerator, denominator];
  while (b !== 0) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}

/** `value × by` to the next whole number upwards, exactly. `value` is whole and not negative. */
export function timesRoundingUp(value: number, by: Ratio): number {
  const product = value * by.numerator;
  if (product > Number.MAX_SAFE_INTEGER) {
    return divideRoundingUp(BigInt(value) * BigInt(by.numerator), BigInt(by.denominator));
  }
  // The division may round to the next integer; the remainder is then negative and that integer is the answer.
  const quotient = Math.floor(product / by.denominator);
  return product - quotient * by.denominator > 0 ? quotient + 1 : quotient;
}

/** A private auction clears above its floor: what it costs is expected at 120 % of it (semantics §6). */
export const PA_CLEARING: Ratio = ratio(6, 5);
