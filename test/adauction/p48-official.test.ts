import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { slotPrice } from '../../src/adauction/p48/auction.ts';
import { type DayLaw, drawDayLaw, drawSigmaRatio, meanSigmaRatio } from '../../src/adauction/p48/day-law.ts';
import { OFFICIAL_NETWORKS, readOfficialPolicies } from '../../src/adauction/p48/official-policies.ts';
import { openDay, playDay } from '../../src/adauction/p48/play-day.ts';
import { officialPopulation } from '../../src/adauction/p48/population.ts';
import { emptyRanking, rankBids } from '../../src/adauction/p48/rank.ts';
import { referenceAuction } from '../../src/adauction/p48/reference-auction.ts';
import { AGENTS, RESERVE_PRICE, TICKS } from '../../src/adauction/p48/rules.ts';
import { drawTick } from '../../src/adauction/p48/traffic.ts';
import { randomStream } from '../../src/kernel/index.ts';

const data = process.env.GAVOTTE_DATA;
const skip = data === undefined || data === '' ? 'GAVOTTE_DATA is not set' : false;
const path = (name: string) => join(data!, 'auctionnet', name);
const text = (name: string) => readFileSync(path(name), 'utf8');

test('official networks give the multipliers of the published files, to 1e-4', { skip }, () => {
  const networks = readOfficialPolicies(
    text('official_policies.json'),
    readFileSync(path('official_policies.f32')),
  );
  const parity = JSON.parse(text('official_policies_parity.json')) as Record<string, number[]> & {
    states: number[][];
  };
  for (const name of OFFICIAL_NETWORKS)
    parity.states.forEach((state, n) => {
      const alpha = networks[name].alpha(Float32Array.from(state));
      assert.ok(Math.abs(alpha - parity[name]![n]!) < 1e-4, `${name} ${n}: ${alpha}`);
    });
});

interface AuctionParity {
  readonly bids: number[][];
  readonly xi: number[][];
  readonly slot: number[][];
  readonly cost: number[][];
  readonly leastWinningCost: number[];
}

test('64 official auctions: the same winners, places, prices, unsold places and last prices, exactly', {
  skip,
}, () => {
  const official = JSON.parse(text('auction_parity_64pv.json')) as AuctionParity;
  const ranking = emptyRanking(AGENTS);
  ranking.count = AGENTS;
  ranking.bidders.set(Array.from({ length: AGENTS }, (_none, agent) => agent));
  ranking.linear.fill(1);
  let sold = 0;
  official.bids.forEach((bids, pv) => {
    rankBids(ranking, Float64Array.from(bids), 0);
    const slots = [0, 1, 2]
      .map((slot) => ({ agent: ranking.top[slot]!, slot, price: slotPrice(ranking, slot) }))
      .filter(({ price }) => price > 0);
    const theirs = official.slot[pv]!.flatMap((place, agent) =>
      place > 0 ? [{ agent, slot: place - 1, price: official.cost[pv]![agent]! }] : [],
    ).sort((a, b) => a.slot - b.slot);
    assert.deepEqual(slots, theirs, `opportunity ${pv}`);
    assert.deepEqual(referenceAuction(bids), theirs);
    assert.equal(official.xi[pv]!.filter((won) => won === 1).length, theirs.length);
    assert.equal(Math.max(RESERVE_PRICE, ranking.bids[3]!), official.leastWinningCost[pv]);
    sold += theirs.length;
  });
  assert.equal(sold, 180);
});

/** What a day looks like from outside. */
interface DayFigures {
  /** Mean value over 0.0005. */
  readonly level: number;
  /** Share of values that are 0. */
  readonly zeros: number;
  /** Mean over ticks and advertisers of deviation over mean. */
  readonly deviation: number;
  /** Deviation over mean of the means by tick and advertiser. */
  readonly unevenness: number;
}

function figuresOf(ticks: readonly { readonly count: number; readonly values: Float32Array }[]): DayFigures {
  const means: number[] = [];
  const deviations: number[] = [];
  let [sum, zeros, places] = [0, 0, 0];
  for (const { count, values } of ticks)
    for (let agent = 0; agent < AGENTS; agent += 1) {
      const column = Array.from({ length: count }, (_none, pv) => values[pv * AGENTS + agent]!);
      const mean = average(column);
      means.push(mean);
      deviations.push(Math.sqrt(average(column.map((each) => (each - mean) ** 2))) / mean);
      sum += mean * count;
      zeros += column.filter((each) => each === 0).length;
      places += count;
    }
  const level = average(means);
  return {
    level: sum / places / 0.0005,
    zeros: zeros / places,
    deviation: average(deviations),
    unevenness: Math.sqrt(average(means.map((each) => (each - level) ** 2))) / level,
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

function officialTicks(episode: number): { count: number; values: Float32Array }[] {
  const { pvPerTick } = JSON.parse(text(`traffic_ep${episode}_20k.json`)) as { pvPerTick: number[] };
  const bytes = gunzipSync(readFileSync(path(`traffic_ep${episode}_20k_pvalue.f32.gz`)));
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let start = 0;
  return pvPerTick.map((count) => {
    const part = values.subarray(start * AGENTS, (start + count) * AGENTS);
    start += count;
    return { count, values: part };
  });
}

/**
 * The levels of a day are themselves drawn, so an official day can only be compared with many of ours: each figure of it must
 * lie within four deviations of ours from day to day.
 */
test('official days look like ours: level, zeros, deviations, unevenness', { skip }, () => {
  const ours = Array.from({ length: 12 }, (_none, episode) => {
    const law = drawDayLaw({ seed: 'traffic law', episode, opportunities: 20_000 });
    return figuresOf(law.counts.map((_count, tick) => drawTick(law, tick)));
  });
  for (const episode of [0, 1]) {
    const theirs = figuresOf(officialTicks(episode));
    for (const name of ['level', 'zeros', 'deviation', 'unevenness'] as const) {
      const mean = average(ours.map((each) => each[name]));
      const spread = Math.sqrt(average(ours.map((each) => (each[name] - mean) ** 2)));
      const off = (theirs[name] - mean) / spread;
      assert.ok(Math.abs(off) < 4, `${name} of day ${episode}: ${theirs[name]}, ours ${mean} ± ${spread}`);
      assert.ok(spread < 0.25 * mean, `${name} would let anything pass`);
    }
  }
});

interface FullDay {
  readonly ticks: number[];
  readonly mean: number[];
  readonly std: number[];
  readonly zeroFrac: number[];
}

test('a full official day, tick by tick, lies within what our days span', { skip }, () => {
  const theirs = JSON.parse(text('traffic_ep0_500k_stats.json')) as FullDay;
  const ours: DayLaw[] = Array.from({ length: 100 }, (_none, episode) =>
    drawDayLaw({ seed: 'spans', episode }),
  );
  assert.equal(theirs.ticks.length, TICKS);
  const total = theirs.ticks.reduce((sum, count) => sum + count, 0);
  const totals = ours.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0));
  assert.ok(total >= Math.min(...totals) && total <= Math.max(...totals), `${total}`);
  for (let tick = 0; tick < TICKS; tick += 1) {
    const counts = ours.map((law) => law.counts[tick]!);
    const means = ours.map((law) => average([...law.means.subarray(tick * AGENTS, (tick + 1) * AGENTS)]));
    for (const [value, span] of [
      [theirs.ticks[tick]!, counts],
      [theirs.mean[tick]!, means],
    ] as const)
      assert.ok(
        value >= 0.9 * Math.min(...span) && value <= 1.1 * Math.max(...span),
        `tick ${tick}: ${value}`,
      );
    assert.ok(theirs.zeroFrac[tick]! > 0.01 && theirs.zeroFrac[tick]! < 0.06);
  }
});

test('the uncertainty of official values is as ours on average', { skip }, () => {
  const random = randomStream('sigma');
  const ours = Array.from({ length: 4_000 }, () => meanSigmaRatio(drawSigmaRatio(random)));
  const mean = average(ours);
  const spread = Math.sqrt(average(ours.map((each) => (each - mean) ** 2)));
  for (const episode of [0, 1]) {
    const values = gunzipSync(readFileSync(path(`traffic_ep${episode}_20k_pvalue.f32.gz`)));
    const sigmas = gunzipSync(readFileSync(path(`traffic_ep${episode}_20k_sigma.f32.gz`)));
    let ratios = 0;
    let places = 0;
    for (let at = 0; at < values.length; at += 4) {
      const value = values.readFloatLE(at);
      if (value === 0) continue;
      ratios += sigmas.readFloatLE(at) / value;
      places += 1;
    }
    // The ratio's centre is drawn anew for each advertiser, and perhaps tick: at least 48 draws are in the mean.
    assert.ok(
      Math.abs(ratios / places - mean) < (4 * spread) / Math.sqrt(AGENTS),
      `${ratios / places}, ours ${mean}`,
    );
  }
});

test('the official population trades at official prices and scores', { skip }, () => {
  const population = officialPopulation({
    manifest: text('official_policies.json'),
    weights: readFileSync(path('official_policies.f32')),
    curves: text('onlinelp_table_local_ep21.json'),
  });
  const days = [0, 1, 2].map((episode) => {
    const day = openDay({ seed: 1, episode, opportunities: 100_000 });
    const { results } = playDay(day, population);
    return results.reduce((sum, { expectedScore }) => sum + expectedScore, 0);
  });
  // Published sums of 48 scores are 942 to 1,071 over five days.
  assert.ok(average(days) > 900 && average(days) < 1_250, `${days}`);
});
