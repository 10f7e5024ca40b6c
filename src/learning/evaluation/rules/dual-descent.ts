import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';
import { moving } from './rule.ts';

/** Most that a tick’s spend counts for, over the even one. */
const MOST_EXCESS = 30;

/**
 * Dual mirror descent with the entropy, towards even spending (Balseiro, Lu and Mirrokni, The best of many worlds: dual mirror
 * descent for online allocation problems, Operations Research 2023, algorithm 1).
 */
export function dualDescent(tuning: ClassicalTuning): Contender {
  return moving('dmd', tuning, ({ tickSpent, evenSpend }) =>
    evenSpend > 0 ? tuning.rate * Math.min(MOST_EXCESS, tickSpent / evenSpend - 1) : 0,
  );
}
