import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Currency, money } from '../../kernel/index.ts';
import { QuoteNormalizer } from '../pricing/index.ts';
import { TEST_NOW, testQuote } from '../pricing/testing.ts';
import type { NormalizedQuote, VerifiedQuote } from '../types.ts';
import { greedy } from './index.ts';

const desk = new QuoteNormalizer({ budgetCurrency: 'USD' as Currency, now: () => TEST_NOW });

function ranked(quotes: readonly VerifiedQuote[]): readonly NormalizedQuote[] {
  return desk.rankQuotes(quotes);
}

function choose(quotes: readonly VerifiedQuote[], dollars: number, slots = 3, held: NormalizedQuote[] = []) {
  return greedy.choose({
    candidates: ranked(quotes),
    remaining: money(dollars * 1e6, 'USD'),
    slots,
    held,
    constraints: {},
  });
}

/** A quote of 1,000,000 impressions at `cpm` dollars: it costs a thousand times that. */
function at(cpm: number, sellerId: string, rest: Partial<VerifiedQuote> = {}): VerifiedQuote {
  return testQuote({ quoteId: `q-${sellerId}-${cpm}`, sellerId, cpmMicros: cpm * 1e6, ...rest });
}

test('BUG-1 what is bought never costs more than what remains', async () => {
  const { picks, skipped } = await choose([at(20, 'a'), at(30, 'b'), at(40, 'c')], 55_000);
  assert.deepEqual(
    picks.map((pick) => pick.sellerId),
    ['a', 'b'],
  );
  assert.match(skipped[0]?.reason ?? '', /cost of \$40,000\.00 exceeds the \$5,000\.00 that remain/);
});

test('a quote that does not fit is passed over, not trimmed, and a later one that fits is bought', async () => {
  const small = at(39, 'c', { impressions: 100_000 });
  const { picks } = await choose([at(20, 'a'), at(38, 'b'), small], 25_000);
  assert.deepEqual(
    picks.map((pick) => [pick.sellerId, pick.quote.impressions]),
    [
      ['a', 1_000_000],
      ['c', 100_000],
    ],
  );
});

test('a minimum spend above the cost or above what remains skips the quote with its reason', async () => {
  const { picks, skipped } = await choose(
    [
      at(20, 'a', { minimumSpend: money(20_000_000_001, 'USD') }),
      at(21, 'b', { minimumSpend: money(21_000_000_000, 'USD') }),
      at(22, 'c', { minimumSpend: money(90_000_000_000, 'USD') }),
    ],
    50_000,
  );
  assert.deepEqual(
    picks.map((pick) => pick.sellerId),
    ['b'],
  );
  assert.deepEqual(
    skipped.map(({ sellerId, reason }) => [sellerId, /below the seller's minimum|exceeds/.test(reason)]),
    [
      ['a', true],
      ['c', true],
    ],
  );
});

test('volume steps of one seller are alternatives: one is bought, also after an earlier deal', async () => {
  const steps = [at(20, 'a'), at(20.5, 'a', { impressions: 500_000 }), at(30, 'b')];
  const { picks } = await choose(steps, 100_000);
  assert.deepEqual(
    picks.map((pick) => pick.quoteId),
    ['q-a-20', 'q-b-30'],
  );
  const again = await choose(steps, 100_000, 3, [...picks.slice(0, 1)]);
  assert.deepEqual(
    again.picks.map((pick) => pick.quoteId),
    ['q-b-30'],
  );
});

test('slots bound the picks; an unpriced quote is never picked', async () => {
  const { picks, skipped } = await choose([at(20, 'a'), at(30, 'b', { finalCpm: null })], 100_000, 2);
  assert.deepEqual([picks.length, skipped.length], [1, 1]);
  assert.equal((await choose([at(20, 'a'), at(30, 'b')], 100_000, 1)).picks.length, 1);
});

test('constraints it cannot keep are refused, not ignored', async () => {
  await assert.rejects(
    greedy.choose({
      candidates: [],
      remaining: money(1, 'USD'),
      slots: 1,
      held: [],
      constraints: { maxSellerShare: 0.5 },
    }),
    { code: 'GV_BAD_INPUT', message: /maxSellerShare/ },
  );
});

test('inv/I1 for any quotes the picks fit the budget exactly, in whole micros', async () => {
  const quote = fc.record({
    cpmMicros: fc.integer({ min: 1, max: 90_000_000 }),
    impressions: fc.integer({ min: 0, max: 9_000_000 }),
    sellerId: fc.constantFrom('a', 'b', 'c', 'd'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(quote, { maxLength: 12 }),
      fc.integer({ min: 0, max: 900_000 }),
      async (list, budget) => {
        const quotes = list.map((given, index) => testQuote({ ...given, quoteId: `q${index}` }));
        const { picks } = await choose(quotes, budget, 4);
        const spend = picks.reduce((total, pick) => total + (pick.cost?.amountMicros ?? Number.NaN), 0);
        assert.ok(spend <= budget * 1e6 && picks.length <= 4);
      },
    ),
  );
});
