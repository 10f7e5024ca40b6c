import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RESPONSE_RULES, type ResponseRule } from '../../adauction/index.ts';
import type { SimulatedDelivery } from './simulate-delivery.ts';
import { deliverSample, TROUBLES } from './testing/sample-market.ts';

const delivered = async (seed: number): Promise<SimulatedDelivery> =>
  (await deliverSample({ ...TROUBLES, seed })).result;

test('inv/I2 inv/I7 what the exchange billed is what the ledger paid, through a kill and bad notices', async () => {
  const { report, audit, kills, disputedBills, bidders } = await delivered(3);
  assert.equal(kills, 1);
  assert.equal(disputedBills, 0);
  assert.deepEqual(audit.violations, []);
  assert.ok(report.total.impressions > 200, `${report.total.impressions} impressions`);
  const paid = bidders.flatMap(({ campaigns }) => campaigns).reduce((sum, each) => sum + each.spentMicros, 0);
  assert.equal(paid, report.total.acknowledgedMicros.USD);
  const broken = Object.keys(report.violations).filter(
    (rule) => RESPONSE_RULES[rule as ResponseRule].loss !== null,
  );
  assert.deepEqual(broken, [], JSON.stringify(report.violationSamples.slice(0, 3)));
});

test('inv/I10 the same seed gives the same run, another seed another', async () => {
  const text = async (seed: number) => JSON.stringify((await delivered(seed)).report);
  const first = await text(5);
  assert.equal(await text(5), first);
  assert.notEqual(await text(6), first);
});
