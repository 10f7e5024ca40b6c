import type { AdAuction, Shading } from '../../adauction/index.ts';
import type { ClassicalTuning, TeamPolicy } from '../../delivery/index.ts';

/** One way to play AdAuction: a tuning of the classical composition, and what corrects it, tick by tick. */
export interface Contender {
  readonly name: string;
  readonly tuning: ClassicalTuning;
  /** How bids are made of worths, where not as classically. */
  readonly shading?: Shading;
  /** Fills the environment’s actions for a tick; what it leaves as it is holds. */
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
