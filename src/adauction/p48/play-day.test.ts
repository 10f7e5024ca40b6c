import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constantAlpha, onlineLp, pid } from './classical-strategies.ts';
import { dayBounds, hindsightBounds } from './hindsight.ts';
import { type Advertiser, type BidView, linearBid, type PastTick, stateFeatures } from './history.ts';
import { openDay, playDay } from './play-day.ts';
import { BUDGETS, dayScore, TICKS } from './rules.ts';
import { syntheticPopulation } from './synthetic-population.ts';

const population = syntheticPopulation('play test');
const day = openDay({ seed: 'play test', episode: 1, opportunities: 25_000 });
const advertiser: Advertiser = { index: 3, category: 0, budget: 2_400, cpaLimit: 110 };

test('a day is the same when it is played again, and nobody overspends', () => {
  const played = playDay(day, population);
  assert.deepEqual(playDay(day, population).results, played.results);
  for (const { advertiser: who, cost, value, score, conversions } of played.results) {
    assert.ok(cost <= BUDGETS[who.index]! + 1e-6, `${who.index} paid ${cost}`);
    assert.ok(value >= 0 && score <= conversions + 1e-9);
  }
  assert.ok(played.results.filter(({ cost }) => cost > 0).length > 40, 'nearly everybody buys');
});

test('a player takes one seat, the others react but keep theirs', () => {
  const idle = playDay(day, population, { index: 7, maker: () => () => linearBid(0) });
  assert.equal(idle.results[7]!.wins, 0);
  const keen = playDay(day, population, { index: 7, maker: constantAlpha(1) });
  assert.ok(keen.results[7]!.wins > 0);
  assert.notEqual(keen.results[8]!.cost, idle.results[8]!.cost);
});

test('a thinner day costs and brings in proportion', () => {
  const dense = openDay({ seed: 'play test', episode: 1, opportunities: 100_000 });
  const price = (results: ReturnType<typeof playDay>['results']) =>
    results.reduce((sum, { cost }) => sum + cost, 0) / results.reduce((sum, { value }) => sum + value, 0);
  const ratio = price(playDay(dense, population).results) / price(playDay(day, population).results);
  assert.ok(Math.abs(ratio - 1) < 0.05, `${ratio}`);
});

test('hindsight: the score oracle earns at least the best constant, and that nearly what it earns when nobody reacts', () => {
  const without = playDay(day, population, { index: 20, maker: () => () => linearBid(0) });
  const { constant, oracle } = hindsightBounds(day, without, 20);
  assert.ok(oracle.expectedScore >= constant.expectedScore - 1e-9);
  assert.ok(oracle.cost <= BUDGETS[20]! && constant.cost <= BUDGETS[20]! + 1e-6);
  const fixed = { ...population, makers: frozen(without.rules) };
  const live = playDay(
    day,
    { ...fixed, seats: population.seats.map((_name, n) => `${n}`) },
    {
      index: 20,
      maker: constantAlpha(constant.multiple),
    },
  );
  assert.ok(Math.abs(live.results[20]!.expectedScore / constant.expectedScore - 1) < 0.08);
});

test('hindsight over all places: rivals that react take some of the best constant, and what it earns is above their own', () => {
  const { bestConstant, bestConstantPlayed, scoreOracle } = dayBounds(day, population);
  const usual = playDay(day, population).results;
  const own = usual.reduce((sum, { expectedScore }) => sum + expectedScore, 0) / usual.length;
  assert.ok(
    own < bestConstantPlayed && bestConstantPlayed < 1.05 * bestConstant,
    `${own} ${bestConstantPlayed}`,
  );
  assert.ok(bestConstant <= scoreOracle, `${bestConstant} ${scoreOracle}`);
});

/** Rivals that bid as they did, whatever happens. */
function frozen(rules: ReturnType<typeof playDay>['rules']) {
  return Object.fromEntries(
    rules[0]!.map((_rule, agent) => [
      `${agent}`,
      () =>
        ({ tick }: BidView) =>
          rules[tick]![agent]!,
    ]),
  );
}

test('the score falls by the square of what a conversion costs above its limit', () => {
  assert.equal(dayScore(10, 500, 100), 10);
  assert.ok(Math.abs(dayScore(10, 2_000, 100) - 2.5) < 1e-9);
  assert.equal(dayScore(0, 0, 100), 0);
});

function view(tick: number, remaining: number, past: readonly PastTick[] = []): BidView {
  const means = new Float64Array(48).fill(0.0005);
  const traffic = { count: 1_000, values: new Float32Array(0), means, meanSquares: means };
  return { advertiser, tick, remaining, traffic, past, scale: 1 };
}

test('PID looks at money from its second tick, and takes 100 for what it had', () => {
  const strategy = pid(advertiser);
  assert.equal(strategy(view(0, 2_400)).linear, 15);
  assert.equal(strategy(view(1, 2_400)).linear, 18);
  assert.ok(Math.abs(strategy(view(2, 2_000)).linear - 12.6) < 1e-9);
  assert.ok(Math.abs(strategy(view(3, 1_960)).linear - 12.6) < 1e-9, 'neither too fast nor too slow');
});

test('OnlineLP bids the marginal cost at which the money left is spent, at most 1.5 times the limit', () => {
  const curves = { '0_0': { cumCost: [1_000, 2_000, 3_000], cpa: [40, 60, 500] } };
  const strategy = onlineLp(curves)(advertiser);
  assert.equal(strategy(view(0, 1_500)).linear, 60);
  assert.equal(strategy(view(0, 2_400)).linear, 165);
  assert.equal(strategy(view(0, 3_000)).linear, 110, 'beyond the curve: the limit');
  assert.equal(strategy(view(1, 1_500)).linear, 110, 'no curve: the limit');
});

test('a state tells the past by the means of ticks; its "last three" are the first three', () => {
  const past = Array.from({ length: 5 }, (_none, n) => ({
    ...pastOf(n + 1),
    count: 100 * (n + 1),
    conversions: n + 1,
    wins: 10 * (n + 1),
  }));
  const state = stateFeatures(view(5, 1_200, past));
  assert.deepEqual([...state.subarray(0, 2)], [(TICKS - 5) / TICKS, 0.5]);
  assert.deepEqual([...state.subarray(2, 6)], [3, 2, 3, 3]);
  assert.ok(Math.abs(state[6]! - 0.01) < 1e-12 && Math.abs(state[7]! - 0.1) < 1e-12);
  assert.deepEqual([...state.subarray(8, 10)], [2, 2]);
  assert.deepEqual([...state.subarray(12)], [0.0005, 1_000, 1_200, 1_500]);
  assert.ok(
    stateFeatures(view(0, 2_400))
      .slice(2, 12)
      .every((each) => each === 0),
  );
});

function pastOf(level: number): PastTick {
  return {
    count: 0,
    meanBid: level,
    meanLeastWinningCost: level,
    meanValue: level,
    cost: 0,
    value: 0,
    wins: 0,
    exposures: 0,
    conversions: 0,
    traffic: view(0, 0).traffic,
    leastWinningCosts: new Float32Array(0),
  };
}
