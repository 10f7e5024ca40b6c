import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';
import { memories, pacedBy } from './rule.ts';

/** Most that a dual moves in a tick, in units of the rate. */
const MOST_EXCESS = 30;

/** The duals of one campaign. */
interface Duals {
  budget: number;
  ros: number;
}

/**
 * Min pacing (Balseiro et al., A field guide for pacing budget and ROS constraints, ICML 2023, “min pacing”): one controller for
 * the budget and one for the return on spend know nothing of each other; each says by what to multiply values, 1 ÷ μ and
 * (1 + ν) ÷ ν over the least return, and the lower one is bid. Both duals descend by mirror descent with the entropy,
 * towards what the plan spends and towards the least return. The latter is 1 ÷ `gain`: what is spent is to be at most
 * that part of its value.
 */
export function minPacing(tuning: ClassicalTuning): Contender {
  const memory = memories((): Duals => ({ budget: 1 + tuning.lambda, ros: 1 }));
  return pacedBy('min-pacing', tuning, ({ tickSpent, tickValue, plannedSpend }, row, tick) => {
    const duals = memory(row, tick);
    if (plannedSpend > 0) {
      const excess = tickSpent - tuning.gain * tickValue;
      duals.budget = descend(duals.budget, tuning.rate, tickSpent / plannedSpend - 1, 1);
      duals.ros = descend(duals.ros, tuning.rate, excess / plannedSpend, LEAST_DUAL);
    }
    return 1 / minMultiplier(duals.budget, duals.ros, 1 / tuning.gain);
  });
}

/** A dual must be able to grow again. */
const LEAST_DUAL = 1e-3;

function descend(dual: number, rate: number, excess: number, least: number): number {
  return Math.max(least, dual * Math.exp(rate * Math.min(MOST_EXCESS, excess)));
}

/**
 * The multiplier of values: the lower of those that the two controllers ask for.
 * @param budget the budget’s dual μ. @param ros the return’s dual ν. @param least the least value per unit of spend.
 */
export function minMultiplier(budget: number, ros: number, least: number): number {
  return Math.min(1 / budget, (1 + ros) / (ros * least));
}
