import type { AdAuction, ClassicalTuning } from '../../adauction/index.ts';
import type { TeamPolicy } from '../../delivery/index.ts';
import { Draws } from '../../kernel/index.ts';

/** One way to play AdAuction: a tuning of the classical composition, and what corrects it, tick by tick. */
export interface Contender {
  readonly name: string;
  readonly tuning: ClassicalTuning;
  /** Fills the environment’s actions for a tick; a tick that fills nothing keeps the last. */
  act(env: AdAuction, tick: number): void;
}

/** The classical composition, without corrections. */
export function classicalContender(name: string, tuning: ClassicalTuning): Contender {
  return { name, tuning, act: () => {} };
}

/** A trained team on the tuning that it was trained with. Roles not in `playing` stay classical (leave-one-out). */
export function teamContender(
  name: string,
  tuning: ClassicalTuning,
  policy: TeamPolicy,
  playing: readonly string[] = policy.roles,
): Contender {
  return {
    name,
    tuning,
    act: (env, tick) => {
      for (const [index, { name: role, actions, period }] of env.roles.entries()) {
        if (tick % period !== 0 || !policy.roles.includes(role) || !playing.includes(role)) continue;
        const rows = env.episodes * env.slots;
        for (let row = 0; row < rows; row += 1)
          policy.decide(
            role,
            env.observations,
            row * env.observationSize,
            env.actions[index]!,
            row * actions,
          );
      }
    },
  };
}

/** Corrections by chance: what a team that knows nothing does. */
export function randomContender(tuning: ClassicalTuning): Contender {
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

/** Never lets go of what was worth bidding: no multiplier, no plan, until the money is gone. */
export function greedyContender(tuning: ClassicalTuning): Contender {
  return {
    name: 'greedy',
    tuning: { ...tuning, rate: 0, lambda: 0 },
    act: (env) => {
      for (const [index, { name }] of env.roles.entries()) if (name === 'pacer') env.actions[index]!.fill(1);
    },
  };
}

/** One multiplier for the whole day, the same for all. */
export function staticContender(tuning: ClassicalTuning, lambda: number): Contender {
  return { name: `static λ=${lambda}`, tuning: { ...tuning, rate: 0, lambda }, act: () => {} };
}
