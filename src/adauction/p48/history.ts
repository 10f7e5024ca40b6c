import type { BidRule, TickOutcome } from './auction.ts';
import { TICKS } from './rules.ts';
import type { TickTraffic } from './traffic.ts';

/** Who an advertiser is. */
export interface Advertiser {
  /** 0 to 47. */
  readonly index: number;
  readonly category: number;
  readonly budget: number;
  readonly cpaLimit: number;
}

/** What an advertiser knows of one past tick. Means are over all its opportunities. */
export interface PastTick {
  readonly count: number;
  readonly meanBid: number;
  readonly meanLeastWinningCost: number;
  readonly meanValue: number;
  readonly cost: number;
  /** Sum of the values of what was seen. */
  readonly value: number;
  readonly wins: number;
  readonly exposures: number;
  readonly conversions: number;
  /** Values of the advertiser are at [pv × 48 + index]. */
  readonly traffic: TickTraffic;
  readonly leastWinningCosts: Float32Array;
}

/** What an advertiser sees before it bids. */
export interface BidView {
  readonly advertiser: Advertiser;
  readonly tick: number;
  readonly remaining: number;
  /** Opportunities of the tick, all known before the bid. */
  readonly traffic: TickTraffic;
  readonly past: readonly PastTick[];
  /** The day's opportunities over AuctionNet's 500,000: what is fixed in money or in numbers is taken times this. */
  readonly scale: number;
}

/** A bidding strategy for one advertiser on one day; asked once in every tick, in order. */
export type Strategy = (view: BidView) => BidRule;

/** Makes a strategy anew for each day. */
export type StrategyMaker = (advertiser: Advertiser) => Strategy;

/** A bid in proportion to the value; nothing for a multiplier below 0. */
export function linearBid(alpha: number): BidRule {
  return { linear: Math.max(0, alpha), quadratic: 0 };
}

/** What `advertiser` keeps of a tick that was just sold. */
export function pastTick(
  advertiser: Advertiser,
  rule: BidRule,
  traffic: TickTraffic,
  outcome: TickOutcome,
): PastTick {
  const { index } = advertiser;
  return {
    count: traffic.count,
    meanBid: rule.linear * traffic.means[index]! + rule.quadratic * traffic.meanSquares[index]!,
    meanLeastWinningCost: outcome.meanLeastWinningCost,
    meanValue: traffic.means[index]!,
    cost: outcome.cost[index]!,
    value: outcome.value[index]!,
    wins: outcome.wins[index]!,
    exposures: outcome.exposures[index]!,
    conversions: outcome.conversions[index]!,
    traffic,
    leastWinningCosts: outcome.leastWinningCosts,
  };
}

const SPAN = 3;

/**
 * AuctionNet's 16 numbers of a tick, before the last three are scaled to their range. What it calls the means of the last
 * three ticks are, as coded, those of the day's first three; the networks were trained on that, so it is kept.
 */
export function stateFeatures(view: BidView): Float64Array {
  const { past, tick, remaining, advertiser, traffic, scale } = view;
  const opening = past.slice(0, SPAN);
  const mean = (ticks: readonly PastTick[], of: (each: PastTick) => number) =>
    ticks.length === 0 ? 0 : ticks.reduce((sum, each) => sum + of(each), 0) / ticks.length;
  const total = (ticks: readonly PastTick[]) => ticks.reduce((sum, { count }) => sum + count, 0) / scale;
  const share = (part: 'conversions' | 'wins') => (each: PastTick) =>
    each.count === 0 ? 0 : each[part] / each.count;
  return Float64Array.of(
    (TICKS - tick) / TICKS,
    remaining / advertiser.budget,
    mean(past, (each) => each.meanBid),
    mean(opening, (each) => each.meanBid),
    mean(past, (each) => each.meanLeastWinningCost),
    mean(past, (each) => each.meanValue),
    mean(past, share('conversions')),
    mean(past, share('wins')),
    mean(opening, (each) => each.meanLeastWinningCost),
    mean(opening, (each) => each.meanValue),
    mean(opening, share('conversions')),
    mean(opening, share('wins')),
    traffic.means[advertiser.index]!,
    traffic.count / scale,
    total(past.slice(-SPAN)),
    total(past),
  );
}
