import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCENARIOS, scenarioOf, tunedFor } from '../../adauction/index.ts';
import { DEFAULT_TUNING } from '../../delivery/index.ts';
import { searchTuning } from '../tuning-search.ts';
import { classicalContender } from './contenders.ts';
import { evaluate } from './evaluate.ts';
import { playDays } from './play-days.ts';
import { RULES } from './rules/rules.ts';

const drift = scenarioOf('drift');
const tuned = (name = 'classical') => ({
  name,
  runs: [classicalContender(name, tunedFor('drift'))],
});

test('a policy against itself is a tie; what is worse by a tenth is a loss; nobody reaches hindsight', () => {
  const untuned = { name: 'default', runs: [classicalContender('default', DEFAULT_TUNING)] };
  const { rows, bound } = evaluate({
    scenario: drift,
    split: 'training',
    days: 30,
    candidates: [tuned(), tuned('again'), untuned],
  });
  assert.deepEqual(
    rows.map(({ against }) => against?.verdict),
    [undefined, 'tie', 'loss'],
  );
  for (const { surplus, regretPerWin } of rows) {
    assert.ok(surplus.low <= surplus.value && surplus.value <= surplus.high && surplus.value < bound);
    assert.ok(regretPerWin > 0);
  }
});

test('a table is the same whenever it is made, and days do not depend on how many are played beside them', () => {
  const table = () => evaluate({ scenario: drift, split: 'training', days: 12, candidates: [tuned()] });
  assert.deepEqual(table(), table());
  const contender = classicalContender('classical', tunedFor('drift'));
  assert.deepEqual(
    playDays(contender, drift, 'training', 5, 3),
    playDays(contender, drift, 'training', 8).slice(3),
  );
});

for (const rule of RULES)
  test(`${rule.name} keeps to its money on every day of every scenario`, () => {
    for (const scenario of SCENARIOS)
      for (const day of playDays(rule.make(DEFAULT_TUNING), scenario, 'training', 6)) {
        // Micros; sums of doubles.
        assert.ok(day.overspend < 1e-3, `${day.overspend}`);
        assert.ok(day.cost > 0 && Number.isFinite(day.surplus));
      }
  });

test('the search begins with the default, and what it finds is no worse', () => {
  const rule = RULES.find(({ name }) => name === 'bang-bang')!;
  const trials = [...searchTuning(rule, drift, 6, 1)];
  assert.deepEqual(trials[0], { trial: 0, tuning: DEFAULT_TUNING, score: 1 });
  assert.equal(trials.length, 6);
  assert.ok(Math.max(...trials.map(({ score }) => score)) > 1);
  assert.deepEqual(trials, [...searchTuning(rule, drift, 6, 1)]);
});
