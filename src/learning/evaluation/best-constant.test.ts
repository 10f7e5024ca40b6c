import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scenarioOf, tunedFor } from '../../adauction/index.ts';
import { bestConstantSurplus } from './best-constant.ts';
import { classicalContender } from './contenders.ts';
import { playDays } from './play-days.ts';

test('the best constant of each day is worth no less than one constant for all', () => {
  const scenario = scenarioOf('stationary-fp');
  const tuning = tunedFor(scenario.name);
  const best = bestConstantSurplus(scenario, 'validation', 10, 0, tuning);
  const one = playDays(
    classicalContender('one', { ...tuning, rate: 0, lambda: 1 }),
    scenario,
    'validation',
    10,
  );
  for (const [day, { surplus }] of one.entries()) assert.ok(best[day]! >= surplus, `day ${day}`);
  assert.ok(best.some((surplus, day) => surplus > one[day]!.surplus));
});
