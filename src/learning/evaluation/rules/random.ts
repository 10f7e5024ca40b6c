import type { ClassicalTuning } from '../../../delivery/index.ts';
import { Draws } from '../../../kernel/index.ts';
import type { Contender } from '../contenders.ts';

/** Corrections of the classical composition by chance, even between the bounds of all actions. */
export function random(tuning: ClassicalTuning): Contender {
  return {
    name: 'random',
    tuning,
    act: (env, tick) => {
      const draws = new Draws(1, tick);
      for (const [role, actions] of env.actions.entries())
        for (let index = 0; index < actions.length; index += 1)
          actions[index] = 2 * draws.uniform(role, index) - 1;
    },
  };
}
