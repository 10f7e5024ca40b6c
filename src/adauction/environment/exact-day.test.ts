import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FACT } from '../../delivery/index.ts';
import { AdAuction, scenarioOf } from './ad-auction.ts';
import type { AdDay } from './ad-day.ts';
import { AggregatedDay } from './aggregated-day.ts';
import { Day } from './day.ts';
import { ExactDay } from './exact-day.ts';
import type { DayMetrics } from './metrics.ts';
import { CAMPAIGNS, type Scenario, TICKS } from './scenario.ts';
import { tunedFor } from './tuned.ts';

/** Days with a tenth of the traffic, where it does not matter how much there is. */
const small = (name: string): Scenario => ({ ...scenarioOf(name), impressions: 5_000 });

/** What a day comes to: its metrics, and spend by campaign. */
function play(day: AdDay, scenario: Scenario, number: number, act: (day: AdDay) => void = () => {}) {
  const spend = new Float64Array(CAMPAIGNS);
  day.begin(new Day(scenario, 1, number));
  for (let tick = 0; tick < TICKS; tick += 1) {
    act(day);
    day.step();
    for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1) spend[campaign]! += day.tickCost[campaign]!;
  }
  return { metrics: day.metrics(), spend };
}

const exactly = (scenario: Scenario) => new ExactDay(scenario, tunedFor(scenario.name));

test('an exact day replays bit for bit, after whatever was played before', () => {
  const day = exactly(small('drift'));
  const first = play(day, small('drift'), 3);
  play(day, small('drift'), 4, ({ steering }) => steering.bid.fill(0.5));
  assert.deepEqual(play(day, small('drift'), 3), first);
  assert.deepEqual(play(exactly(small('drift')), small('drift'), 3), first);
  assert.notDeepEqual(play(day, small('drift'), 5), first);
});

test('all policies meet the same users and rivals', () => {
  const scenario = small('stationary-sp');
  const met = (bid: number) => {
    const requests: number[] = [];
    const { metrics } = play(exactly(scenario), scenario, 1, ({ steering, facts, alive }) => {
      steering.bid.fill(bid);
      for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1)
        if (alive[campaign] === 1) requests.push(facts.facts[facts.offset(campaign) + FACT.requests]!);
    });
    return { requests, value: metrics.value };
  };
  const [usual, near, far] = [met(0), met(1e-3), met(-0.5)];
  assert.deepEqual(far.requests, usual.requests);
  assert.notEqual(far.value, usual.value);
  // A policy that is nearly the same has nearly the same day, which another day is not.
  const other = play(exactly(scenario), scenario, 2).metrics.value;
  assert.ok(Math.abs(near.value / usual.value - 1) < 0.02);
  assert.ok(Math.abs(other / usual.value - 1) > 0.05);
});

test('inv/I1 in an exact day no advertiser spends more than its budget, whatever is steered', () => {
  for (const [number, bid] of [0, 0.7, -0.7].entries()) {
    const { metrics } = play(exactly(small('deals')), small('deals'), number, ({ steering }) => {
      steering.bid.fill(bid);
      steering.target.fill(1);
      steering.share.fill(1, 0, 5);
    });
    assert.equal(metrics.overspend, 0);
    assert.ok(metrics.cost > 0);
  }
});

/** Share of the money that exact and closed form spend in different campaigns. */
function displaced(exact: Float64Array, closed: Float64Array): number {
  const [sum, apart] = exact.reduce(
    ([whole, off], spent, index) => [whole + closed[index]!, off + Math.abs(spent - closed[index]!) / 2],
    [0, 0],
  );
  return apart! / sum!;
}

function near(
  name: string,
  exact: DayMetrics,
  closed: DayMetrics,
  part: 'cost' | 'value' | 'wins',
  by: number,
) {
  const ratio = exact[part] / closed[part];
  assert.ok(Math.abs(ratio - 1) < by, `${name}: ${part} is ${ratio.toFixed(3)} times that in closed form`);
}

test('exact and closed days agree on what a market sells: at a fixed multiplier, within 15 %', () => {
  const tuning = { rate: 0, lambda: 4, gain: 1, memory: 0.3, sharpness: 1, shade: 1 };
  for (const name of ['stationary-sp', 'stationary-fp']) {
    const scenario = { ...scenarioOf(name), impressions: 200_000 };
    const exact = play(new ExactDay(scenario, tuning), scenario, 500);
    const closed = play(new AggregatedDay(scenario, tuning), scenario, 500);
    near(name, exact.metrics, closed.metrics, 'cost', 0.15);
    near(name, exact.metrics, closed.metrics, 'value', 0.15);
    assert.ok(displaced(exact.spend, closed.spend) < 0.12, name);
    const { realisedValue, value } = exact.metrics;
    assert.ok(Math.abs(realisedValue / value - 1) < 0.1, `${name}: clicks bring what they should`);
  }
});

test('as tuned, exact and closed days agree within 10 % on spend and 20 % on wins and value, and on where money goes', () => {
  for (const name of ['stationary-sp', 'stationary-fp'])
    for (const number of [501, 503]) {
      const scenario = scenarioOf(name);
      const exact = play(exactly(scenario), scenario, number);
      const closed = play(new AggregatedDay(scenario, tunedFor(name)), scenario, number);
      near(name, exact.metrics, closed.metrics, 'cost', 0.1);
      near(name, exact.metrics, closed.metrics, 'value', 0.2);
      near(name, exact.metrics, closed.metrics, 'wins', 0.2);
      assert.ok(displaced(exact.spend, closed.spend) < 0.2, name);
    }
});

test('the environment plays exact days by the same interface, but for rules that set the multiplier', () => {
  const env = new AdAuction({ scenario: small('drift'), seed: 1, episodes: 2, fidelity: 'exact' });
  const days: number[] = [];
  env.onDay = ({ cost }) => days.push(cost);
  env.begin(7, 0);
  for (let tick = 0; tick < TICKS; tick += 1) {
    env.step();
    const seen = [...env.observations, ...env.states, ...env.rewards.flatMap((each) => [...each])];
    for (const value of seen) assert.ok(Number.isFinite(value) && Math.abs(value) < 1e3, `${value} is seen`);
  }
  assert.equal(days.length, 2);
  assert.ok(days.every((cost) => cost > 0));
  for (const only of [() => env.setPaced(0, 2), () => env.met(0)])
    assert.throws(only, { code: 'GV_BAD_INPUT', fix: /aggregated/ });
});
