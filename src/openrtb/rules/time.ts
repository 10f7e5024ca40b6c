import type { BidRequest } from '../request.ts';
import type { Refusal } from './no-bid.ts';

/** Kept back of every time limit for what neither side measures. */
export const RESERVE_MS = 10;
/** What a round trip to an exchange may cost until its 99th percentile is known. */
export const DEFAULT_NETWORK_MS = 30;
/** What an exchange that does not say is taken to mean. */
export const DEFAULT_TMAX_MS = 100;

/**
 * Milliseconds that we have ourselves: `tmax` counts the way there and back (section 3 of the rules, OpenRTB §3.2.1).
 * Below 0 the answer would be late whatever we do.
 */
export function timeBudgetMs(
  request: BidRequest,
  networkMs: number = DEFAULT_NETWORK_MS,
  defaultTmaxMs: number = DEFAULT_TMAX_MS,
): number {
  const tmax = request.tmax === 0 ? defaultTmaxMs : request.tmax;
  return tmax - networkMs - RESERVE_MS;
}

/** A late bid is worse than none: refuses when less is left than a decision usually takes. */
export function timeRefusal(budgetMs: number, spentMs: number, decisionMs: number): Refusal {
  return budgetMs - spentMs < decisionMs ? 'time-too-short' : '';
}
