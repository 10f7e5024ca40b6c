import assert from 'node:assert/strict';
import { test } from 'node:test';
import { priceFor } from './pricing.ts';
import { roundHalfEven } from './rounding.ts';
import type { Tier } from './tiers.ts';

// Observed on a real seller, product of list price 35 (wire §3.3 and recordings).
const OBSERVED: readonly (readonly [Tier, number, number, string])[] = [
  ['public', 50_000_000, 35, 'Base price: $35.00 CPM | Final price: $35.00 CPM'],
  ['seat', 20_000_000, 33.25, '-5% | Final price: $33.25 CPM | (Total savings: 5.0%)'],
  ['agency', 1_000_000, 31.5, '-10% | Final price: $31.50 CPM | (Total savings: 10.0%)'],
  ['agency', 5_000_000, 29.92, '-5.0% | Final price: $29.92 CPM | (Total savings: 14.5%)'],
  ['agency', 10_000_000, 28.35, '(Total savings: 19.0%)'],
  ['agency', 20_000_000, 26.77, '-15.0% | Final price: $26.77 CPM | (Total savings: 23.5%)'],
  ['agency', 50_000_000, 25.2, '(Total savings: 28.0%)'],
  ['advertiser', 1_000_000, 29.75, 'Advertiser tier: -15%'],
  ['advertiser', 5_000_000, 28.26, '(Total savings: 19.2%)'],
  ['advertiser', 10_000_000, 26.78, '(Total savings: 23.5%)'],
  ['advertiser', 20_000_000, 25.29, '(Total savings: 27.8%)'],
  ['advertiser', 50_000_000, 23.8, '(Total savings: 32.0%)'],
];

for (const [tier, impressions, finalCpm, ending] of OBSERVED) {
  test(`${tier} buying ${impressions} of a 35.00 product pays ${finalCpm}`, () => {
    const price = priceFor(35, tier, impressions);
    assert.equal(price.finalCpm, finalCpm);
    assert.ok(price.rationale.endsWith(ending) || price.rationale.includes(ending), price.rationale);
  });
}

test('no discount takes a price below one dollar', () => {
  assert.equal(priceFor(1.1, 'advertiser', 50_000_000).finalCpm, 1);
});

test('rounding is half to even on the exact binary value', () => {
  assert.deepEqual(
    [0.125, 0.375, 29.625, 29.155, 2.675, 1.005, -0.125].map((value) => roundHalfEven(value, 2)),
    [0.12, 0.38, 29.62, 29.16, 2.67, 1, -0.12],
  );
  assert.deepEqual(
    [19.25, 27.75, 0.05].map((value) => roundHalfEven(value, 1)),
    [19.2, 27.8, 0.1],
  );
});
