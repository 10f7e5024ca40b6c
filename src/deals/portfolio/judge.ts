import { brokenRules } from './feasible.ts';
import { type InstantAnswer, quotesOf, worthOf } from './instant.ts';
import type { Problem } from './problem.ts';
import type { PortfolioReport } from './report.ts';
import type { SolverReply } from './solver-messages.ts';

/** Bounds computed in floating point are trusted to this share; values are whole numbers far below it. */
const BOUND_TOLERANCE = 1e-7;

/** The best choice known and what is proven of it. Without `items` none is allowed, or none was found. */
export interface Judgement extends Pick<PortfolioReport, 'bound' | 'proof' | 'note'> {
  readonly items: readonly number[] | null;
}

/**
 * Joins the first answer with the solver's. The solver's choice counts only if it keeps every rule exactly, and
 * its bound only where it improves on ours.
 */
export function judge(problem: Problem, instant: InstantAnswer, reply: SolverReply | null): Judgement {
  const { items, value, bound } = instant;
  if (reply === null) return { items, bound: value, proof: 'optimal', note: '' };
  if (reply.kind === 'failed') {
    return { items, bound, proof: 'instant', note: `the solver did not help: ${reply.message}` };
  }
  if (reply.kind === 'infeasible') {
    if (items === null) return { items, bound: 0, proof: 'optimal', note: '' };
    return { items, bound, proof: 'instant', note: 'the solver wrongly found nothing allowed' };
  }
  const solverBound = reply.bound === null ? bound : Math.floor(reply.bound * (1 + 1e-9) + 1e-6);
  const least = Math.min(bound, Math.max(solverBound, items === null ? 0 : value));
  if (reply.kind === 'nothing') return settle(items, value, least, '');
  const broken = brokenRules(quotesOf(problem, reply.picks), problem.input);
  if (broken.length > 0) return settle(items, value, least, `the solver's choice broke ${broken.join(', ')}`);
  const worth = worthOf(problem, reply.picks);
  if (items !== null && worth <= value) return settle(items, value, least, '');
  return settle(reply.picks, worth, Math.max(least, worth), '');
}

function settle(items: readonly number[] | null, value: number, bound: number, note: string): Judgement {
  const isProven = items !== null && bound - value <= BOUND_TOLERANCE * bound;
  return { items, bound, proof: isProven ? 'optimal' : 'feasible', note };
}
