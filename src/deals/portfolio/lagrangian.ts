import type { Problem } from './problem.ts';

/** Enough for the bound to settle on hundreds of quotes and tens of constraints. */
const ITERATIONS = 400;
const FIRST_STEP = 1.5;
/** Rounds without a better bound before the step is halved. */
const PATIENCE = 12;

/** The price of each constraint, and what no choice can exceed given these prices. */
export interface Relaxation {
  readonly multipliers: Float64Array;
  readonly bound: number;
  /** The items that the relaxed problem buys at the best prices found. */
  readonly picks: readonly number[];
}

/**
 * Lagrangian relaxation: the constraints become prices, what remains (one item per group, at most `slots`) is
 * solved exactly by sorting, and a subgradient method moves the prices. Every price vector gives a valid upper
 * bound; the least one found is kept. `target` is the value of a choice already known.
 */
export function relax(problem: Problem, target: number): Relaxation {
  const { rows } = problem;
  const multipliers = new Float64Array(rows.length);
  let best: Relaxation = { multipliers: multipliers.slice(), bound: Number.POSITIVE_INFINITY, picks: [] };
  let step = FIRST_STEP;
  let stale = 0;
  for (let iteration = 0; iteration < ITERATIONS && step > 1e-4; iteration += 1) {
    const { bound, picks } = solveRelaxed(problem, multipliers);
    if (bound < best.bound) {
      best = { multipliers: multipliers.slice(), bound, picks };
      stale = 0;
    } else if (++stale >= PATIENCE) {
      step /= 2;
      stale = 0;
      multipliers.set(best.multipliers);
      continue;
    }
    if (!movePrices(problem, multipliers, picks, step * Math.max(bound - target, 1e-6 * Math.abs(bound))))
      break;
  }
  return best;
}

/** A subgradient step; false when the relaxed choice breaks nothing that has a price, so that it is optimal. */
function movePrices(
  problem: Problem,
  multipliers: Float64Array,
  picks: readonly number[],
  gap: number,
): boolean {
  const { rows } = problem;
  const excess = rows.map((row) =>
    picks.reduce((total, item) => total + row.coefficients[item]!, -row.limit),
  );
  const moves = excess.map((value, row) => (value > 0 || multipliers[row]! > 0 ? value : 0));
  const norm = moves.reduce((total, value) => total + value * value, 0);
  if (norm < 1e-18) return false;
  for (let row = 0; row < rows.length; row += 1) {
    multipliers[row] = Math.max(0, multipliers[row]! + (gap / norm) * moves[row]!);
  }
  return true;
}

/** What an item is worth after paying the constraints' prices. */
export function reducedValues(problem: Problem, multipliers: Float64Array): Float64Array {
  const reduced = problem.values.slice();
  problem.rows.forEach(({ coefficients }, row) => {
    const price = multipliers[row]!;
    if (price === 0) return;
    for (let item = 0; item < reduced.length; item += 1) reduced[item]! -= price * coefficients[item]!;
  });
  return reduced;
}

/**
 * The items that a choice worth more than `target` could contain, by the bound: buying any other one costs, at
 * the relaxation's prices, more than the bound leaves above `target`.
 */
export function promisingItems(problem: Problem, relaxation: Relaxation, target: number): readonly number[] {
  const { multipliers, bound, picks } = relaxation;
  const reduced = reducedValues(problem, multipliers);
  const chosenOf = new Map(picks.map((item) => [problem.groups[item]!, item]));
  const last = picks.length < problem.slots ? undefined : picks.at(-1);
  const entry = last === undefined ? 0 : Math.max(0, reduced[last]!);
  const promising: number[] = [];
  for (let item = 0; item < reduced.length; item += 1) {
    const rival = chosenOf.get(problem.groups[item]!);
    const displaced = rival === undefined ? entry : reduced[rival]!;
    if (bound - Math.max(0, displaced - reduced[item]!) > target) promising.push(item);
  }
  return promising;
}

function solveRelaxed(problem: Problem, multipliers: Float64Array): { bound: number; picks: number[] } {
  const reduced = reducedValues(problem, multipliers);
  const bestOfGroup = new Int32Array(problem.groupCount).fill(-1);
  for (let item = 0; item < reduced.length; item += 1) {
    const group = problem.groups[item]!;
    const best = bestOfGroup[group]!;
    if (reduced[item]! > 0 && (best < 0 || reduced[item]! > reduced[best]!)) bestOfGroup[group] = item;
  }
  const picks = [...bestOfGroup]
    .filter((item) => item >= 0)
    .sort((a, b) => reduced[b]! - reduced[a]!)
    .slice(0, problem.slots);
  let bound = 0;
  for (const item of picks) bound += reduced[item]!;
  problem.rows.forEach(({ limit }, row) => {
    bound += multipliers[row]! * limit;
  });
  return { bound, picks };
}
