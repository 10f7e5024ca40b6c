import { assert, type RandomStream } from '../../kernel/index.ts';

/**
 * Chance by place, for tens of millions of draws: the n-th number of a key depends on nothing but key and n, so what one
 * advertiser does never moves what another meets. The mixer has the three multiplications of Wellons' triple32, with
 * the second half of the key between them so that no two keys walk one sequence at different offsets.
 */
export interface NoiseKey {
  readonly first: number;
  readonly second: number;
}

/** A key of its own from a stream. */
export function noiseKey(random: RandomStream): NoiseKey {
  return { first: random.uint32() | 0, second: random.uint32() | 0 };
}

/** The n-th word of a key, as a signed integer of 32 bits; `n` is taken modulo 2^32. */
export function noiseWord(first: number, second: number, n: number): number {
  let word = (n + first) | 0;
  word = Math.imul(word ^ (word >>> 17), 0xed5ad4bb);
  word = Math.imul(word ^ (word >>> 11) ^ second, 0xac4c1b51);
  word = Math.imul(word ^ (word >>> 15), 0x31848bab);
  return word ^ (word >>> 14);
}

/** The n-th number of a key in [0, 1), of 32 random bits. */
export function noiseUniform(key: NoiseKey, n: number): number {
  return (noiseWord(key.first, key.second, n) >>> 0) * 2 ** -32;
}

/** Coefficients of Acklam's rational approximation of the normal quantile; relative error below 1.15e-9. */
const A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const B = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/** The number that a standard normal one is below with probability `p`, 0 to 1. */
export function normalQuantile(p: number): number {
  assert(p >= 0 && p <= 1, `normalQuantile(${p}) must be of 0 to 1`);
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(C, q) / polynomial(D, q);
  }
  const q = p - 0.5;
  return (polynomial(A, q * q) * q) / polynomial(B, q * q);
}

/** Cells of the table of the normal law; the outermost on each side are computed instead. */
const CELL_BITS = 12;
const CELLS = 1 << CELL_BITS;
const FRACTION = 2 ** -(32 - CELL_BITS);
const FRACTION_MASK = (1 << (32 - CELL_BITS)) - 1;

/** Quantiles at the edges of the cells; ±Infinity at the ends. */
const EDGES = Float64Array.from({ length: CELLS + 1 }, (_none, cell) => normalQuantile(cell / CELLS));

/** A standard normal number of a word: its quantile, straight lines between 4,097 points, and exact beyond the last. */
export function normalOf(word: number): number {
  const cell = word >>> (32 - CELL_BITS);
  if (cell === 0 || cell === CELLS - 1) return normalQuantile(((word >>> 0) + 0.5) * 2 ** -32);
  const low = EDGES[cell]!;
  return low + (EDGES[cell + 1]! - low) * (word & FRACTION_MASK) * FRACTION;
}
