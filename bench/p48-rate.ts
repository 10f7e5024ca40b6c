import { holdAuctions } from '../src/adauction/p48/auction.ts';
import { openDay } from '../src/adauction/p48/play-day.ts';
import { AGENTS } from '../src/adauction/p48/rules.ts';
import { type Spread, spread } from './stats.ts';

const RUNS = 7;
const ALPHA = 90;
const MONEY = 3_000;

/** Exact auctions a second on one core: 48 bidders, three places, exposure, payment, conversions; the day drawn before. */
export function auctionRate(): { readonly auctions: Spread; readonly withTraffic: Spread } {
  const auctions: number[] = [];
  const withTraffic: number[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    const startedAt = performance.now();
    const day = openDay({ seed: 'rate', episode: run, opportunities: 200_000 });
    const drawnAt = performance.now();
    const remaining = new Float64Array(AGENTS).fill(MONEY);
    const rules = Array.from({ length: AGENTS }, (_none, agent) => ({
      linear: ALPHA + agent / 2,
      quadratic: 0,
    }));
    let count = 0;
    day.ticks.forEach((traffic, tick) => {
      holdAuctions(traffic, rules, remaining, { ...day.law.keys[tick]!, truths: day.law.truths });
      count += traffic.count;
    });
    const endedAt = performance.now();
    // The first run warms the compiler up.
    if (run === 0) continue;
    auctions.push(Math.round((count / (endedAt - drawnAt)) * 1_000));
    withTraffic.push(Math.round((count / (endedAt - startedAt)) * 1_000));
  }
  return { auctions: spread(auctions), withTraffic: spread(withTraffic) };
}
