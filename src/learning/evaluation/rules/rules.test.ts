import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scenarioOf } from '../../../adauction/index.ts';
import { DEFAULT_TUNING } from '../../../delivery/index.ts';
import { playDays } from '../play-days.ts';
import { RULES } from './rules.ts';

const playedBy = (name: string, scenario: string) => {
  const days = playDays(
    RULES.find((rule) => rule.name === name)!.make(DEFAULT_TUNING),
    scenarioOf(scenario),
    'training',
    20,
  );
  const mean = (of: 'utilisation' | 'pacingError' | 'surplus') =>
    days.reduce((sum, day) => sum + day[of], 0) / days.length;
  return { utilisation: mean('utilisation'), pacingError: mean('pacingError'), surplus: mean('surplus') };
};

const SOLVING: readonly (readonly [rule: string, scenarios: readonly string[]])[] = [
  ['online-lp', ['stationary-sp', 'stationary-fp', 'drift']],
  ['rlb', ['stationary-sp', 'stationary-fp', 'drift']],
  // Made for markets where one pays one’s bid.
  ['ortb1', ['stationary-fp', 'drift']],
  ['ortb2', ['stationary-fp', 'drift']],
];

for (const [name, scenarios] of SOLVING)
  for (const scenario of scenarios)
    test(`${name}, untuned, spends as traffic comes in ${scenario}, and better than one multiplier for all`, () => {
      const [rule, fixed] = [playedBy(name, scenario), playedBy('static', scenario)];
      assert.ok(rule.utilisation > 0.85, `${rule.utilisation}`);
      assert.ok(rule.pacingError < 0.25 && rule.pacingError < fixed.pacingError, `${rule.pacingError}`);
      assert.ok(rule.surplus > fixed.surplus);
    });

test('rules have names of their own', () => {
  assert.equal(new Set(RULES.map(({ name }) => name)).size, RULES.length);
});
