import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';
import { knownOf } from './rule.ts';

/**
 * One multiplier; pace by taking part in fewer auctions (as Agarwal et al., Budget pacing for targeted online advertisements at
 * LinkedIn, KDD 2014): by at most `gain`, reached where spending is a fifth ahead of the plan.
 */
export function throttle(tuning: ClassicalTuning): Contender {
  return {
    name: 'throttle',
    tuning: { ...tuning, rate: 0 },
    act: (env, tick) => {
      const role = env.roles.findIndex(({ name }) => name === 'pacer');
      const { actions } = env.roles[role]!;
      for (let row = 0; row < env.episodes * env.slots && tick > 0; row += 1) {
        const { spent, planned } = knownOf(env, row, tick);
        const ahead = planned > 0 ? (spent - planned) / planned : 0;
        env.actions[role]![row * actions + 1] = -tuning.gain * Math.max(0, Math.min(1, 5 * ahead));
      }
    },
  };
}
