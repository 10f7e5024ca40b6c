/**
 * Steps of the quadrature, whose error stays below 0.005 (measured against 20 000 steps). Together with that of the
 * approximation below, chances are within 0.015 of drawing from the Betas, at some 25 µs for four candidates.
 */
const STEPS = 96;
/** How far, in deviations of a cube root, a distribution is followed. */
const REACH = 5;
/** Every candidate is chosen at least so often, so that what is logged can judge any other policy. */
export const EXPLORATION_FLOOR = 0.02;
/** Share of choices that the floors may take together, when candidates are many. */
const MOST_EXPLORATION = 0.2;

/** The normal distribution function (Abramowitz & Stegun 7.1.26; error below 1.5e-7). */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.3275911 * (Math.abs(z) * Math.SQRT1_2));
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * poly * Math.exp(-0.5 * z * z);
  return z > 0 ? 1 - tail : tail;
}

/**
 * Chance that Beta(alpha, beta) is at most `x`, by the cube-root approximation of Paulson (Abramowitz & Stegun
 * 26.5.22; error below 0.005 for alpha + beta > 6).
 */
export function betaCdf(x: number, alpha: number, beta: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const upper = Math.cbrt(beta * x);
  const lower = Math.cbrt(alpha * (1 - x));
  const distance = 3 * (upper * (1 - 1 / (9 * beta)) - lower * (1 - 1 / (9 * alpha)));
  return normalCdf(distance / Math.sqrt((upper * upper) / beta + (lower * lower) / alpha));
}

/** The least chance of each of `count` candidates: 2 %, less when there are more than ten. */
export function floorOfChance(count: number): number {
  return Math.min(EXPLORATION_FLOOR, MOST_EXPLORATION / count);
}

/**
 * The chances with which Thompson sampling would choose: for each i, that a draw of Beta(alphas[i], betas[i]) is the
 * largest, by quadrature over their distribution functions (Thompson, 1933; Chapelle & Li, "An empirical evaluation of
 * Thompson sampling", 2011), lifted to the exploration floor. They sum to 1 and none is 0. To draw from these instead
 * of from the Betas makes the chance that is logged the exact one.
 */
export function thompsonChances(alphas: readonly number[], betas: readonly number[]): number[] {
  const count = alphas.length;
  const floor = floorOfChance(count);
  const best = chancesToBeBest(alphas, betas);
  const total = best.reduce((sum, chance) => sum + chance, 0);
  // A grid that saw no mass at all (figures beyond doubles) leaves it to chance alone.
  return best.map((chance) => (total > 0 ? floor + (1 - count * floor) * (chance / total) : 1 / count));
}

function chancesToBeBest(alphas: readonly number[], betas: readonly number[]): number[] {
  const count = alphas.length;
  const [from, to] = rangeThatDecides(alphas, betas);
  const chances = new Array<number>(count).fill(0);
  const before = new Float64Array(count);
  const after = new Float64Array(count);
  for (let step = 0; step <= STEPS; step += 1) {
    const root = from + ((to - from) * step) / STEPS;
    for (let i = 0; i < count; i += 1) after[i] = betaCdf(root * root * root, alphas[i]!, betas[i]!);
    if (step > 0) addStep(chances, before, after);
    before.set(after);
  }
  return chances;
}

/** What one step adds: the mass of each in it, times the chance that all others are below it. */
function addStep(chances: number[], before: Float64Array, after: Float64Array): void {
  for (let i = 0; i < chances.length; i += 1) {
    let chance = after[i]! - before[i]!;
    for (let j = 0; j < chances.length && chance > 0; j += 1)
      if (j !== i) chance *= (before[j]! + after[j]!) / 2;
    if (chance > 0) chances[i]! += chance;
  }
}

/**
 * Where the best is decided, in cube roots of rates, in which Betas are nearly normal: from where the highest low end
 * begins (below it, one is certainly higher) to the highest end.
 */
function rangeThatDecides(alphas: readonly number[], betas: readonly number[]): [number, number] {
  let from = 0;
  let to = 0;
  for (let i = 0; i < alphas.length; i += 1) {
    const mean = Math.cbrt(alphas[i]! / (alphas[i]! + betas[i]!));
    const deviation = mean / (3 * Math.sqrt(alphas[i]!));
    from = Math.max(from, mean - REACH * deviation);
    to = Math.max(to, mean + REACH * deviation);
  }
  return [from, Math.min(to, 1)];
}
