import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BookedContract, type BuyerReport, check, type MarketTruth } from './checker.ts';

const URL = 'https://seller-0.example';
const CONTRACT: BookedContract = {
  sellerUrl: URL,
  dealId: 'D1',
  quoteId: 'Q1',
  dealType: 'PD',
  cpmMicros: 20_000_000,
  currency: 'USD',
  impressions: 1_000_000,
  createdAt: 1_000,
  quoteExpiresAt: 2_000,
};
const VALUE = 20_000_000_000;
const REPORT: BuyerReport = {
  budgetMicros: 30_000_000_000,
  maxCpmMicros: 25_000_000,
  totalSpendMicros: VALUE,
  remainingMicros: 10_000_000_000,
  discoveredUrls: [URL],
  quotedUrls: [URL],
  ranked: [{ sellerId: '1', sellerUrl: URL, quoteId: 'Q1', cpmMicros: 20_000_000, currency: 'USD' }],
  deals: [{ sellerId: '1', sellerUrl: URL, dealId: 'D1', quoteId: 'Q1', committedMicros: VALUE }],
  unknown: [],
  coveredMicros: 0,
  auditViolations: [],
};
const TRUTH: MarketTruth = {
  sellers: [{ id: '1', url: URL, honest: true }],
  contracts: [CONTRACT],
  rates: { USD: 1, EUR: 1.25 },
  calm: true,
  settled: true,
};

function rules(report: Partial<BuyerReport>, truth: Partial<MarketTruth> = {}): readonly string[] {
  return [
    ...new Set(
      check({ ...REPORT, ...report }, { ...TRUTH, ...truth }).map(({ rule }) => rule.split(' ')[0]!),
    ),
  ];
}

test('a run that kept every promise is passed', () => {
  assert.deepEqual(rules({}), []);
});

test('each broken promise is named', () => {
  const cases: readonly [string, Partial<BuyerReport>, Partial<MarketTruth>][] = [
    ['I1', { budgetMicros: VALUE - 1, remainingMicros: -1 }, {}],
    ['I2', { totalSpendMicros: VALUE + 5, remainingMicros: 9_999_999_995 }, {}],
    ['I2', { auditViolations: ['a balance is off'] }, {}],
    ['I3', {}, { contracts: [CONTRACT, { ...CONTRACT, dealId: 'D2' }] }],
    ['I3', {}, { contracts: [] }],
    ['I4', { deals: [], totalSpendMicros: 0, remainingMicros: REPORT.budgetMicros }, {}],
    ['I5', {}, { contracts: [{ ...CONTRACT, cpmMicros: 21_000_000 }] }],
    ['I5', {}, { contracts: [{ ...CONTRACT, currency: 'EUR' }] }],
    ['I6', {}, { contracts: [{ ...CONTRACT, createdAt: 2_001 }] }],
    ['I6', { ranked: [{ ...REPORT.ranked[0]!, cpmMicros: -5 }] }, {}],
    ['I6', { ranked: [{ ...REPORT.ranked[0]!, sellerId: '2' }] }, {}],
    ['I12', { quotedUrls: [] }, {}],
    ['ceiling', {}, { contracts: [{ ...CONTRACT, dealType: 'PA', cpmMicros: 20_900_000 }] }],
  ];
  for (const [rule, report, truth] of cases) {
    assert.ok(
      rules(report, truth).includes(rule),
      `${rule} was not named for ${JSON.stringify({ report, truth })}`,
    );
  }
});

test('I14 a booking with an honest seller that stays unknown is named, with a liar it is not', () => {
  const report = {
    deals: [],
    unknown: [{ sellerUrl: URL, quoteId: 'Q1', heldMicros: VALUE }],
  };
  assert.deepEqual(rules(report), ['I14']);
  assert.deepEqual(rules(report, { sellers: [{ id: '1', url: URL, honest: false }] }), []);
});

test('a second contract is excused only when its worth is held', () => {
  const twice = { contracts: [CONTRACT, { ...CONTRACT, dealId: 'D2' }] };
  const covered = {
    coveredMicros: VALUE,
    totalSpendMicros: 2 * VALUE,
    budgetMicros: 2 * VALUE,
    remainingMicros: 0,
  };
  assert.deepEqual(rules(covered, twice), []);
});
