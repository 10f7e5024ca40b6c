import type { RandomStream } from '../../kernel/index.ts';

/**
 * How an agent decides: an observation in, an action out. Of bounded cost, without I/O or clock; what is random in it
 * comes from the stream it is given, so that a decision replays. A learned policy has the same shape.
 */
export interface Policy<Observation, Action> {
  readonly name: string;
  readonly version: string;
  act(observation: Observation, random: RandomStream): Action;
}

/**
 * One of the four that decide together. It acts by its policy; what comes out is checked, and a faulty answer is
 * replaced by the baseline's in the same decision. `reward` states what it is trained for.
 */
export interface Agent<Observation, Action, Outcome> {
  readonly name: 'bidding' | 'budget' | 'creative' | 'pacing';
  act(observation: Observation, random: RandomStream): Action;
  /** What an outcome was worth to this agent; its unit is in the agent's own docstring. */
  reward(outcome: Outcome): number;
}
