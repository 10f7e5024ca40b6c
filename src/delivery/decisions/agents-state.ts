import type { MarketState } from '../agents/bidding.ts';
import type { ClickTableState } from '../agents/creative.ts';

/**
 * What the agents decided for each campaign at a tick, one number for each campaign in every list. The first seven are
 * what bids are made by, the rest says why they are what they are.
 */
export interface CampaignStates {
  /** Share of requests taken, 0 to 1. */
  readonly throttle: readonly number[];
  /** Budget multiplier λ. */
  readonly lambda: readonly number[];
  /** A trained team’s factors on what an impression is worth and on the shaded price, and its exponent of chances. */
  readonly bid: readonly number[];
  readonly shade: readonly number[];
  readonly sharpness: readonly number[];
  /** Conversions per click, and the share of clicks that ads keep with each exposure. */
  readonly conversionRate: readonly number[];
  readonly kept: readonly number[];
  /** What bidders bid for it of late, CPM micros, from the blackboard; 0 for nothing. */
  readonly level: readonly number[];
  /** Micros: what the next tick should spend, what is spent, what the plan wanted spent by now, and its part of the money. */
  readonly target: readonly number[];
  readonly spent: readonly number[];
  readonly planned: readonly number[];
  readonly part: readonly number[];
}

/** Something that was read from the blackboard. */
export interface BoardRead {
  readonly key: string;
  readonly version: number;
}

/** All that the bid path reads of the agents, or what has changed of it. */
export interface AgentsState {
  /** null where no tick has passed. */
  readonly campaigns: CampaignStates | null;
  readonly markets: readonly MarketState[];
  readonly tables: readonly ClickTableState[];
  readonly reads: readonly BoardRead[];
}

/** Agents whose state can be written down, and taken up again by others like them. */
export interface StatedAgents {
  /** Whether the bid path would read something else than `take` last told. */
  readonly hasNews: boolean;
  /** What has changed since the last call, or everything. */
  take(all: boolean): AgentsState;
  restore(state: AgentsState): void;
}
