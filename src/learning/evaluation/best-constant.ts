import type { Scenario } from '../../adauction/index.ts';
import type { ClassicalTuning } from '../../delivery/index.ts';
import { classicalContender } from './contenders.ts';
import { playDays, type Split } from './play-days.ts';

/** Multipliers that are tried: 1 + λ in steps of an eighth of an octave, from 1 to 8. */
const TRIED = Array.from({ length: 25 }, (_, step) => 2 ** (step / 8) - 1);

/**
 * What each day would have brought, micros, with the one multiplier that was best for it, the same for all campaigns from
 * morning to night: a bound of bidding by a constant, as nobody knows it beforehand.
 */
export function bestConstantSurplus(
  scenario: Scenario,
  split: Split,
  days: number,
  skip: number,
  tuning: ClassicalTuning,
): Float64Array {
  const best = new Float64Array(days).fill(Number.NEGATIVE_INFINITY);
  for (const lambda of TRIED) {
    const contender = classicalContender('constant', { ...tuning, lambda, rate: 0 });
    for (const [day, { surplus }] of playDays(contender, scenario, split, days, skip).entries())
      best[day] = Math.max(best[day]!, surplus);
  }
  return best;
}
