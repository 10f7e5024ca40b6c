import fc from 'fast-check';
import { DEAL_TYPES, formatDecimal, micros } from '../../../kernel/index.ts';
import { GEO_TYPES, OBJECTIVES, STRICTNESS, TAXONOMIES } from '../types.ts';

const MEDIA = ['ctv', 'video', 'display', 'native', 'audio', 'dooh'] as const;

/** Money as files spell it, in USD. */
export function usd(amountMicros: number): { readonly amount: string; readonly currency: string } {
  return { amount: formatDecimal(micros(amountMicros)), currency: 'USD' };
}

const cpm = fc.integer({ min: 1_000_000, max: 60_000_000 });
const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{2,12}$/), { maxLength: 3 });
const ref = fc.constantFrom(...TAXONOMIES).map((taxonomy) => ({
  taxonomy,
  version: '3.1',
  identifier: '3-7',
  ...(taxonomy === 'agentic-audiences'
    ? { compliance: { jurisdiction: 'USA', consentFramework: 'GPP' } }
    : {}),
}));

const audience = fc.record(
  {
    primary: ref,
    constraints: fc.array(ref, { maxLength: 2 }),
    extensions: fc.array(ref, { maxLength: 2 }),
    exclusions: fc.array(ref, { maxLength: 2 }),
    strictness: fc.record({ primary: fc.constantFrom(...STRICTNESS) }, { requiredKeys: [] }),
    rationale: fc.string(),
  },
  { requiredKeys: ['primary'] },
);

const kpi = fc.constantFrom(
  { metric: 'CPM', target: usd(20_000_000) },
  { metric: 'VCR', target: 70 },
  { metric: 'ROAS', target: 2.5 },
);

/** What a channel may say besides its name and its money. */
const channelExtras = fc.record(
  {
    dealType: fc.oneof(
      fc.constantFrom(...DEAL_TYPES),
      fc.shuffledSubarray([...DEAL_TYPES], { minLength: 1 }),
    ),
    maxDeals: fc.integer({ min: 1, max: 20 }),
    formats: names,
    excludedSellers: names,
    contentCategories: names,
    creatives: names,
    volumeSteps: fc.constantFrom([1], [0.5, 1]),
    constraints: fc.constantFrom({}, { maxSellerShare: 0.5, dealTypeShares: { PG: { min: 0.1 } } }),
  },
  { requiredKeys: [] },
);

const channels = fc
  .tuple(
    fc.shuffledSubarray([...MEDIA], { minLength: 1 }),
    fc.boolean(),
    fc.array(channelExtras, { minLength: MEDIA.length, maxLength: MEDIA.length }),
    fc.array(cpm, { minLength: MEDIA.length, maxLength: MEDIA.length }),
  )
  .map(([media, byShare, extras, cpms]) =>
    media.map((channel, index) => {
      const each = Math.floor(10_000 / media.length) / 100;
      const rest = Math.round((100 - each * (media.length - 1)) * 100) / 100;
      return {
        channel,
        ...(byShare ? { share: index === 0 ? rest : each } : { budget: usd(1_000_000_000) }),
        maxCpm: usd(cpms[index]!),
        ...extras[index]!,
      };
    }),
  );

const optional = fc.record(
  {
    name: fc.stringMatching(/^[A-Z][a-z äöü"']{0,20}[a-z]$/),
    objective: fc.constantFrom(...OBJECTIVES),
    audience,
    geo: fc.array(
      fc.record({ type: fc.constantFrom(...GEO_TYPES), value: fc.constantFrom('USA', 'US-CA') }),
      {
        maxLength: 3,
      },
    ),
    kpis: fc.uniqueArray(kpi, { selector: ({ metric }) => metric, maxLength: 3 }),
    brandSafety: fc.record({ excludedKeywords: names }, { requiredKeys: [] }),
    frequencyCap: fc.constant({ impressions: 3, windowHours: 24 }),
    pacing: fc.constantFrom<object>({ model: 'asap' }, { model: 'custom', weights: [0, 2.5] }),
    excludedSellers: names,
    approvals: fc.record({ plan: fc.boolean(), creative: fc.boolean() }, { requiredKeys: [] }),
    notes: fc.string({ unit: 'grapheme' }),
    supplyPaths: fc.constant([{ sellerId: 's1', intermediaryFeePct: 8, techFeeCpm: usd(0) }]),
    fx: fc.constant({ asOf: '2026-11-23T11:00:00Z', base: 'USD', rates: { EUR: '0.8' } }),
  },
  { requiredKeys: [] },
);

/** Any brief that the reader takes, as it is written. */
export const arbitraryBrief = fc
  .tuple(channels, optional, fc.integer({ min: 7_000_000_000, max: 90_000_000_000 }))
  .map(([bought, others, budgetMicros]) => ({
    advertiser: { id: 'acme', cap: usd(100_000_000_000) },
    campaign: 'spring',
    budget: usd(budgetMicros),
    flight: { start: '2027-03-01', end: '2027-03-02' },
    channels: bought,
    ...others,
  }));
