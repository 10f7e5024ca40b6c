import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from './nearest.ts';

const KEYS = ['budget', 'campaign', 'channels', 'flight', 'maxCpm', 'maxDeals', 'geo'];

test('a wrong word is answered with the key that is fewest letters away', () => {
  const cases = {
    budgett: 'budget',
    chanels: 'channels',
    maxdeal: 'maxDeals',
    max_cpm: 'maxCpm',
    Flight: 'flight',
  };
  for (const [word, meant] of Object.entries(cases)) assert.equal(nearest(word, KEYS), meant, word);
});

test('a longer word is answered with the longest key that it contains', () => {
  const cases = { total_budget: 'budget', flight_start: 'flight', campaign_name: 'campaign' };
  for (const [word, meant] of Object.entries(cases)) assert.equal(nearest(word, KEYS), meant, word);
  assert.equal(nearest('geography-of-it', KEYS), undefined);
});

test('what is near nothing has no answer, however long it is', () => {
  assert.equal(nearest('colour', KEYS), undefined);
  assert.equal(nearest('', KEYS), undefined);
  assert.equal(nearest('x'.repeat(1_000_000), KEYS), undefined);
});
