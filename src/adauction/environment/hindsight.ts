import { advertiserOf, Day, formatOf, NODES, WEIGHTS } from './day.ts';
import { DealDesk } from './deals.ts';
import { TRUE } from './meeting.ts';
import { ADVERTISERS, CAMPAIGNS, CELLS, CREATIVES, type Scenario, SEGMENTS, TICKS } from './scenario.ts';

/** Halvings of the interval in which a shadow price is sought, and its upper end. */
const HALVINGS = 40;
const MOST_SHADOW = 1e3;

/**
 * The most surplus that a day had in it, micros, up to the luck of single impressions: prices and values of every tick
 * are known beforehand, the best creative is always shown, nobody tires of it, others do not react, and each advertiser
 * spends where a unit of money brings most (one shadow price for the day, found by bisection). Deals are taken where
 * they are worth it, guaranteed ones always. No policy can know this much, so it is a bound and not an aim.
 */
export function hindsightSurplus(scenario: Scenario, seed: number, episode: number): number {
  const day = new Day(scenario, seed, episode);
  const best = bestCreatives(day);
  let surplus = new DealDesk(day, 1).bound();
  for (let advertiser = 0; advertiser < ADVERTISERS; advertiser += 1)
    surplus += ofAdvertiser(day, best, advertiser);
  return surplus;
}

function ofAdvertiser(day: Day, best: Float64Array, advertiser: number): number {
  const budget = day.budgets[advertiser]!;
  const free = buy(day, best, advertiser, 0);
  if (free.cost <= budget) return free.surplus;
  let [low, high] = [0, MOST_SHADOW];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (buy(day, best, advertiser, middle).cost > budget) low = middle;
    else high = middle;
  }
  return buy(day, best, advertiser, high).surplus;
}

/** What an advertiser gets who bids as if money cost 1 + `shadow`. */
function buy(
  day: Day,
  best: Float64Array,
  advertiser: number,
  shadow: number,
): { cost: number; surplus: number } {
  let [cost, value] = [0, 0];
  const { landscape, scenario } = day;
  for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1) {
    if (advertiserOf(campaign) !== advertiser) continue;
    const format = formatOf(campaign);
    for (let segment = 0; segment < SEGMENTS; segment += 1) {
      const mean = day.value[campaign * SEGMENTS + segment]! * best[campaign]!;
      const worths = TRUE.map((factor) => Math.log((mean * factor) / (1 + shadow)));
      for (let tick = 0; tick < TICKS; tick += 1) {
        const cell = tick * CELLS + format * SEGMENTS + segment;
        const level = day.logLevel[cell]!;
        for (let node = 0; node < NODES.length; node += 1) {
          const count = (day.requests[cell]! * WEIGHTS[node]!) / 1_000;
          const log = worths[node]! - level;
          const bid = scenario.firstPrice ? log + landscape.shade(log) : log;
          const chance = landscape.win(bid);
          const price = scenario.firstPrice ? Math.exp(bid) * chance : landscape.secondPrice(bid);
          cost += count * price * Math.exp(level);
          value += count * chance * mean * TRUE[node]!;
        }
      }
    }
  }
  return { cost, surplus: value - cost };
}

/** Factor of the best creative of each campaign. */
function bestCreatives({ creative }: Day): Float64Array {
  return Float64Array.from({ length: CAMPAIGNS }, (_, campaign) =>
    Math.max(...creative.subarray(campaign * CREATIVES, (campaign + 1) * CREATIVES)),
  );
}
