import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';

/** One multiplier for all days, the tuning’s. */
export function fixed(tuning: ClassicalTuning): Contender {
  return { name: 'static', tuning: { ...tuning, rate: 0 }, act: () => {} };
}
