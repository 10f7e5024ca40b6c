import type { BidRule } from './auction.ts';
import { constantAlpha } from './classical-strategies.ts';
import { type Day, type PlayedDay, playDay } from './play-day.ts';
import type { Population } from './population.ts';
import { emptyRanking, type Ranking, rankBids } from './rank.ts';
import { AGENTS, BUDGETS, CPA_LIMITS, dayScore, EXPOSURE_RATES, RESERVE_PRICE, SLOTS } from './rules.ts';

/** What an advertiser could have had on a day already played, its rivals' bids as they were. */
export interface Bound {
  /** Over the CPA limit. */
  readonly multiple: number;
  readonly expectedScore: number;
  readonly value: number;
  readonly cost: number;
}

const MULTIPLES = Array.from({ length: 57 }, (_none, n) => 0.4 * 1.035 ** n);

/**
 * Bounds of advertiser `index`: the best constant multiplier, and the score oracle, which takes of every opportunity the
 * place that is worth most at a price of a conversion, and may choose that price. Both know everything but which places
 * are seen, and rivals do not react: played live, the first earns less.
 */
export function hindsightBounds(
  day: Day,
  played: PlayedDay,
  index: number,
): { readonly constant: Bound; readonly oracle: Bound } {
  const constants = MULTIPLES.map(() => ({ value: 0, cost: 0 }));
  const oracles = MULTIPLES.map(() => ({ value: 0, cost: 0 }));
  const budget = BUDGETS[index]! * day.scale;
  const prices = new Float64Array(SLOTS);
  day.ticks.forEach((traffic, tick) => {
    const ranking = rivalsOf(played.rules[tick]!, index);
    const here = MULTIPLES.map(() => ({ value: 0, cost: 0 }));
    for (let pv = 0; pv < traffic.count; pv += 1) {
      rankBids(ranking, traffic.values, pv * AGENTS);
      for (let slot = 0; slot < SLOTS; slot += 1) prices[slot] = Math.max(RESERVE_PRICE, ranking.bids[slot]!);
      const value = traffic.values[pv * AGENTS + index]!;
      addConstants(here, value, prices, CPA_LIMITS[index]!);
      addOracles(oracles, value, prices, CPA_LIMITS[index]!);
    }
    constants.forEach((total, n) => {
      addWithin(total, here[n]!, budget);
    });
  });
  const affordable = oracles.map((total) => (total.cost <= budget ? total : { value: 0, cost: 0 }));
  return { constant: best(constants, index, day.scale), oracle: best(affordable, index, day.scale) };
}

/** Mean expected scores over the 48 places of a day, of those who know it. */
export interface DayBounds {
  /** The best constant multiplier of each place, if nobody reacts, and as it does when it is played and rivals do. */
  readonly bestConstant: number;
  readonly bestConstantPlayed: number;
  readonly scoreOracle: number;
}

/** How much there was to win on a day: `hindsightBounds` of every place, the population playing by itself. */
export function dayBounds(day: Day, population: Population): DayBounds {
  const usual = playDay(day, population);
  const bounds = { bestConstant: 0, bestConstantPlayed: 0, scoreOracle: 0 };
  for (let index = 0; index < AGENTS; index += 1) {
    const { constant, oracle } = hindsightBounds(day, usual, index);
    const live = playDay(day, population, { index, maker: constantAlpha(constant.multiple) });
    bounds.bestConstant += constant.expectedScore / AGENTS;
    bounds.bestConstantPlayed += live.results[index]!.expectedScore / AGENTS;
    bounds.scoreOracle += oracle.expectedScore / AGENTS;
  }
  return bounds;
}

interface Sum {
  value: number;
  cost: number;
}

function rivalsOf(rules: readonly BidRule[], index: number): Ranking {
  const ranking = emptyRanking(AGENTS);
  rules.forEach((rule, agent) => {
    if (agent === index || (rule.linear <= 0 && rule.quadratic <= 0)) return;
    ranking.bidders[ranking.count] = agent;
    ranking.linear[ranking.count] = rule.linear;
    ranking.quadratic[ranking.count] = rule.quadratic;
    ranking.count += 1;
  });
  return ranking;
}

/** Adds what each constant multiplier wins; the multiples ascend, so the place only gets better. */
function addConstants(sums: readonly Sum[], value: number, prices: Float64Array, cpaLimit: number): void {
  if (MULTIPLES.at(-1)! * cpaLimit * value <= prices[SLOTS - 1]!) return;
  let slot = SLOTS;
  sums.forEach((sum, n) => {
    const bid = MULTIPLES[n]! * cpaLimit * value;
    while (slot > 0 && bid > prices[slot - 1]!) slot -= 1;
    if (slot === SLOTS) return;
    sum.value += EXPOSURE_RATES[slot]! * value;
    sum.cost += EXPOSURE_RATES[slot]! * prices[slot]!;
  });
}

/** Adds the place worth most at each price of a conversion. */
function addOracles(sums: readonly Sum[], value: number, prices: Float64Array, cpaLimit: number): void {
  if (MULTIPLES.at(-1)! * cpaLimit * value <= prices[SLOTS - 1]!) return;
  sums.forEach((sum, n) => {
    const worth = MULTIPLES[n]! * cpaLimit * value;
    let slot = -1;
    let most = 0;
    for (let each = 0; each < SLOTS; each += 1) {
      const gain = EXPOSURE_RATES[each]! * (worth - prices[each]!);
      if (gain <= most) continue;
      most = gain;
      slot = each;
    }
    if (slot === -1) return;
    sum.value += EXPOSURE_RATES[slot]! * value;
    sum.cost += EXPOSURE_RATES[slot]! * prices[slot]!;
  });
}

/** Adds a tick, or the part of it that the money pays for. */
function addWithin(total: Sum, part: Sum, budget: number): void {
  const share = part.cost > budget - total.cost ? (budget - total.cost) / part.cost : 1;
  total.value += share * part.value;
  total.cost += share * part.cost;
}

function best(sums: readonly Sum[], index: number, scale: number): Bound {
  const bounds = sums.map(({ value, cost }, n) => ({
    multiple: MULTIPLES[n]!,
    expectedScore: dayScore(value / scale, cost / scale, CPA_LIMITS[index]!),
    value: value / scale,
    cost: cost / scale,
  }));
  return bounds.reduce((top, each) => (each.expectedScore > top.expectedScore ? each : top));
}
