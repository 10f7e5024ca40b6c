import {
  abid,
  type CostCurve,
  type CostCurves,
  constantAlpha,
  onlineLp,
  pid,
} from './classical-strategies.ts';
import { type Day, openDay, type PlayedDay, playDay } from './play-day.ts';
import { type Population, seatsOf } from './population.ts';
import { AGENTS, AGENTS_PER_CATEGORY, TICKS } from './rules.ts';

const EVEN = ['PID', 'C0.8', 'OnlineLP', 'OnlineLP', 'C1.2', 'C1.0', 'C1.5', 'Abid'] as const;
const ODD = ['PID', 'OnlineLP', 'C1.0', 'OnlineLP', 'OnlineLP', 'C0.8', 'C1.2', 'Abid'] as const;

/** Opportunities of the day that the table of OnlineLP is made of. */
const TABLE_OPPORTUNITIES = 50_000;
/** Its number: no episode that is trained, validated or tested on. */
const TABLE_EPISODE = -1;

/**
 * Rivals that need no files: Abid, PID, constant multiples of the CPA limit (`C1.2`), and OnlineLP on a table of one day
 * of our own traffic. Scores among them say nothing about scores among AuctionNet's.
 */
export function syntheticPopulation(seed: number | string): Population {
  const makers = {
    PID: pid,
    Abid: abid,
    'C0.8': constantAlpha(0.8),
    'C1.0': constantAlpha(1),
    'C1.2': constantAlpha(1.2),
    'C1.5': constantAlpha(1.5),
  };
  const seats = seatsOf(EVEN, ODD);
  const day = openDay({ seed, episode: TABLE_EPISODE, opportunities: TABLE_OPPORTUNITIES });
  const first = { name: 'first', seats, makers: { ...makers, OnlineLP: constantAlpha(1) } };
  const curves = costCurves(day, playDay(day, first));
  return { name: 'synthetic', seats, makers: { ...makers, OnlineLP: onlineLp(curves) } };
}

const MOST_COST = 6_000;
const COST_PER_ROW = 10;

/** For every tick and category: what the rest of a played day sold in its last places, cheapest conversions first. */
function costCurves(day: Day, played: PlayedDay): CostCurves {
  const curves: Record<string, CostCurve> = {};
  for (let start = 0; start < AGENTS; start += AGENTS_PER_CATEGORY) {
    const offers: Offer[] = [];
    for (let tick = TICKS - 1; tick >= 0; tick -= 1) {
      offers.push(...offersOf(day, played, tick, start));
      curves[`${tick}_${start / AGENTS_PER_CATEGORY}`] = costCurve(offers, day.scale);
    }
  }
  return curves;
}

interface Offer {
  readonly value: number;
  readonly cost: number;
}

function offersOf(day: Day, played: PlayedDay, tick: number, agent: number): readonly Offer[] {
  const { count, values } = day.ticks[tick]!;
  const offers: Offer[] = [];
  for (let pv = 0; pv < count; pv += 1) {
    const value = values[pv * AGENTS + agent]!;
    if (value > 0) offers.push({ value, cost: played.leastWinningCosts[tick]![pv]! });
  }
  return offers;
}

/** Sorts `offers` in place. */
function costCurve(offers: Offer[], scale: number): CostCurve {
  offers.sort((a, b) => a.cost / a.value - b.cost / b.value);
  const cumCost: number[] = [];
  const cpa: number[] = [];
  let cost = 0;
  for (const offer of offers) {
    cost += offer.cost / scale;
    if (cost > MOST_COST) break;
    if (cost < (cumCost.length + 1) * COST_PER_ROW) continue;
    cumCost.push(cost);
    cpa.push(offer.cost / offer.value);
  }
  return { cumCost, cpa };
}
