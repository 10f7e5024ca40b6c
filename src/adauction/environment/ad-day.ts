import type { Steering, TeamFacts } from '../../delivery/index.ts';
import type { Day } from './day.ts';
import type { Met } from './meeting.ts';
import type { DayMetrics } from './metrics.ts';

/**
 * One day that is played, policy tick by policy tick. `AggregatedDay` plays it in closed form, `ExactDay` impression by
 * impression; days of one number are the same day in both.
 */
export interface AdDay {
  /** Corrections for the tick to come. */
  readonly steering: Steering;
  readonly facts: TeamFacts;
  /** By campaign, of the last tick, micros: true value, cost, plan, and what choosing creatives brought of the value. */
  readonly tickValue: Float64Array;
  readonly tickCost: Float64Array;
  readonly tickPlan: Float64Array;
  readonly tickChoice: Float64Array;
  /** 0 where an advertiser’s money is spent. */
  readonly alive: Uint8Array;
  /** Micros left, by advertiser. */
  readonly left: Float64Array;
  /** 1 + λ. */
  readonly paced: Float64Array;
  /** The world of the day. */
  readonly day: Day;
  /** The tick to come. */
  readonly tick: number;
  /** Begins a day of the scenario. */
  begin(day: Day): void;
  /** Plays one tick under the steering in force; returns whether the day is over. */
  step(): boolean;
  /** What the day came to so far. */
  metrics(): DayMetrics;
  /**
   * Puts 1 + λ where a rule wants it; with a rate of 0 it stays.
   * @throws GV_BAD_INPUT where the multiplier is the served agents’ own.
   */
  setPaced(campaign: number, paced: number): void;
  /**
   * What a campaign met in the last tick, which there has to be.
   * @throws GV_BAD_INPUT where it met impressions one by one.
   */
  met(campaign: number): Met;
  /** Budget of the advertiser for a mean tick, micros: the unit of rewards. */
  unit(campaign: number): number;
}
