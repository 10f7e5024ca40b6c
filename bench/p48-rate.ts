import assert from 'node:assert/strict';
import { holdAuctions } from '../src/adauction/p48/auction.ts';
import { noiseUniform } from '../src/adauction/p48/keyed-noise.ts';
import { type Day, openDay } from '../src/adauction/p48/play-day.ts';
import { referenceAuction } from '../src/adauction/p48/reference-auction.ts';
import { AGENTS, SEEN_RATES } from '../src/adauction/p48/rules.ts';
import { spread } from './stats.ts';

const RUNS = 7;
/** Opportunities of a run, and of one of the plain way. */
const OPPORTUNITIES = 200_000;
const PLAIN = 10_000;
/** More than anybody can spend, so that all 48 bid in every auction. */
const MONEY = 1e9;
const ALPHAS = Array.from({ length: AGENTS }, (_none, agent) => 90 + agent / 2);

/**
 * Exact auctions a second on one core, by its processor time: 48 bidders, three places, what is seen, paid and converted;
 * with the drawing of the day's values; and the same auctions held by the book, sorting all bids, in turns with ours.
 */
export function auctionRate(): object {
  const runs = Array.from({ length: RUNS + 1 }, (_none, run) => {
    const drawn = timed(() => openDay({ seed: 'rate', episode: run, opportunities: OPPORTUNITIES }));
    const ours = timed(() => hold(drawn.result));
    const small = openDay({ seed: 'rate', episode: run, opportunities: PLAIN });
    const plain = timed(() => holdPlainly(small));
    assert.ok(Math.abs(plain.result.cost / hold(small).cost - 1) < 1e-9, 'both ways must sell alike');
    const auctions = ours.result.count / ours.seconds;
    return {
      auctions,
      withTraffic: ours.result.count / (ours.seconds + drawn.seconds),
      plain: plain.result.count / plain.seconds,
      times: auctions / (plain.result.count / plain.seconds),
    };
  }).slice(1); // the first warms the compiler up
  const of = (pick: (run: (typeof runs)[number]) => number) => spread(runs.map(pick));
  return {
    bidders: AGENTS,
    auctionsPerSecondPerCore: of((run) => Math.round(run.auctions)),
    withTrafficPerSecondPerCore: of((run) => Math.round(run.withTraffic)),
    plainAuctionsPerSecondPerCore: of((run) => Math.round(run.plain)),
    timesPlain: of((run) => run.times),
    aims: { auctionsPerSecondPerCore: 1_000_000 },
  };
}

interface Held {
  readonly count: number;
  readonly cost: number;
}

function hold(day: Day): Held {
  const remaining = new Float64Array(AGENTS).fill(MONEY);
  const rules = ALPHAS.map((linear) => ({ linear, quadratic: 0 }));
  let [count, cost] = [0, 0];
  day.ticks.forEach((traffic, tick) => {
    const outcome = holdAuctions(traffic, rules, remaining, {
      ...day.law.keys[tick]!,
      truths: day.law.truths,
    });
    count += traffic.count;
    for (const each of outcome.cost) cost += each;
  });
  return { count, cost };
}

/** The rules read out in code: a list of bids, sorted; the same chance. */
function holdPlainly(day: Day): Held {
  let [count, cost, conversions] = [0, 0, 0];
  day.ticks.forEach((traffic, tick) => {
    const keys = day.law.keys[tick]!;
    for (let pv = 0; pv < traffic.count; pv += 1) {
      const values = traffic.values.subarray(pv * AGENTS, (pv + 1) * AGENTS);
      const second = noiseUniform(keys.exposures, 2 * pv) < SEEN_RATES[1];
      const seen = [true, second, second && noiseUniform(keys.exposures, 2 * pv + 1) < SEEN_RATES[2]];
      for (const { agent, slot, price } of referenceAuction(ALPHAS.map((alpha, n) => alpha * values[n]!))) {
        if (!seen[slot]) continue;
        cost += price;
        const chance = values[agent]! * day.law.truths[agent]!;
        if (noiseUniform(keys.conversions, pv * AGENTS + agent) < chance) conversions += 1;
      }
    }
    count += traffic.count;
  });
  assert.ok(conversions > 0);
  return { count, cost };
}

function timed<T>(work: () => T): { readonly result: T; readonly seconds: number } {
  const before = process.threadCpuUsage();
  const result = work();
  const { user, system } = process.threadCpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}
