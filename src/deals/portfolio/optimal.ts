import type { Clock } from '../../kernel/index.ts';
import type { NormalizedQuote } from '../types.ts';
import { checkConstraints } from './check-constraints.ts';
import { refuseImpossible, refuseInfeasible } from './infeasible.ts';
import { greedyItems, type InstantAnswer, instantAnswer, quotesOf, worthOf } from './instant.ts';
import { judge } from './judge.ts';
import { makeProblem, type Problem } from './problem.ts';
import type { PortfolioReport } from './report.ts';
import { solveInWorker } from './solver.ts';
import type { SolverReply } from './solver-messages.ts';
import type { PortfolioInput, PortfolioStrategy, SkippedQuote } from './strategy.ts';

/** @defaultValue of `timeLimitMs`. */
export const DEFAULT_SOLVER_TIME_MS = 5_000;

export interface SolvePortfolioOptions {
  readonly clock: Clock;
  /** For the solver; the first answer takes about 40 ms. @defaultValue 5000 */
  readonly timeLimitMs?: number;
  /** Stops the solver; the best answer so far stands. */
  readonly signal?: AbortSignal;
  /** Called with the first answer, before the solver begins. */
  readonly onInstant?: (instant: Portfolio) => void;
}

/** An allowed choice and its worth in score-weighted impressions. */
export interface Portfolio {
  /** Best score first. */
  readonly picks: readonly NormalizedQuote[];
  readonly value: number;
}

/** Both answers, and how good the final one is known to be. */
export interface SolvedPortfolio extends PortfolioReport {
  readonly instant: Portfolio;
  readonly final: Portfolio;
  readonly skipped: readonly SkippedQuote[];
}

/**
 * The most score-weighted impressions that the budget buys under all constraints. A first answer and a bound
 * come at once from a Lagrangian relaxation; then HiGHS looks for a better one and proves how good it can be.
 * Every answer is checked in whole micros before it counts, whoever found it.
 * @throws GV_BAD_INPUT naming the constraint that cannot hold.
 */
export async function solvePortfolio(
  input: PortfolioInput,
  options: SolvePortfolioOptions,
): Promise<SolvedPortfolio> {
  checkConstraints(input.constraints);
  const problem = makeProblem(input);
  refuseImpossible(problem);
  const instant = instantAnswer(problem);
  const first = portfolio(problem, instant.items);
  if (instant.items !== null) options.onInstant?.(first);
  const isProven = instant.items !== null && instant.value >= instant.bound;
  const reply = isProven ? null : await askSolver(problem, instant, options);
  const judged = judge(problem, instant, reply);
  refuseInfeasible(problem, judged);
  const final = portfolio(problem, judged.items);
  const greedyValue = worthOf(problem, greedyItems(problem));
  return {
    instant: first,
    final,
    value: final.value,
    bound: judged.bound,
    gap: gapOf(final.value, judged.bound),
    instantGap: gapOf(first.value, judged.bound),
    gainOverGreedyPct: greedyValue === 0 ? null : (100 * (final.value - greedyValue)) / greedyValue,
    proof: judged.proof,
    note: judged.note,
    skipped: [...problem.skipped, ...leftOut(problem, final.picks, judged.items !== null)],
  };
}

/** `solvePortfolio` as a strategy. `timeLimitMs` bounds the solver each time a choice is made. */
export function optimal(options: Omit<SolvePortfolioOptions, 'onInstant'>): PortfolioStrategy {
  return {
    async choose(input) {
      const { final, skipped, instant: _instant, ...report } = await solvePortfolio(input, options);
      return { picks: final.picks, skipped, report };
    },
  };
}

function askSolver(
  problem: Problem,
  { items, promising }: InstantAnswer,
  { clock, timeLimitMs = DEFAULT_SOLVER_TIME_MS, signal }: SolvePortfolioOptions,
): Promise<SolverReply> {
  const allowed = [...promising, ...(items ?? [])];
  const cancel = signal === undefined ? {} : { signal };
  return solveInWorker(problem, { clock, timeLimitMs, allowed, start: items, ...cancel });
}

function portfolio(problem: Problem, items: readonly number[] | null): Portfolio {
  const ordered = [...(items ?? [])].sort((a, b) => a - b);
  return { picks: quotesOf(problem, ordered), value: worthOf(problem, ordered) };
}

function gapOf(value: number, bound: number): number {
  return bound <= 0 ? 0 : Math.max(0, (bound - value) / bound);
}

function leftOut(problem: Problem, picks: readonly NormalizedQuote[], isAllowed: boolean): SkippedQuote[] {
  const picked = new Set(picks);
  const reason = isAllowed
    ? 'the budget and the constraints are better used without it'
    : 'no choice that keeps all constraints was found';
  return problem.items
    .filter((quote) => !picked.has(quote))
    .map(({ quoteId, sellerId }) => ({ quoteId, sellerId, reason }));
}
