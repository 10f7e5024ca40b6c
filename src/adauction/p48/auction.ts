import { type NoiseKey, noiseUniform } from './keyed-noise.ts';
import { emptyRanking, type Ranking, rankBids, removeBidder } from './rank.ts';
import { AGENTS, RESERVE_PRICE, SEEN_RATES, SLOTS } from './rules.ts';
import type { TickTraffic } from './traffic.ts';

/** How an advertiser bids in one tick: `(linear + quadratic × value) × value`, nothing when that is not above 0. */
export interface BidRule {
  readonly linear: number;
  readonly quadratic: number;
}

/** What became of one tick, by advertiser. */
export interface TickOutcome {
  /** Places won, seen or not. */
  readonly wins: Float64Array;
  readonly exposures: Float64Array;
  /** Paid, for what was seen. */
  readonly cost: Float64Array;
  /** Sum of the values of what was seen. */
  readonly value: Float64Array;
  readonly conversions: Float64Array;
  /** The price of the last place by opportunity: the fourth highest bid, at least the reserve price. */
  readonly leastWinningCosts: Float32Array;
  readonly meanLeastWinningCost: number;
}

/** Everything random that follows a bid. */
export interface TickChance {
  readonly exposures: NoiseKey;
  readonly conversions: NoiseKey;
  /** By advertiser: the true chance of a conversion for each unit of value. */
  readonly truths: Float64Array;
}

/**
 * Sells the three places of every opportunity of a tick: generalised second price, paid when seen; `remaining` money by
 * advertiser is lowered by what each pays. An advertiser whose money does not cover what was seen is out for the rest of
 * the tick, and that auction is held again without it: nobody ever spends more than it has. (AuctionNet finds overspending
 * afterwards, takes random wins away and holds the whole tick again until nobody overspends.)
 */
export function holdAuctions(
  traffic: TickTraffic,
  rules: readonly BidRule[],
  remaining: Float64Array,
  chance: TickChance,
): TickOutcome {
  const ranking = rankingOf(traffic, rules, remaining);
  const outcome = emptyOutcome(traffic.count);
  const seen = new Float64Array(SLOTS);
  let total = 0;
  for (let pv = 0; pv < traffic.count; pv += 1) {
    drawSeen(chance.exposures, pv, seen);
    rankBids(ranking, traffic.values, pv * AGENTS);
    while (outBidder(ranking, seen, remaining) !== -1) {
      removeBidder(ranking, outBidder(ranking, seen, remaining));
      rankBids(ranking, traffic.values, pv * AGENTS);
    }
    settle(ranking, seen, pv, traffic.values, remaining, chance, outcome);
    const least = Math.max(RESERVE_PRICE, ranking.bids[SLOTS]!);
    outcome.leastWinningCosts[pv] = least;
    total += least;
  }
  return { ...outcome, meanLeastWinningCost: traffic.count === 0 ? 0 : total / traffic.count };
}

/** Price of a place: the next bid, or 0 when nobody bid enough for the place to be sold. */
export function slotPrice(ranking: Ranking, slot: number): number {
  const next = ranking.bids[slot + 1]!;
  return next > RESERVE_PRICE ? next : 0;
}

function rankingOf(traffic: TickTraffic, rules: readonly BidRule[], remaining: Float64Array): Ranking {
  const ranking = emptyRanking(AGENTS);
  const bidAtMean = ({ linear, quadratic }: BidRule, agent: number) => {
    const mean = traffic.means[agent]!;
    return (linear + quadratic * mean) * mean;
  };
  const expected = rules.map(bidAtMean);
  const order = rules
    .map((_rule, agent) => agent)
    .filter((agent) => remaining[agent]! > 0)
    .filter((agent) => rules[agent]!.linear > 0 || rules[agent]!.quadratic > 0)
    .sort((a, b) => expected[b]! - expected[a]!);
  ranking.count = order.length;
  ranking.bidders.set(order);
  order.forEach((agent, place) => {
    ranking.linear[place] = rules[agent]!.linear;
    ranking.quadratic[place] = rules[agent]!.quadratic;
  });
  return ranking;
}

function emptyOutcome(count: number): Omit<TickOutcome, 'meanLeastWinningCost'> {
  return {
    wins: new Float64Array(AGENTS),
    exposures: new Float64Array(AGENTS),
    cost: new Float64Array(AGENTS),
    value: new Float64Array(AGENTS),
    conversions: new Float64Array(AGENTS),
    leastWinningCosts: new Float32Array(count),
  };
}

/** Which places of an opportunity are seen, 1 or 0: the first always, the third only with the second. */
function drawSeen(key: NoiseKey, pv: number, seen: Float64Array): void {
  const second = noiseUniform(key, 2 * pv) < SEEN_RATES[1];
  const third = second && noiseUniform(key, 2 * pv + 1) < SEEN_RATES[2];
  seen[0] = 1;
  seen[1] = second ? 1 : 0;
  seen[2] = third ? 1 : 0;
}

/** A winner that cannot pay for what was seen, or −1. */
function outBidder({ top, bids }: Ranking, seen: Float64Array, remaining: Float64Array): number {
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const agent = top[slot]!;
    if (agent !== -1 && seen[slot] === 1 && bids[slot + 1]! > remaining[agent]!) return agent;
  }
  return -1;
}

function settle(
  ranking: Ranking,
  seen: Float64Array,
  pv: number,
  values: Float32Array,
  remaining: Float64Array,
  chance: TickChance,
  outcome: Omit<TickOutcome, 'meanLeastWinningCost'>,
): void {
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const price = slotPrice(ranking, slot);
    if (price === 0) return;
    const agent = ranking.top[slot]!;
    outcome.wins[agent]! += 1;
    if (seen[slot] === 0) continue;
    const place = pv * AGENTS + agent;
    const value = values[place]!;
    outcome.exposures[agent]! += 1;
    outcome.cost[agent]! += price;
    outcome.value[agent]! += value;
    remaining[agent]! -= price;
    const converts = noiseUniform(chance.conversions, place) < value * chance.truths[agent]!;
    if (converts) outcome.conversions[agent]! += 1;
  }
}
