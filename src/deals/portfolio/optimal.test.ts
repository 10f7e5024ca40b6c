import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Clock, type Currency, createRealWorld, DEAL_TYPES, money } from '../../kernel/index.ts';
import { QuoteNormalizer } from '../pricing/index.ts';
import { TEST_NOW, testQuote } from '../pricing/testing.ts';
import type { NormalizedQuote, VerifiedQuote } from '../types.ts';
import { brokenRules } from './feasible.ts';
import {
  optimal,
  type PortfolioConstraints,
  type PortfolioInput,
  portfolioValue,
  solvePortfolio,
} from './index.ts';
import { instantAnswer, quotesOf } from './instant.ts';
import { makeProblem } from './problem.ts';

const desk = new QuoteNormalizer({ budgetCurrency: 'USD' as Currency, now: () => TEST_NOW });
const { clock } = createRealWorld();

function input(quotes: readonly VerifiedQuote[], given: Partial<PortfolioInput> = {}): PortfolioInput {
  const candidates = desk.rankQuotes(quotes);
  return { candidates, remaining: money(100_000e6, 'USD'), slots: 5, held: [], constraints: {}, ...given };
}

/** A quote of 1,000,000 impressions at `cpm` dollars: it costs a thousand times that. */
function at(cpm: number, sellerId: string, rest: Partial<VerifiedQuote> = {}): VerifiedQuote {
  return testQuote({ quoteId: `q-${sellerId}-${cpm}`, sellerId, cpmMicros: cpm * 1e6, ...rest });
}

/** The best allowed choice, by trying all; null when none is allowed. */
function bruteForce({ candidates, ...rest }: PortfolioInput): number | null {
  let best: number | null = null;
  for (let mask = 0; mask < 1 << candidates.length; mask += 1) {
    const picks = candidates.filter((_, index) => (mask >> index) & 1);
    if (brokenRules(picks, { candidates, ...rest }).length > 0) continue;
    const value = picks.reduce((total, pick) => total + portfolioValue(pick), 0);
    if (best === null || value > best) best = value;
  }
  return best;
}

const share = fc.integer({ min: 1, max: 20 }).map((twentieths) => twentieths / 20);
const constraints: fc.Arbitrary<PortfolioConstraints> = fc
  .record({
    minImpressions: fc.option(fc.integer({ min: 0, max: 6_000_000 })),
    maxSellerShare: fc.option(share),
    pgMin: fc.option(share),
    pdMax: fc.option(share),
  })
  .map(({ minImpressions, maxSellerShare, pgMin, pdMax }) => ({
    ...(minImpressions === null ? {} : { minImpressions }),
    ...(maxSellerShare === null ? {} : { maxSellerShare }),
    dealTypeShares: {
      ...(pgMin === null ? {} : { PG: { min: pgMin } }),
      ...(pdMax === null ? {} : { PD: { max: pdMax } }),
    },
  }));
const small: fc.Arbitrary<PortfolioInput> = fc
  .record({
    quotes: fc.array(
      fc.record({
        cpmMicros: fc.integer({ min: 1_000_000, max: 60_000_000 }),
        impressions: fc.integer({ min: 100_000, max: 3_000_000 }),
        seller: fc.integer({ min: 0, max: 3 }),
        product: fc.integer({ min: 0, max: 1 }),
        dealType: fc.constantFrom(...DEAL_TYPES),
        minimum: fc.option(fc.integer({ min: 1, max: 90_000 }), { freq: 5 }),
      }),
      { maxLength: 9 },
    ),
    budget: fc.integer({ min: 1, max: 200_000 }),
    slots: fc.integer({ min: 1, max: 6 }),
    constraints,
    heldCount: fc.constantFrom(0, 0, 1),
  })
  .map(({ quotes, budget, slots, constraints: rules, heldCount }) => {
    const made = quotes.map(({ seller, product, minimum, ...given }, index) =>
      testQuote({
        ...given,
        quoteId: `q${index}`,
        sellerId: `s${seller}`,
        productId: `p${product}`,
        minimumSpend: minimum === null ? null : money(minimum * 1e6, 'USD'),
      }),
    );
    const [held, rest] = [made.slice(0, heldCount), made.slice(heldCount)];
    return input(rest, {
      remaining: money(budget * 1e6, 'USD'),
      slots,
      constraints: rules,
      held: held.map((quote) => desk.normalizeQuote(quote)),
    });
  });

describe('the first answer', () => {
  test('keeps every rule exactly, and no choice exceeds its bound', () => {
    fc.assert(
      fc.property(small, (given) => {
        const problem = makeProblem(given);
        const { items, value, bound } = instantAnswer(problem);
        const best = bruteForce(given);
        if (items !== null) assert.deepEqual(brokenRules(quotesOf(problem, items), given), []);
        if (best !== null) assert.ok(bound >= best, `bound ${bound} is below ${best}`);
        if (best !== null && items !== null) assert.ok(value <= best);
      }),
      { numRuns: 150 },
    );
  });

  test('is the best one in nine of ten small problems', () => {
    const problems = fc.sample(small, { numRuns: 200, seed: 7 });
    const found = problems.filter((given) => {
      const { items, value } = instantAnswer(makeProblem(given));
      return bruteForce(given) === (items === null ? null : value);
    });
    assert.ok(found.length >= 180, `${found.length} of 200`);
  });
});

describe('the proven answer', () => {
  test('is the best one, or a refusal where nothing is allowed', async () => {
    for (const given of fc.sample(small, { numRuns: 12, seed: 11 })) {
      const best = bruteForce(given);
      try {
        const solved = await solvePortfolio(given, { clock });
        assert.equal(solved.value, best ?? 0);
        assert.ok(best === null || solved.proof === 'optimal', solved.note);
        if (best !== null) assert.deepEqual(brokenRules(solved.final.picks, given), []);
      } catch (error) {
        assert.ok(best === null || best === 0, String(error));
      }
    }
  });

  test('beats greedy where the best score is not the best use of the budget', async () => {
    const quotes = [
      at(20, 'a', { impressions: 3_000_000 }),
      at(20.1, 'b', { impressions: 2_400_000 }),
      at(20.2, 'c', { impressions: 2_400_000 }),
      // Does not fit, but stretches the scores' scale, so that the others score alike.
      at(500, 'd'),
    ];
    const { picks, report } = await optimal({ clock }).choose(input(quotes));
    assert.deepEqual(picks.map((pick) => pick.sellerId).sort(), ['b', 'c']);
    assert.ok((report?.gainOverGreedyPct ?? 0) > 0);
    assert.equal(report?.proof, 'optimal');
  });

  test('volume steps are alternatives; the picks are in ranked order and the rest is accounted for', async () => {
    const quotes = [at(20, 'a'), at(19, 'a', { impressions: 2_000_000 }), at(21, 'b'), at(500, 'c')];
    const { picks, skipped } = await optimal({ clock }).choose(input(quotes));
    assert.equal(picks.filter((pick) => pick.sellerId === 'a').length, 1);
    assert.deepEqual(
      [...picks].sort((x, y) => y.score - x.score),
      picks,
    );
    assert.equal(picks.length + skipped.length, quotes.length);
  });
});

describe('constraints', () => {
  const quotes = [at(10, 'a'), at(20, 'b'), at(21, 'c'), at(22, 'd', { dealType: 'PG' })];
  const spendOf = (picks: readonly NormalizedQuote[]) =>
    picks.reduce((total, pick) => total + (pick.cost?.amountMicros ?? 0), 0);

  test('no seller has more than its share of the spend', async () => {
    const { picks } = await optimal({ clock }).choose(
      input(quotes, { constraints: { maxSellerShare: 0.35 } }),
    );
    assert.ok(picks.length >= 3);
    for (const pick of picks) assert.ok(spendOf([pick]) <= 0.35 * spendOf(picks));
  });

  test('a deal type has at least its share', async () => {
    const rules = { dealTypeShares: { PG: { min: 0.5 } } };
    const { picks } = await optimal({ clock }).choose(input(quotes, { constraints: rules }));
    assert.ok(spendOf(picks.filter((pick) => pick.dealType === 'PG')) * 2 >= spendOf(picks));
  });

  const impossible: readonly [string, PortfolioConstraints, RegExp][] = [
    [
      'more impressions than can be bought',
      { minImpressions: 9_000_000 },
      /minImpressions 9000000 cannot hold/,
    ],
    [
      'a share too small for so few sellers',
      { maxSellerShare: 0.2 },
      /maxSellerShare 0\.2 cannot hold: only 4 sellers/,
    ],
    [
      'a deal type nobody sells',
      { dealTypeShares: { PA: { min: 0.1 } } },
      /dealTypeShares\.PA\.min 0\.1 cannot hold/,
    ],
    [
      'no room for the only types there are',
      { dealTypeShares: { PD: { max: 0.2 }, PG: { max: 0.3 } } },
      /PG\.max and dealTypeShares\.PD\.max cannot hold/,
    ],
    [
      'a share nothing reaches',
      { dealTypeShares: { PG: { max: 0.01, min: 0.001 } } },
      /dealTypeShares cannot hold/,
    ],
    ['min above max', { dealTypeShares: { PG: { min: 0.5, max: 0.4 } } }, /PG: min 0\.5 is above max 0\.4/],
    ['shares above one', { dealTypeShares: { PG: { min: 0.6 }, PD: { min: 0.6 } } }, /add up to 1\.2/],
    ['a share that is none', { maxSellerShare: Number.NaN }, /maxSellerShare NaN/],
    ['part of an impression', { minImpressions: 1.5 }, /minImpressions 1\.5/],
  ];
  for (const [name, rules, message] of impossible) {
    test(`refused by name: ${name}`, async () => {
      await assert.rejects(solvePortfolio(input(quotes, { constraints: rules }), { clock }), {
        code: 'GV_BAD_INPUT',
        message,
      });
    });
  }

  test('after a first deal nothing is refused: what no longer fits is left, with the reason', async () => {
    const held = desk.rankQuotes([at(30, 'z')]);
    const choice = await optimal({ clock }).choose(
      input(quotes, { held, constraints: { minImpressions: 90_000_000 } }),
    );
    assert.equal(choice.picks.length, 0);
    assert.match(choice.skipped[0]?.reason ?? '', /no choice that keeps all constraints/);
  });

  test('without candidates there is nothing to choose', async () => {
    const { picks } = await optimal({ clock }).choose(input([], { constraints: { maxSellerShare: 0.5 } }));
    assert.equal(picks.length, 0);
  });
});

describe('the solver is only a helper', () => {
  /** Too many near-equal quotes for the first answer to be proven. */
  const hard = input(
    Array.from({ length: 60 }, (_, index) =>
      testQuote({
        quoteId: `q${index}`,
        sellerId: `s${index}`,
        cpmMicros: 20_000_000 + ((index * 7919) % 997) * 10_000,
        impressions: 1_000_000 + ((index * 104_729) % 9973) * 100,
      }),
    ),
    { remaining: money(333_333e6, 'USD'), slots: 20, constraints: { maxSellerShare: 0.1 } },
  );

  test('one that is out of time leaves the first answer, with its gap', async () => {
    const impatient: Clock = {
      ...clock,
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: async () => {},
    };
    const solved = await solvePortfolio(hard, { clock: impatient });
    assert.equal(solved.proof, 'instant');
    assert.deepEqual(solved.final.picks, solved.instant.picks);
    assert.ok(solved.gap >= 0 && solved.gap < 0.05 && solved.final.picks.length > 0);
    assert.match(solved.note, /time/);
  });

  test('cancelling stops it', async () => {
    const controller = new AbortController();
    const solved = await solvePortfolio(hard, {
      clock,
      signal: controller.signal,
      onInstant: () => controller.abort(),
    });
    assert.equal(solved.proof, 'instant');
    assert.match(solved.note, /cancelled/);
  });
});
