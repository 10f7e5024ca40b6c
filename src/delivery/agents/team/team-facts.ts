import { OBSERVATION } from './roles.ts';
import type { Steering } from './steering.ts';

/** Numbers of one campaign that are noted each policy tick; micros, CPM micros, counts and shares as named. */
export const FACTS = [
  /** Share of the flight (or of the day, if that is the horizon) that is left, 0 to 1. */
  'timeLeft',
  /** Time of day, 0 to 1 from midnight. */
  'timeOfDay',
  /** Budget of the horizon, micros. */
  'budget',
  'spent',
  /** What the plan wanted spent by now. */
  'planned',
  /** What the tick that ended spent, and what it was to spend. */
  'tickSpent',
  'tickTarget',
  /** What the allocator lets the campaign still spend, micros. */
  'tranche',
  /** The budget multiplier λ ≥ 0. */
  'lambda',
  'throttle',
  /** Requests of the tick that the campaign could have taken part in, and how many were forecast. */
  'requests',
  'forecast',
  /** Share of the horizon's traffic that is still to come, by the forecast. */
  'trafficLeft',
  'bids',
  'wins',
  /** Means over the tick, CPM micros; 0 where there was none. */
  'bidCpm',
  'paidCpm',
  'valueCpm',
  /** Mean price that it took to win, where the exchange told. */
  'toBeatCpm',
  /** Value that the tick's wins were expected to bring, and what came in, micros. */
  'expectedValue',
  'realisedValue',
  /** Mean number of times that users reached have seen the campaign. */
  'exposures',
  /** Impressions that deals are behind their plan, over what they owe in all; 0 without deals. */
  'dealsBehind',
  /** Share of the budget that deals take. */
  'dealsShare',
  /** 1 where most inventory is sold at first price. */
  'firstPrice',
  /** Value of the next micro over the advertiser’s mean of it, and the campaign’s part of the advertiser’s money. */
  'marginal',
  'share',
  /** Campaigns of the advertiser. */
  'siblings',
  /** Entropy of the chances of creatives over that of a uniform choice, 0 to 1. */
  'openness',
] as const;

/** Name of a fact. */
export type Fact = (typeof FACTS)[number];

/** Place of each fact in a campaign's row. */
export const FACT = Object.fromEntries(FACTS.map((name, index) => [name, index])) as Readonly<
  Record<Fact, number>
>;

/** Numbers in a row of facts. */
export const FACT_COUNT = FACTS.length;
/** Numbers in an observation. */
export const OBSERVATION_SIZE = OBSERVATION.length;

/** Weight of the newest tick in what is "of late". */
const NEWEST = 0.3;
/** Remembered between ticks, by campaign. */
const MEMORY = {
  spend: 0,
  winRate: 1,
  price: 2,
  paid: 3,
  requests: 4,
  roi: 5,
  multiplier: 6,
  roiWeight: 7,
} as const;
const MEMORY_COUNT = 8;

/**
 * What the team knows: a row of facts for each campaign, and a short memory. Server and simulator fill the same rows
 * and get the same observations from the same code, so that a policy is served as it was trained.
 *
 * Each policy tick: fill `row(campaign)` of every campaign, `endTick()` once, then `write` the observations.
 */
export class TeamFacts {
  readonly campaigns: number;
  /** [campaigns × FACT_COUNT], row by row. */
  readonly facts: Float64Array;
  readonly #memory: Float64Array;
  readonly #last: Float64Array;

  constructor(campaigns: number) {
    this.campaigns = campaigns;
    this.facts = new Float64Array(campaigns * FACT_COUNT);
    this.#memory = new Float64Array(campaigns * MEMORY_COUNT);
    this.#last = new Float64Array(campaigns * 2);
  }

  /** Where a campaign's facts begin in `facts`. */
  offset(campaign: number): number {
    return campaign * FACT_COUNT;
  }

  /** Forgets everything, for a new horizon. */
  reset(): void {
    this.facts.fill(0);
    this.#memory.fill(0);
    this.#last.fill(0);
  }

  /** Takes the tick's facts into memory. */
  endTick(): void {
    const { facts } = this;
    const memory = this.#memory;
    for (let campaign = 0; campaign < this.campaigns; campaign += 1) {
      const f = campaign * FACT_COUNT;
      const m = campaign * MEMORY_COUNT;
      this.#last[campaign * 2] = memory[m + MEMORY.multiplier]!;
      this.#last[campaign * 2 + 1] = memory[m + MEMORY.paid]!;
      memory[m + MEMORY.multiplier] = Math.log1p(facts[f + FACT.lambda]!);
      blend(memory, m + MEMORY.spend, logRatio(facts[f + FACT.tickSpent]!, facts[f + FACT.tickTarget]!, 2));
      blend(memory, m + MEMORY.requests, logRatio(facts[f + FACT.requests]!, facts[f + FACT.forecast]!, 2));
      const bids = facts[f + FACT.bids]!;
      if (bids > 0) blend(memory, m + MEMORY.winRate, Math.min(1, facts[f + FACT.wins]! / bids));
      const paid = facts[f + FACT.paidCpm]!;
      if (paid > 0) {
        blend(memory, m + MEMORY.price, logRatio(paid, facts[f + FACT.valueCpm]!, 3));
        const log = Math.log(paid);
        memory[m + MEMORY.paid] =
          memory[m + MEMORY.paid] === 0 ? log : (1 - NEWEST) * memory[m + MEMORY.paid]! + NEWEST * log;
      }
      memory[m + MEMORY.roi] = 0.9 * memory[m + MEMORY.roi]! + facts[f + FACT.realisedValue]!;
      memory[m + MEMORY.roiWeight] = 0.9 * memory[m + MEMORY.roiWeight]! + facts[f + FACT.expectedValue]!;
    }
  }

  /** Writes the campaign's observation (`OBSERVATION`) to `out` from `at`. `steering` has the actions in force. */
  write(campaign: number, steering: Steering, out: Float32Array, at: number): void {
    const { facts } = this;
    const memory = this.#memory;
    const f = campaign * FACT_COUNT;
    const m = campaign * MEMORY_COUNT;
    const budget = Math.max(1, facts[f + FACT.budget]!);
    const left = Math.max(0, budget - facts[f + FACT.spent]!);
    const day = 2 * Math.PI * facts[f + FACT.timeOfDay]!;
    const paid = facts[f + FACT.paidCpm]!;
    const paidBefore = this.#last[campaign * 2 + 1]!;
    out[at] = facts[f + FACT.timeLeft]!;
    out[at + 1] = Math.sin(day);
    out[at + 2] = Math.cos(day);
    out[at + 3] = left / budget;
    out[at + 4] = clamp((10 * (facts[f + FACT.spent]! - facts[f + FACT.planned]!)) / budget, 3);
    out[at + 5] = logRatio(facts[f + FACT.tickSpent]!, facts[f + FACT.tickTarget]!, 2);
    out[at + 6] = memory[m + MEMORY.spend]!;
    out[at + 7] = memory[m + MEMORY.multiplier]! / 2;
    out[at + 8] = clamp(2 * (memory[m + MEMORY.multiplier]! - this.#last[campaign * 2]!), 3);
    out[at + 9] = memory[m + MEMORY.winRate]!;
    out[at + 10] = memory[m + MEMORY.price]!;
    out[at + 11] = paid > 0 && paidBefore !== 0 ? clamp(2 * (Math.log(paid) - paidBefore), 3) : 0;
    const toBeat = facts[f + FACT.toBeatCpm]!;
    out[at + 12] = toBeat > 0 ? logRatio(toBeat, facts[f + FACT.bidCpm]!, 2) : 0;
    out[at + 13] = facts[f + FACT.throttle]!;
    out[at + 14] = logRatio(facts[f + FACT.requests]!, facts[f + FACT.forecast]!, 2);
    out[at + 15] = memory[m + MEMORY.requests]!;
    out[at + 16] = clamp(3 * (facts[f + FACT.trafficLeft]! - facts[f + FACT.timeLeft]!), 3);
    out[at + 17] = logRatio(facts[f + FACT.tranche]!, left, 2);
    out[at + 18] = clamp(facts[f + FACT.marginal]!, 2);
    out[at + 19] = clamp(facts[f + FACT.share]! * facts[f + FACT.siblings]! - 1, 3);
    // A few clicks are chance: both sides get a twentieth of the budget.
    const usual = budget / 20;
    out[at + 20] = logRatio(memory[m + MEMORY.roi]! + usual, memory[m + MEMORY.roiWeight]! + usual, 2);
    out[at + 21] = clamp(facts[f + FACT.exposures]! / 4, 3);
    out[at + 22] = clamp(3 * facts[f + FACT.dealsBehind]!, 3);
    out[at + 23] = facts[f + FACT.dealsShare]!;
    out[at + 24] = facts[f + FACT.firstPrice]!;
    out[at + 25] = facts[f + FACT.openness]!;
    out[at + 26] = steering.bid[campaign]!;
    out[at + 27] = steering.target[campaign]!;
  }
}

function blend(values: Float64Array, at: number, newest: number): void {
  values[at]! += NEWEST * (newest - values[at]!);
}

/** log(a / b), cut at ±`most`; 0 when both are 0 or either is not a number. */
function logRatio(a: number, b: number, most: number): number {
  if (!(a > 0)) return b > 0 ? -most : 0;
  if (!(b > 0)) return most;
  return clamp(Math.log(a / b), most);
}

function clamp(value: number, most: number): number {
  return value > most ? most : value < -most ? -most : Number.isNaN(value) ? 0 : value;
}
