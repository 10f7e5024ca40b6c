import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Draws } from '../../kernel/index.ts';
import { AdAuction, STATE_SIZE, scenarioOf } from './ad-auction.ts';
import { Day } from './day.ts';
import { Landscape, normalCdf, syntheticLandscape } from './landscape.ts';
import type { DayMetrics } from './metrics.ts';
import { SCENARIOS, TICKS } from './scenario.ts';

type Act = (env: AdAuction, tick: number) => void;
const classical: Act = () => {};
/** Any actions, also beyond their bounds. */
const wild =
  (seed: number): Act =>
  (env, tick) => {
    const draws = new Draws(seed, tick);
    for (const [role, actions] of env.actions.entries())
      for (let index = 0; index < actions.length; index += 1) actions[index] = 3 * draws.normal(role, index);
  };

function play(scenario: string, act: Act, first = 0, episodes = 6) {
  const env = new AdAuction({ scenario: scenarioOf(scenario), seed: 5, episodes });
  const days: DayMetrics[] = [];
  let seen = 0;
  env.onDay = (metrics) => days.push(metrics);
  env.begin(first, 0);
  for (let tick = 0; tick < TICKS; tick += 1) {
    act(env, tick);
    env.step();
    for (const value of [...env.observations, ...env.states, ...env.rewards.flatMap((each) => [...each])])
      assert.ok(Number.isFinite(value) && Math.abs(value) < 1e3, `${value} is seen in tick ${tick}`);
    for (const value of env.observations) seen += value;
  }
  return { days, seen };
}

test('a day replays bit for bit, whatever else is played beside it', () => {
  for (const { name } of SCENARIOS) {
    const all = play(name, wild(1), 0, 6);
    assert.deepEqual(play(name, wild(1), 0, 6), all);
    assert.deepEqual(play(name, classical, 2, 1).days[0], play(name, classical, 0, 6).days[2]);
  }
});

test('inv/I1 whatever is decided, no advertiser spends more than its budget', () => {
  for (const { name } of SCENARIOS)
    for (let seed = 0; seed < 5; seed += 1)
      for (const { overspend, cost, value } of play(name, wild(seed), seed * 10).days) {
        assert.ok(overspend <= 1, `${overspend} micros beyond`);
        assert.ok(cost >= 0 && value >= 0);
      }
});

test('the classical composition spends its money, without haste, at a profit', () => {
  for (const { name } of SCENARIOS) {
    const { days } = play(name, classical, 0, 20);
    const mean = (of: (day: DayMetrics) => number) =>
      days.reduce((sum, day) => sum + of(day), 0) / days.length;
    assert.ok(mean(({ utilisation }) => utilisation) > 0.9, name);
    assert.ok(mean(({ pacingError }) => pacingError) < 0.6, name);
    assert.ok(mean(({ surplus }) => surplus) > 0, name);
    const luck = mean(({ realisedValue, value }) => realisedValue / value);
    assert.ok(Math.abs(luck - 1) < 0.05, `${name}: clicks bring ${luck} of what they should`);
  }
});

test('only scenarios with deals have deals', () => {
  for (const { guaranteed, preferred } of play('deals', classical).days) {
    assert.ok(guaranteed > 0.8 && guaranteed < 1 + 1e-9);
    assert.ok(preferred > 0 && preferred <= 1);
  }
  const env = new AdAuction({ scenario: scenarioOf('drift'), seed: 1, episodes: 1 });
  assert.equal(env.states.length, STATE_SIZE);
  assert.throws(() => scenarioOf('summer'), { code: 'GV_BAD_INPUT', fix: /stationary-sp/ });
});

test('days differ, and drift only where the scenario drifts', () => {
  const still = new Day(scenarioOf('stationary-fp'), 1, 3);
  const drifting = new Day(scenarioOf('drift'), 1, 3);
  const moves = (day: Day) =>
    Math.abs(day.logLevel[0]! - day.logLevel[1]! - (day.logLevel[24 * 24]! - day.logLevel[24 * 24 + 1]!));
  assert.ok(moves(still) < 1e-9);
  assert.ok(moves(drifting) > 1e-3);
  assert.notEqual(new Day(scenarioOf('drift'), 1, 4).budgets[0], drifting.budgets[0]);
});

test('a landscape’s second prices are those of its distribution, and its shading beats any fixed share', () => {
  const uniform = new Landscape((price) => Math.min(1, price / 2));
  // Of prices spread evenly to 2, those below a bid b cost b²/4 on average.
  for (const bid of [0.5, 1, 1.5]) {
    assert.ok(Math.abs(uniform.win(Math.log(bid)) - bid / 2) < 0.01);
    assert.ok(Math.abs(uniform.secondPrice(Math.log(bid)) - (bid * bid) / 4) < 0.01);
    assert.ok(Math.abs(Math.exp(uniform.shade(Math.log(bid))) - 0.5) < 0.03, 'half of the value is best');
  }
  const landscape = syntheticLandscape();
  const surplus = (worth: number, log: number) => (worth - Math.exp(log)) * landscape.win(log);
  for (const worth of [0.5, 1, 3, 8]) {
    const log = Math.log(worth);
    for (const share of [0.3, 0.5, 0.7, 0.9])
      assert.ok(surplus(worth, log + landscape.shade(log)) >= surplus(worth, log + Math.log(share)) * 0.99);
  }
  assert.ok(Math.abs(normalCdf(1.96) - 0.975) < 1e-4);
});
