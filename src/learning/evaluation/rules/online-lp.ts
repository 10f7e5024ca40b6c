import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';
import { solving } from './price-of-money.ts';
import { responses } from './response.ts';

/**
 * OnlineLP (Agrawal, Wang and Ye, A dynamic near-optimal algorithm for online linear programming, Operations Research 2014,
 * dynamic learning algorithm): the price of money is the dual price of the linear program over the requests seen so far: which of them to
 * bid what for, in what parts, so that value less cost is most and no more is spent than their part of the money. Solved
 * anew in each tick, and for a part of the money that is left instead of what there was (Li and Ye, Online linear
 * programming: dual convergence, new algorithms, and regret bounds, Operations Research 2022, action-history-dependent), as AuctionNet’s
 * OnlineLP does too.
 */
export function onlineLp(tuning: ClassicalTuning): Contender {
  return solving('online-lp', tuning, responses(tuning.shade));
}
