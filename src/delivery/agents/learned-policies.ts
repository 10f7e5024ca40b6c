import type { Micros } from '../../kernel/index.ts';
import type { AgentsContext } from '../engine-options.ts';
import type { Policy } from './agent.ts';
import type { BiddingObservation } from './bidding.ts';
import type { BudgetObservation } from './budget.ts';
import type { CreativeChances, CreativeObservation } from './creative.ts';
import type { Learned } from './guarded.ts';
import type { PacingAction, PacingObservation } from './pacing.ts';
import type { TeamPolicy } from './team/team-policy.ts';

/** Learned policies: one that takes an agent’s place sees and answers what the classical one does; a team corrects all. */
export interface LearnedPolicies {
  readonly team?: TeamPolicy;
  readonly bidding?: Policy<BiddingObservation, number>;
  readonly pacing?: Policy<PacingObservation, PacingAction>;
  readonly creative?: Policy<CreativeObservation, CreativeChances>;
  readonly budget?: Policy<BudgetObservation, readonly Micros[]>;
}

/** A learned policy, timed by the clock of its process. */
export function timed<Observation, Action>(
  policy: Policy<Observation, Action> | undefined,
  { clock }: AgentsContext,
): Learned<Observation, Action> | undefined {
  return policy === undefined ? undefined : { policy, clock };
}

/** As an agent's options; none when there is none. */
export function placed<Given>(learned: Given | undefined): { learned?: Given } {
  return learned === undefined ? {} : { learned };
}
