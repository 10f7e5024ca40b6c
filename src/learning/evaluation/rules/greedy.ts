import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';

/** Bids the whole worth, against the highest targets, until the money is gone. */
export function greedy(tuning: ClassicalTuning): Contender {
  return {
    name: 'greedy',
    tuning: { ...tuning, rate: 0, lambda: 0 },
    act: (env) => {
      for (const [index, { name }] of env.roles.entries()) if (name === 'pacer') env.actions[index]!.fill(1);
    },
  };
}
