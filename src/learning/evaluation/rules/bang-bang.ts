import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';
import { moving } from './rule.ts';

/** A step of 0.3 × `rate` up when ahead of the plan, one down when behind, as AuctionNet’s “PID” does with steps of its own. */
export function bangBang(tuning: ClassicalTuning): Contender {
  const step = 0.3 * tuning.rate;
  return moving('bang-bang', tuning, (known) => Math.sign(known.spent - known.planned) * step);
}
