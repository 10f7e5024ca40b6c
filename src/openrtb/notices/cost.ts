import type { Micros } from '../../kernel/index.ts';
import type { Notice } from './types.ts';

/**
 * What a billing notice costs, rounded up to a micro: price / 1000 × multiplier (W11), the bid itself when the exchange
 * gave no price, nothing for tests and audits. Never more than was reserved, which is the same of bid and
 * `maxMultiplier`.
 */
export function noticeCost(notice: Notice): Micros {
  if (notice.test || notice.price === 'audit') return 0 as Micros;
  return impressionCost(notice.price ?? notice.capCpmMicros, notice.multiplier);
}

/** What to reserve for a bid: the cost of one display at `cpmMicros`, rounded up to a micro. */
export function impressionCost(cpmMicros: number, multiplier: number): Micros {
  return Math.ceil((cpmMicros * multiplier) / 1000) as Micros;
}
