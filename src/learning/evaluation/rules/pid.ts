import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';
import { memories, moving } from './rule.ts';

/**
 * PID control of the relative error against the plan, in the log of the multiplier (Zhang et al., Feedback control of real-time
 * display advertising, WSDM 2016): `gain` is the proportional part, a tenth of `memory` the integral one.
 */
export function pid(tuning: ClassicalTuning): Contender {
  const memory = memories(() => ({ sum: 0, before: Number.NaN }));
  return moving('pid', tuning, (known, row, tick) => {
    const own = memory(row, tick);
    const error = known.planned > 0 ? (known.spent - known.planned) / known.planned : 0;
    const change = Number.isNaN(own.before) ? 0 : error - own.before;
    own.sum += error;
    own.before = error;
    return tuning.rate * (tuning.gain * error + 0.1 * tuning.memory * own.sum + change);
  });
}
