import { assert } from '../../kernel/index.ts';
import { type BidRule, holdAuctions } from './auction.ts';
import { type DayLaw, type DayOptions, drawDayLaw } from './day-law.ts';
import { type Advertiser, type PastTick, pastTick, type Strategy, type StrategyMaker } from './history.ts';
import type { Population } from './population.ts';
import {
  AGENTS,
  BUDGETS,
  CPA_LIMITS,
  categoryOf,
  DAY_OPPORTUNITIES,
  dayScore,
  MIN_REMAINING_BUDGET,
} from './rules.ts';
import { drawDay, type TickTraffic } from './traffic.ts';

/** A drawn day, to be played any number of times. */
export interface Day {
  readonly episode: number;
  readonly law: DayLaw;
  readonly ticks: readonly TickTraffic[];
  /** Opportunities over AuctionNet's 500,000; budgets are taken times this. */
  readonly scale: number;
}

/** Draws a day with all its opportunities. */
export function openDay(options: DayOptions): Day {
  const law = drawDayLaw(options);
  const scale = (options.opportunities ?? DAY_OPPORTUNITIES) / DAY_OPPORTUNITIES;
  return { episode: options.episode, law, ticks: drawDay(law), scale };
}

/** One advertiser's day. */
export interface DayResult {
  readonly advertiser: Advertiser;
  /** AuctionNet's score of what was converted. */
  readonly score: number;
  /** The same of the sum of values seen: most of the luck is out of it. */
  readonly expectedScore: number;
  readonly conversions: number;
  readonly value: number;
  readonly cost: number;
  readonly wins: number;
  readonly exposures: number;
  readonly opportunities: number;
}

/** Somebody put in an advertiser's place. */
export interface Player {
  readonly index: number;
  readonly maker: StrategyMaker;
}

/** What a day came to. */
export interface PlayedDay {
  readonly results: readonly DayResult[];
  /** How everybody bid, by tick and advertiser; those without money not at all. */
  readonly rules: readonly (readonly BidRule[])[];
  /** Price of the last place, by tick and opportunity. */
  readonly leastWinningCosts: readonly Float32Array[];
}

/** Plays one day of the population, with `player` in the place of one of it. */
export function playDay(day: Day, population: Population, player?: Player): PlayedDay {
  const seats = advertisers(day.scale).map((advertiser) => seatOf(advertiser, population, player));
  const remaining = Float64Array.from(seats, ({ advertiser }) => advertiser.budget);
  const rules: BidRule[][] = [];
  const leastWinningCosts: Float32Array[] = [];
  day.ticks.forEach((traffic, tick) => {
    const bids = seats.map(({ advertiser, strategy, past }) => {
      const view = {
        advertiser,
        tick,
        remaining: remaining[advertiser.index]!,
        traffic,
        past,
        scale: day.scale,
      };
      const bid = strategy(view);
      return view.remaining < MIN_REMAINING_BUDGET ? NO_BID : bid;
    });
    const chance = { ...day.law.keys[tick]!, truths: day.law.truths };
    const outcome = holdAuctions(traffic, bids, remaining, chance);
    for (const { advertiser, past } of seats)
      past.push(pastTick(advertiser, bids[advertiser.index]!, traffic, outcome));
    rules.push(bids);
    leastWinningCosts.push(outcome.leastWinningCosts);
  });
  const results = seats.map(({ advertiser, past }) => dayResult(advertiser, past, day.scale));
  return { results, rules, leastWinningCosts };
}

const NO_BID: BidRule = { linear: 0, quadratic: 0 };

interface Seat {
  readonly advertiser: Advertiser;
  readonly strategy: Strategy;
  readonly past: PastTick[];
}

function seatOf(advertiser: Advertiser, population: Population, player: Player | undefined): Seat {
  const isPlayer = player?.index === advertiser.index;
  const maker = isPlayer ? player.maker : population.makers[population.seats[advertiser.index]!];
  assert(maker !== undefined, `nobody plays advertiser ${advertiser.index}`);
  return { advertiser, strategy: maker(advertiser), past: [] };
}

/** The 48 advertisers; budgets times `scale`. */
export function advertisers(scale: number): readonly Advertiser[] {
  return Array.from({ length: AGENTS }, (_none, index) => ({
    index,
    category: categoryOf(index),
    budget: BUDGETS[index]! * scale,
    cpaLimit: CPA_LIMITS[index]!,
  }));
}

/** Sums are told for a day of full size. */
function dayResult(advertiser: Advertiser, past: readonly PastTick[], scale: number): DayResult {
  const total = (of: (each: PastTick) => number) => past.reduce((sum, each) => sum + of(each), 0) / scale;
  const conversions = total((each) => each.conversions);
  const value = total((each) => each.value);
  const cost = total((each) => each.cost);
  return {
    advertiser,
    score: dayScore(conversions, cost, advertiser.cpaLimit),
    expectedScore: dayScore(value, cost, advertiser.cpaLimit),
    conversions,
    value,
    cost,
    wins: total((each) => each.wins),
    exposures: total((each) => each.exposures),
    opportunities: total((each) => each.count),
  };
}
