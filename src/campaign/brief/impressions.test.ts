import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { costOfImpressions, money } from '../../kernel/index.ts';
import { impressionsAsked, usualDealTypes } from './impressions.ts';

const usd = (amountMicros: number) => money(amountMicros, 'USD');

test('the impressions of the brief are asked for, whatever they would cost', () => {
  const channel = { budget: usd(1), impressions: 500, maxDeals: 3, maxCpm: usd(40_000_000) };
  assert.equal(impressionsAsked(channel), 500);
});

test('without them, what a deal’s part of the budget buys at maxCpm, or at targetCpm', () => {
  const channel = { budget: usd(1_000_000_000), maxDeals: 4 };
  assert.equal(impressionsAsked({ ...channel, maxCpm: usd(30_000_000) }), 8_333);
  assert.equal(impressionsAsked({ ...channel, targetCpm: usd(25_000_000) }), 10_000);
  assert.equal(impressionsAsked({ ...channel, maxCpm: usd(30_000_000), targetCpm: usd(1) }), 8_333);
  assert.equal(impressionsAsked(channel), undefined);
  assert.equal(impressionsAsked({ budget: usd(10), maxDeals: 4, maxCpm: usd(30_000_000) }), 0);
});

test('all deals together never cost more than the budget, and one impression more for each would', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9_000_000_000_000 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1_000, max: 100_000_000 }),
      (budget, maxDeals, cpm) => {
        const asked = impressionsAsked({ budget: usd(budget), maxDeals, maxCpm: usd(cpm) })!;
        const costOf = (impressions: number) =>
          costOfImpressions(usd(cpm), impressions).amountMicros * maxDeals;
        assert.ok(costOf(asked) <= budget);
        assert.ok(costOf(asked + 1) > budget);
      },
    ),
  );
});

test('a medium is bought as is usual where the brief does not say', () => {
  assert.deepEqual(usualDealTypes('ctv'), ['PG', 'PD']);
  assert.deepEqual(usualDealTypes('linear_tv'), ['PG']);
  assert.deepEqual(usualDealTypes('display'), ['PD', 'PA']);
});
