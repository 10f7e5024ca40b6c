import type { RandomStream } from '../../kernel/index.ts';
import type { Agent, Policy } from './agent.ts';
import { guarded, type Learned } from './guarded.ts';
import type { FlightPlan } from './pacing-plan.ts';

/** What the pacing agent knows of a campaign each tick. Micros in the campaign's currency. */
export interface PacingObservation {
  /** What the plan wanted spent by now, in all. */
  readonly plannedMicros: number;
  /** Settled and promised, in all. */
  readonly spentMicros: number;
  readonly hourSpentMicros: number;
  readonly hourLimitMicros: number | null;
  /** How long the next tick is expected to be. */
  readonly tickMs: number;
  /** What the plan spends in the next tick. */
  readonly plannedNextMicros: number;
  /** The next tick's share of what the plan still has to spend, 0 to 1: 1 is the last chance. */
  readonly shareOfRest: number;
  /** What a tick would spend if every request were taken, from the ticks of late; 0 where nothing was spent. */
  readonly demandMicros: number;
  /** Share of requests taken now. */
  readonly throttle: number;
  /** What the campaign bids of late, CPM micros; from the blackboard. */
  readonly levelCpm: number;
  /** What it bid while that demand was seen, CPM micros; 0 before any bid. */
  readonly levelThenCpm: number;
  readonly correction: PacingCorrection;
}

/** What a learned team corrects. */
export interface PacingCorrection {
  /** The distance to the plan is made good over about this time. */
  readonly catchUpMs: number;
  /** Factors on the target, and on the share of requests taken. */
  readonly target: number;
  readonly admit: number;
}

/** Nothing. */
export const UNCORRECTED: PacingCorrection = { catchUpMs: 60_000, target: 1, admit: 1 };

/** What pacing decides each tick. */
export interface PacingAction {
  /** Share of requests to take part in, 0 to 1. */
  readonly throttle: number;
  /** What the next tick should spend; the bidding agent's multiplier aims at it. */
  readonly targetMicrosNextTick: number;
}

/** What a tick came to, in micros. */
export interface PacingOutcome {
  readonly plannedMicros: number;
  readonly spentMicros: number;
  readonly hourSpentMicros: number;
  readonly hourLimitMicros: number | null;
}

/** A micro beyond the hourly limit weighs as many micros beyond plan. */
const LIMIT_WEIGHT = 10;

/**
 * The pacing agent's reward, in micros, never above 0: −(spend beyond plan)² / plan − 10 × spend beyond the hourly
 * limit. A tenth beyond plan costs a hundredth of the plan; twice the plan costs the plan. Money left unspent is not
 * punished here: it is value that the bidding agent's reward misses.
 */
export function pacingReward(outcome: PacingOutcome): number {
  const beyond = Math.max(0, outcome.spentMicros - outcome.plannedMicros);
  const limit = outcome.hourLimitMicros ?? Number.POSITIVE_INFINITY;
  const overLimit = Math.max(0, outcome.hourSpentMicros - limit);
  return 0 - (beyond * beyond) / Math.max(1, outcome.plannedMicros) - LIMIT_WEIGHT * overLimit;
}

const MINUTE_MS = 60_000;
/** Most that a tick aims at, in times of its plan: catching up is no reason for a flood (fault/D13 allows 3). */
const MOST_OF_PLAN = 2;
/** Most that a learned correction makes of it. */
const MOST_STEERED = 3;
/**
 * While spend is not ahead of plan the throttle only keeps out floods: who takes part by chance loses good impressions
 * with bad ones, where the bidding agent's multiplier would have lost the bad ones.
 */
const FLOOD_OF_PLAN = 2.5;
/** So many impressions ahead of plan is chance, not haste: a small campaign buys one at a time. */
const SLACK_IMPRESSIONS = 5;
/** Demand is taken to follow the level of the bids, up to this factor; more than that is not known from a ratio. */
const MOST_OF_LEVEL = 2;
/** A closed tap opens to this much first, and doubles each tick, so that an unknown demand is met a step at a time. */
const FIRST_SHARE = 0.02;

/**
 * The classical policy: a PI controller. The target is the plan of the next tick plus a part of the distance between
 * plan and spend (that distance is the sum of all earlier misses, so this is the integral term), between 0 and
 * twice the plan and within what is left of the hour's limit. The throttle is target over demand, loosened to two and
 * a half times the plan while spend is not ahead of it; demand is what it was, times what the bid level rose or fell
 * by since. It keeps no state, and divides by nothing that may be 0.
 */
export const PACING_BASELINE: Policy<PacingObservation, PacingAction> = {
  name: 'pi-pacing',
  version: '1',
  act(seen: PacingObservation): PacingAction {
    const plan = seen.plannedNextMicros;
    const behind = seen.plannedMicros - seen.spentMicros;
    const gain = Math.min(1, Math.max(seen.tickMs / seen.correction.catchUpMs, seen.shareOfRest));
    const hourLeft =
      seen.hourLimitMicros === null
        ? Number.POSITIVE_INFINITY
        : Math.max(0, seen.hourLimitMicros - seen.hourSpentMicros);
    const classical = Math.min(Math.max(0, plan + gain * behind), MOST_OF_PLAN * plan);
    const target = Math.min(classical * seen.correction.target, MOST_STEERED * plan, hourLeft);
    const flood = Math.min(FLOOD_OF_PLAN * plan, hourLeft);
    const allowed = target + (1 - urgency(seen)) * Math.max(0, flood - target);
    const demand = seen.demandMicros * levelTrend(seen);
    const share = allowed <= 0 ? 0 : demand > allowed ? allowed / demand : 1;
    const opening = Math.max(FIRST_SHARE, 2 * seen.throttle);
    return { throttle: Math.min(share, opening, 1, seen.correction.admit), targetMicrosNextTick: target };
  },
};

/** How far spend is ahead of plan: 0 when behind, 1 at a minute's plan or at a few impressions' price. */
function urgency(seen: PacingObservation): number {
  const ahead = seen.spentMicros - seen.plannedMicros;
  if (!(ahead > 0)) return 0;
  const minute = (seen.plannedNextMicros * MINUTE_MS) / Math.max(1, seen.tickMs);
  return Math.min(1, ahead / Math.max(1, minute, (SLACK_IMPRESSIONS * seen.levelCpm) / 1_000));
}

function levelTrend({ levelCpm, levelThenCpm }: PacingObservation): number {
  if (!(levelCpm > 0) || !(levelThenCpm > 0)) return 1;
  return Math.min(MOST_OF_LEVEL, Math.max(1 / MOST_OF_LEVEL, levelCpm / levelThenCpm));
}

/** Whether an action may be used: both finite, the throttle a share, the target within the burst limit. */
export function isValidPacing(action: PacingAction, seen: PacingObservation): boolean {
  const { throttle, targetMicrosNextTick } = action;
  return (
    throttle >= 0 &&
    throttle <= 1 &&
    targetMicrosNextTick >= 0 &&
    targetMicrosNextTick <= 3 * Math.max(0, seen.plannedNextMicros)
  );
}

/** What the agent is told of a campaign each tick. */
export interface PacingTick {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly plan: FlightPlan;
  readonly spentMicros: number;
  readonly hourSpentMicros: number;
  readonly hourLimitMicros: number | null;
  readonly levelCpm: number;
  readonly correction: PacingCorrection;
}

/** What a campaign's pacing stands at. */
interface PacingState {
  at: number;
  spent: number;
  /** Micros a millisecond. */
  spentLately: number;
  throttleLately: number;
  /** Micros a millisecond, if every request were taken. */
  demand: number;
  tickMs: number;
  levelLately: number;
  action: PacingAction;
}

/** What is known of demand fades over this time: a flood is seen within seconds, one dear impression is not a flood. */
const LATELY_MS = 5_000;
/** A tick that came late still looks no further ahead than this, so a burst stays short. */
const MOST_TICK_MS = 5_000;
const USUAL_TICK_MS = 1_000;
const SHUT: PacingAction = { throttle: FIRST_SHARE, targetMicrosNextTick: 0 };

/**
 * Pacing: how many of the requests a campaign takes, and what the next tick should spend. Its reward is
 * `pacingReward`. It observes spend against a `FlightPlan`; the policy may be a learned one, guarded.
 */
export class PacingAgent implements Agent<PacingObservation, PacingAction, PacingOutcome> {
  readonly name = 'pacing';
  readonly #policy: Policy<PacingObservation, PacingAction>;
  readonly #states = new Map<string, PacingState>();

  constructor(options: { readonly learned?: Learned<PacingObservation, PacingAction> } = {}) {
    this.#policy =
      options.learned === undefined
        ? PACING_BASELINE
        : guarded(options.learned, PACING_BASELINE, isValidPacing);
  }

  /** Who decides. */
  get policy(): Policy<PacingObservation, PacingAction> {
    return this.#policy;
  }

  act(observation: PacingObservation, random: RandomStream): PacingAction {
    return this.#policy.act(observation, random);
  }

  reward(outcome: PacingOutcome): number {
    return pacingReward(outcome);
  }

  /** About once a second a campaign, or a few times: learns what the last tick spent, and decides the next. */
  tick(campaign: string, seen: PacingTick, random: RandomStream): PacingAction {
    const state = this.#states.get(campaign);
    if (state === undefined) {
      const fresh = {
        at: seen.at,
        spent: seen.spentMicros,
        spentLately: 0,
        throttleLately: 0,
        demand: 0,
        tickMs: USUAL_TICK_MS,
        levelLately: seen.levelCpm,
        action: SHUT,
      };
      this.#states.set(campaign, fresh);
      fresh.action = this.act(observationOf(fresh, seen), random);
      return fresh.action;
    }
    // A clock that stood still or stepped back ends no tick.
    if (seen.at <= state.at) return state.action;
    this.#learn(state, seen);
    state.action = this.act(observationOf(state, seen), random);
    return state.action;
  }

  /** Share of requests that the campaign takes now; a sliver before its first tick. */
  throttle(campaign: string): number {
    return this.#states.get(campaign)?.action.throttle ?? FIRST_SHARE;
  }

  /** Micros that a tick would spend if every request were taken: what the bidding agent's multiplier answers to. */
  demand(campaign: string): number {
    const state = this.#states.get(campaign);
    return state === undefined ? 0 : state.demand * state.tickMs;
  }

  /** Micros that a millisecond should spend, as last decided. */
  targetPerMs(campaign: string): number {
    const state = this.#states.get(campaign);
    return state === undefined ? 0 : state.action.targetMicrosNextTick / state.tickMs;
  }

  /** Spend may fall when a promise is released, so the average carries its sign and only demand is cut at 0. */
  #learn(state: PacingState, seen: PacingTick): void {
    const elapsed = seen.at - state.at;
    const newest = 1 - Math.exp(-elapsed / LATELY_MS);
    state.spentLately += newest * ((seen.spentMicros - state.spent) / elapsed - state.spentLately);
    state.throttleLately += newest * (state.action.throttle - state.throttleLately);
    state.levelLately += (state.levelLately === 0 ? 1 : newest) * (seen.levelCpm - state.levelLately);
    state.spent = seen.spentMicros;
    state.at = seen.at;
    state.tickMs = Math.min(elapsed, MOST_TICK_MS);
    // A tap that was shut for long says nothing of demand: what was known stays known.
    if (state.throttleLately > 1e-9) state.demand = Math.max(0, state.spentLately / state.throttleLately);
  }
}

function observationOf(state: PacingState, seen: PacingTick): PacingObservation {
  const { at, plan } = seen;
  const next = plan.plannedBetween(at, at + state.tickMs);
  const rest = plan.plannedAfter(at);
  return {
    plannedMicros: plan.plannedBy(at),
    spentMicros: seen.spentMicros,
    hourSpentMicros: seen.hourSpentMicros,
    hourLimitMicros: seen.hourLimitMicros,
    tickMs: state.tickMs,
    plannedNextMicros: next,
    shareOfRest: rest > 0 ? next / rest : 0,
    demandMicros: state.demand * state.tickMs,
    throttle: state.action.throttle,
    levelCpm: seen.levelCpm,
    levelThenCpm: state.levelLately,
    correction: seen.correction,
  };
}
