import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';
import { moving } from './rule.ts';

/** Each tick, the multiplier that would spend what is left by the forecast, if spending were inverse to it to the power 1 ÷ `rate`. */
export function reSolve(tuning: ClassicalTuning): Contender {
  return moving('re-solve', tuning, ({ tickSpent, plannedSpend }) =>
    tickSpent > 0 && plannedSpend > 0 ? tuning.rate * Math.log(tickSpent / plannedSpend) : 0,
  );
}
