import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Currency, DEAL_TYPES, type EpochMs, type FxTable, money } from '../../kernel/index.ts';
import type { SupplyPathInfo, VerifiedQuote } from '../types.ts';
import { effectiveCpmWaterfall, QuoteNormalizer, withinCeiling } from './index.ts';
import { referenceRank } from './reference.ts';
import { TEST_NOW, testQuote } from './testing.ts';

const USD = 'USD' as Currency;
const FX: FxTable = {
  asOf: (TEST_NOW - 3_600_000) as EpochMs,
  base: 'USD',
  rates: { EUR: '0.925926', GBP: '0.8' },
};
const PATHS: SupplyPathInfo[] = [
  { sellerId: 's0', intermediaryFeePct: 15, techFeeCpm: money(500_000, 'USD') },
  { sellerId: 's1', intermediaryFeePct: 7.333333, techFeeCpm: money(0, 'USD') },
  { sellerId: 's2', intermediaryFeePct: 0, techFeeCpm: money(123_457, 'EUR') },
];

function normalizer(options: { paths?: SupplyPathInfo[]; fx?: FxTable | undefined } = {}): QuoteNormalizer {
  return new QuoteNormalizer({
    budgetCurrency: USD,
    supplyPaths: options.paths ?? [],
    now: () => TEST_NOW,
    ...(options.fx === undefined ? {} : { fx: options.fx }),
  });
}

const quotes = fc
  .array(
    fc.record({
      cpmMicros: fc.integer({ min: 1, max: 90_000_000 }),
      currency: fc.constantFrom('USD', 'USD', 'EUR', 'GBP'),
      dealType: fc.constantFrom(...DEAL_TYPES),
      impressions: fc.integer({ min: 0, max: 50_000_000 }),
      seller: fc.integer({ min: 0, max: 4 }),
      fill: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      agreed: fc.option(fc.double({ min: 0.1, max: 1, noNaN: true })),
      unpriced: fc.constantFrom(false, false, false, true),
    }),
    { maxLength: 30 },
  )
  .map((list) =>
    list.map(({ seller, fill, agreed, unpriced, ...given }, index): VerifiedQuote => {
      const quote = testQuote({
        ...given,
        quoteId: `q${index}`,
        sellerId: `s${seller}`,
        estimatedFillRate: fill,
        ...(unpriced ? { finalCpm: null } : {}),
      });
      if (agreed === null || unpriced) return quote;
      return { ...quote, agreedCpm: money(Math.ceil(given.cpmMicros * agreed), given.currency) };
    }),
  );

describe('one quote alone (semantics §6)', () => {
  const cases = [
    { dealType: 'PD', cpm: 35, effective: 35, score: 46 },
    { dealType: 'PD', cpm: 29, effective: 29, score: 53.2 },
    { dealType: 'PA', cpm: 28, effective: 33.6, score: 41.68 },
    { dealType: 'PG', cpm: 80, effective: 80, score: 34 },
  ] as const;
  for (const { dealType, cpm, effective, score } of cases) {
    test(`${dealType} at ${cpm} has effective CPM ${effective} and score ${score}`, () => {
      const found = normalizer().normalizeQuote(testQuote({ dealType, cpmMicros: cpm * 1e6 }));
      assert.equal(found.effectiveCpm?.amountMicros, effective * 1e6);
      assert.equal(found.score, score);
      assert.equal(found.pricingSource, 'seller_quoted');
    });
  }

  test('a set of one scores as one alone', () => {
    const quote = testQuote({ cpmMicros: 29_000_000 });
    assert.equal(normalizer().compareQuotes([quote])[0]?.score, 53.2);
  });

  test('fill: the given rate, else the quote’s, else 70 %; more than all of it counts as all', () => {
    const score = (estimatedFillRate: number | null, fillRate?: number) =>
      normalizer().normalizeQuote(
        testQuote({ cpmMicros: 35_000_000, estimatedFillRate }),
        fillRate === undefined ? {} : { fillRate },
      ).score;
    assert.deepEqual([score(null), score(0.5), score(0.5, 1), score(40)], [46, 42, 52, 52]);
  });
});

describe('several quotes (semantics §6, BUG-20)', () => {
  test('of two PD quotes the best has 88.0 and the worst 28.0', () => {
    const ranked = normalizer().rankQuotes([
      testQuote({ quoteId: 'dear', cpmMicros: 35_000_000 }),
      testQuote({ quoteId: 'cheap', cpmMicros: 29_000_000 }),
    ]);
    assert.deepEqual(
      ranked.map(({ quoteId, score }) => [quoteId, score]),
      [
        ['cheap', 88],
        ['dear', 28],
      ],
    );
  });

  test('equal prices all have the full CPM score and keep their order', () => {
    const ranked = normalizer().rankQuotes([testQuote({ quoteId: 'a' }), testQuote({ quoteId: 'b' })]);
    assert.deepEqual(
      ranked.map(({ quoteId, score }) => [quoteId, score]),
      [
        ['a', 88],
        ['b', 88],
      ],
    );
  });

  test('what the ceiling removes does not stretch the scale; the ceiling itself is allowed', () => {
    const list = [
      testQuote({ quoteId: 'a', cpmMicros: 20_000_000 }),
      testQuote({ quoteId: 'b', cpmMicros: 30_000_000 }),
      testQuote({ quoteId: 'far', cpmMicros: 90_000_000 }),
      testQuote({ quoteId: 'none', finalCpm: null }),
    ];
    const ranked = normalizer().rankQuotes(list, { maxCpm: money(30_000_000, 'USD') });
    assert.deepEqual(
      ranked.map(({ quoteId, score }) => [quoteId, score]),
      [
        ['a', 88],
        ['b', 28],
      ],
    );
  });

  test('without a ceiling an unpriced quote is last, scores 0 and says why', () => {
    const [first, last] = normalizer().rankQuotes([
      testQuote({ quoteId: 'none', finalCpm: null }),
      testQuote({ quoteId: 'priced' }),
    ]);
    assert.equal(first?.quoteId, 'priced');
    assert.deepEqual([last?.score, last?.effectiveCpm, last?.cost], [0, null, null]);
    assert.equal(last?.pricingSource, 'unavailable');
    assert.equal(last?.unpriced?.code, 'GV_QUOTE_REFUSED');
  });

  test('a ceiling in another currency is refused', () => {
    assert.throws(() => normalizer().rankQuotes([], { maxCpm: money(1, 'EUR') }), { code: 'GV_BAD_INPUT' });
  });
});

describe('currency, fees and cost', () => {
  test('a price in another currency is converted, rounding up', () => {
    const quote = testQuote({ cpmMicros: 28_000_000, currency: 'EUR' });
    assert.equal(normalizer({ fx: FX }).normalizeQuote(quote).rawCpm?.amountMicros, 30_239_998);
  });

  test('without a rate, or with a stale one, the quote is unpriced with the reason', () => {
    const quote = testQuote({ currency: 'EUR' });
    const old = { ...FX, asOf: (TEST_NOW - 90_000_000) as EpochMs };
    assert.equal(normalizer().normalizeQuote(quote).unpriced?.code, 'GV_FX_MISSING');
    assert.equal(normalizer({ fx: old }).normalizeQuote(quote).unpriced?.code, 'GV_FX_STALE');
    assert.equal(normalizer({ fx: old }).normalizeQuote(quote).score, 0);
  });

  test('inv/I5 cost is price and fees times impressions, each rounded up; PA at its floor', () => {
    const quote = testQuote({ sellerId: 's0', dealType: 'PA', cpmMicros: 28_000_001, impressions: 1_001 });
    const found = normalizer({ paths: PATHS, fx: FX }).normalizeQuote(quote);
    // Fee: ceil(28000001 × 15 %) + 500000 = 4700001; cost: ceil(28000001 × 1.001) + ceil(4700001 × 1.001).
    assert.equal(found.feeEstimate.amountMicros, 4_700_001);
    assert.equal(found.cost?.amountMicros, 28_028_002 + 4_704_702);
    assert.equal(found.effectiveCpm?.amountMicros, 33_600_002 + 4_700_001);
  });

  test('a negotiated price replaces the quoted one', () => {
    const found = normalizer().normalizeQuote(testQuote({ agreedCpm: money(27_500_000, 'USD') }));
    assert.equal(found.rawCpm?.amountMicros, 27_500_000);
    assert.equal(found.cost?.amountMicros, 27_500_000_000);
  });

  test('the minimum spend of the quote is kept, converted', () => {
    const quote = testQuote({ minimumSpend: money(1_000_000_000, 'GBP') });
    assert.equal(normalizer({ fx: FX }).normalizeQuote(quote).minimumSpend.amountMicros, 1_250_000_000);
  });

  test('an unusable supply path is refused by name', () => {
    for (const path of [
      { sellerId: 'x', intermediaryFeePct: 101, techFeeCpm: money(0, 'USD') },
      { sellerId: 'x', intermediaryFeePct: Number.NaN, techFeeCpm: money(0, 'USD') },
      { sellerId: 'x', intermediaryFeePct: 1.23456789, techFeeCpm: money(0, 'USD') },
      { sellerId: 'x', intermediaryFeePct: 1, techFeeCpm: money(-1, 'USD') },
    ]) {
      assert.throws(() => normalizer({ paths: [path] }), {
        code: 'GV_BAD_INPUT',
        message: /supply path of x/,
      });
    }
  });
});

describe('properties', () => {
  test('the fast ranking and the plain reference agree', () => {
    fc.assert(
      fc.property(quotes, fc.option(fc.integer({ min: 1, max: 120_000_000 })), (list, ceiling) => {
        const maxCpm = ceiling === null ? undefined : money(ceiling, 'USD');
        const fast = normalizer({ paths: PATHS, fx: FX }).rankQuotes(
          list,
          maxCpm === undefined ? {} : { maxCpm },
        );
        const plain = referenceRank(list, PATHS, { budgetCurrency: USD, fx: FX, now: TEST_NOW }, maxCpm);
        assert.deepEqual(
          fast.map((each) => ({
            quoteId: each.quoteId,
            effective: each.effectiveCpm?.amountMicros ?? null,
            cost: each.cost?.amountMicros ?? null,
            score: each.score,
          })),
          plain,
        );
      }),
    );
  });

  test('a waterfall ends exactly at the effective CPM, and each step adds its change', () => {
    fc.assert(
      fc.property(quotes, (list) => {
        for (const each of normalizer({ paths: PATHS, fx: FX }).rankQuotes(list)) {
          const steps = effectiveCpmWaterfall(each);
          assert.deepEqual(steps.at(-1)?.cpm ?? null, each.effectiveCpm);
          steps.forEach((step, index) => {
            const before = steps[index - 1]?.cpm;
            if (step.label === 'currency') return;
            assert.equal(step.cpm.amountMicros, (before?.amountMicros ?? 0) + step.change.amountMicros);
          });
        }
      }),
    );
  });

  test('the raw ceiling is the highest price that fits', () => {
    fc.assert(
      fc.property(quotes, fc.integer({ min: 1, max: 120_000_000 }), (list, ceiling) => {
        const desk = normalizer({ paths: PATHS, fx: FX });
        const maxCpm = money(ceiling, 'USD');
        for (const quote of list) {
          const price = quote.agreedCpm ?? quote.finalCpm;
          const highest = desk.rawCeiling(quote, maxCpm);
          const fits = (amount: number) => {
            const agreedCpm = money(amount, price?.currency ?? 'USD');
            return withinCeiling(desk.normalizeQuote({ ...quote, agreedCpm }).effectiveCpm, maxCpm);
          };
          if (price === null) assert.equal(highest, null);
          else if (highest === null) assert.ok(!fits(1));
          else {
            assert.ok(fits(highest.amountMicros) && highest.amountMicros <= price.amountMicros);
            assert.ok(highest.amountMicros === price.amountMicros || !fits(highest.amountMicros + 1));
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

test('the waterfall names every step with its arithmetic', () => {
  const quote = testQuote({
    sellerId: 's0',
    dealType: 'PA',
    cpmMicros: 30_000_000,
    currency: 'EUR',
    agreedCpm: money(28_000_000, 'EUR'),
  });
  const steps = effectiveCpmWaterfall(normalizer({ paths: PATHS, fx: FX }).normalizeQuote(quote));
  assert.deepEqual(
    steps.map(({ label, arithmetic }) => `${label}: ${arithmetic}`),
    [
      'quoted: EUR 30.00 from the seller',
      'negotiated: 30.00 → 28.00',
      'currency: EUR 28.00 ÷ 0.925926 EUR per USD, rates of 2026-11-21T21:26:40.000Z',
      'auction clearing: 30.239998 × 20 %',
      'intermediary fee: 30.239998 × 15 %',
      'tech fee: flat 0.50',
    ],
  );
});
