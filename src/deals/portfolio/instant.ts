import type { NormalizedQuote } from '../types.ts';
import { brokenRules } from './feasible.ts';
import { greedyChoice } from './greedy.ts';
import { promisingItems, relax } from './lagrangian.ts';
import { LocalSearch } from './local-search.ts';
import type { Problem } from './problem.ts';

/**
 * Coefficients looked at by the two local searches, the wide one and the deep one: together about 40 ms,
 * whatever the size of the problem.
 */
const EFFORTS = [6_000_000, 18_000_000] as const;
const MOVES_MAX = 600;

/** The first answer, as indices into the problem's items. */
export interface InstantAnswer {
  /** null when no allowed choice was found. */
  readonly items: readonly number[] | null;
  readonly value: number;
  /** No choice is worth more. */
  readonly bound: number;
  /** The items that a better choice could contain. */
  readonly promising: readonly number[];
}

/** A good choice and a bound on the best one, in about 40 ms, without a solver. */
export function instantAnswer(problem: Problem): InstantAnswer {
  let items: readonly number[] | null = null;
  let value = Number.NEGATIVE_INFINITY;
  const keep = (found: readonly number[], worth: number): boolean => {
    if (worth <= value || brokenRules(quotesOf(problem, found), problem.input).length > 0) return false;
    items = [...found];
    value = worth;
    return true;
  };
  keep([], 0);
  const first = greedyItems(problem);
  keep(first, worthOf(problem, first));
  const relaxation = relax(problem, Math.max(0, value));
  const penalty = 2 * Math.max(1, relaxation.bound);
  let start = relaxation.picks;
  for (const effort of EFFORTS) {
    // The better the best choice, the fewer items can be part of a better one, and the quicker each move.
    const buyable = promisingItems(problem, relaxation, value);
    const perMove = (buyable.length + 1) * (start.length + 1) * problem.rows.length;
    const moves = Math.min(MOVES_MAX, Math.ceil(effort / perMove));
    new LocalSearch(problem, { start, buyable, penalty }).run(moves, value, keep);
    start = items ?? relaxation.picks;
  }
  const bound = Math.floor(relaxation.bound * (1 + 1e-12));
  return { items, value: Math.max(0, value), bound, promising: promisingItems(problem, relaxation, value) };
}

/** The greedy choice as indices, constraints left aside. */
export function greedyItems(problem: Problem): readonly number[] {
  const { remaining, slots, held } = problem.input;
  const { picks } = greedyChoice({ candidates: problem.items, remaining, slots, held });
  const indexOf = new Map(problem.items.map((item, index) => [item, index]));
  return picks.flatMap((pick) => indexOf.get(pick) ?? []);
}

export function quotesOf(problem: Problem, items: readonly number[]): readonly NormalizedQuote[] {
  return items.map((item) => problem.items[item]!);
}

export function worthOf(problem: Problem, items: readonly number[]): number {
  return items.reduce((total, item) => total + problem.values[item]!, 0);
}
