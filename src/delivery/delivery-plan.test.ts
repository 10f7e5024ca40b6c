import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseDeliveryPlan } from './delivery-plan.ts';

const EXAMPLE = readFileSync(new URL('../../examples/delivery.json', import.meta.url), 'utf8');

/** The example with some fields of its first campaign or deal changed. */
function changed(list: 'campaigns' | 'deals', changes: object): string {
  const plan = JSON.parse(EXAMPLE) as Record<typeof list, object[]>;
  Object.assign(plan[list][0]!, changes);
  return JSON.stringify(plan);
}

test('the example plan is read, its money exact and its defaults filled in', () => {
  const { campaigns, deals } = parseDeliveryPlan(EXAMPLE);
  const [campaign] = campaigns;
  assert.equal(campaign!.totalBudget, 5_000_000_000);
  assert.equal(campaign!.frequencyCap?.windowMs, 86_400_000);
  assert.deepEqual(campaign!.targeting.excludedDomains, []);
  assert.equal(deals[0]!.cpm.amountMicros, 8_000_000);
});

test('what is wrong is named, with its place and the rule', () => {
  for (const [text, message] of [
    ['{', /delivery plan/],
    [changed('campaigns', { maxCpm: 12 }), /campaigns\.0\.maxCpm/],
    [changed('campaigns', { end: '2027-01-01T00:00:00Z' }), /campaigns\.0\.end: must be after start/],
    [changed('campaigns', { dailyBudget: { amount: '1.00', currency: 'EUR' } }), /must be in USD/],
    [changed('campaigns', { creatives: [] }), /campaigns\.0\.creatives/],
    [changed('campaigns', { budget: 1 }), /budget/],
    [changed('deals', { campaign: 'nobody' }), /NORTH-1001 is for campaign nobody/],
  ] as const)
    assert.throws(() => parseDeliveryPlan(text), { code: 'GV_BAD_INPUT', message });
});
