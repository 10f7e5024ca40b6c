import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { GavotteError } from '../../kernel/index.ts';
import { impressionsAsked } from './impressions.ts';
import { parseBrief } from './parse-brief.ts';
import { SAMPLE_BRIEF } from './sample.ts';
import { arbitraryBrief, usd as usdOf } from './testing/arbitrary-brief.ts';

const read = (file: string) => readFileSync(new URL(`../../../examples/${file}`, import.meta.url), 'utf8');
const example = JSON.parse(read('brief.json')) as Record<string, unknown>;
const usd = (amount: string) => ({ amount, currency: 'USD' });

/** The least that a brief must say. */
const least = {
  advertiser: { id: 'acme', cap: usd('1000.00') },
  campaign: 'spring',
  budget: usd('100.00'),
  flight: { start: '2027-03-01', end: '2027-03-02' },
  channels: [{ channel: 'ctv', budget: usd('100.00'), maxCpm: usd('40.00') }],
};
const channel = (changes: Record<string, unknown>) => ({
  channels: [{ ...least.channels[0]!, ...changes }],
});
const primary = { taxonomy: 'iab-audience', version: '1.1', identifier: '3-7' };

function parse(changes: Record<string, unknown>, base: Record<string, unknown> = least) {
  return parseBrief(JSON.stringify({ ...base, ...changes }));
}

function refuse(changes: Record<string, unknown>, message: RegExp, base = example): void {
  assert.throws(() => parse(changes, base), { code: 'GV_BAD_INPUT', message });
}

describe('reading', () => {
  test('the example briefs and the sample are read', () => {
    const brief = parseBrief(JSON.stringify(example));
    assert.equal(brief.budget.amountMicros, 100_000_000_000);
    assert.deepEqual(
      brief.channels.map((each) => [each.channel, each.dealTypes, each.impressions, each.maxDeals]),
      [
        ['ctv', ['PD'], 500_000, 5],
        ['video', ['PD'], 200_000, 2],
      ],
    );
    const three = parseBrief(read('briefs/three-channels.yaml'));
    assert.deepEqual(
      three.channels.map((each) => [each.channel, each.budget.amountMicros / 1e6]),
      [
        ['ctv', 1500],
        ['video', 900],
        ['display', 600],
      ],
    );
    assert.equal(parseBrief(SAMPLE_BRIEF).name, 'Spring launch');
  });

  test('the least brief of the documentation is read', () => {
    const page = readFileSync(new URL('../../../docs/campaigns.md', import.meta.url), 'utf8');
    const [, text] = /```yaml\n([\s\S]*?)```/.exec(page)!;
    assert.deepEqual(
      parseBrief(text!).channels.map(({ budget }) => budget.amountMicros / 1e6),
      [1800, 1200],
    );
  });

  test('a deal type that is named twice counts once', () => {
    const [bought] = parse(channel({ dealType: ['PD', 'PA', 'PD'] })).channels;
    assert.deepEqual(bought!.dealTypes, ['PD', 'PA']);
  });

  test('the sample is still a brief with all that is commented out', () => {
    const optional =
      /^( *)# ((?:audience|impressions|minImpressions):.*| {2}(?:primary|exclusions|strictness| {2}-).*)/gm;
    const whole = SAMPLE_BRIEF.replaceAll(optional, '$1$2');
    assert.equal(parseBrief(whole).audience?.exclusions.length, 1);
    assert.equal(parseBrief(whole).channels[0]!.minImpressions, 10_000);
  });

  test('what is left out has its usual value', () => {
    const { channels, ...brief } = parse({});
    assert.deepEqual(brief, {
      advertiser: { id: 'acme', cap: { amountMicros: 1_000_000_000, currency: 'USD' } },
      campaign: 'spring',
      name: 'spring',
      budget: { amountMicros: 100_000_000, currency: 'USD' },
      flight: { start: '2027-03-01', end: '2027-03-02', timeZone: 'UTC' },
      geo: [],
      kpis: [],
      brandSafety: { excludedCategories: [], excludedKeywords: [], excludedDomains: [] },
      pacing: { model: 'even' },
      preferredSellers: [],
      excludedSellers: [],
      approvals: { plan: true, booking: true, creative: false, pacing: false },
      notes: '',
      supplyPaths: [],
    });
    assert.deepEqual(channels, [
      {
        channel: 'ctv',
        mediaType: 'ctv',
        formats: [],
        budget: { amountMicros: 100_000_000, currency: 'USD' },
        dealTypes: ['PG', 'PD'],
        maxDeals: 3,
        maxCpm: { amountMicros: 40_000_000, currency: 'USD' },
        excludedSellers: [],
        contentCategories: [],
        creatives: [],
        volumeSteps: [1],
        constraints: {},
      },
    ]);
    assert.equal(impressionsAsked(channels[0]!), 833);
  });

  test('shares become sums that add up to the budget', () => {
    fc.assert(
      fc.property(arbitraryBrief, (written) => {
        const { budget, channels } = parseBrief(JSON.stringify(written));
        if (!('share' in written.channels[0]!)) return;
        const total = channels.reduce((sum, each) => sum + each.budget.amountMicros, 0);
        assert.equal(total, budget.amountMicros);
      }),
    );
  });

  test('a medium may be named as sellers name it, and apart from the channel', () => {
    assert.equal(parse(channel({ channel: 'connected-tv' })).channels[0]!.mediaType, 'ctv');
    const prime = parse(channel({ channel: 'prime', mediaType: 'CTV' })).channels[0]!;
    assert.deepEqual([prime.channel, prime.mediaType, prime.dealTypes], ['prime', 'ctv', ['PG', 'PD']]);
  });

  test('sellers that the campaign excludes are excluded in every channel', () => {
    const brief = parse({ excludedSellers: ['a', 'b'], ...channel({ excludedSellers: ['b', 'c'] }) });
    assert.deepEqual(brief.channels[0]!.excludedSellers, ['a', 'b', 'c']);
  });

  test('a strictness is usual for each role that does not name its own', () => {
    const { strictness } = parse({ audience: { primary, strictness: { exclusions: 'required' } } }).audience!;
    assert.deepEqual(strictness, {
      primary: 'required',
      constraints: 'preferred',
      extensions: 'optional',
      exclusions: 'required',
    });
  });
});

describe('refusing', () => {
  test('a budget, a currency or a flight that is missing refuses', () => {
    refuse({ budget: undefined }, /budget: is missing; it must be an amount with its currency/);
    refuse({ budget: { amount: '1.00' } }, /budget\.currency: is missing; it must be an ISO 4217 code/);
    refuse({ flight: undefined }, /flight: is missing; it must be a group of fields/);
    refuse({ flight: { start: '2027-03-01' } }, /flight\.end: is missing; it must be a date YYYY-MM-DD/);
  });

  test('a bare number is no money: the error names the field, the value and the form', () => {
    refuse({ budget: 25_000 }, /budget: 25000 must be an amount with its currency.*\{"amount"/);
    refuse(
      { budget: { amount: 25_000, currency: 'USD' } },
      /budget\.amount: 25000 must be a decimal in quotes/,
    );
    refuse({ budget: usd('1e5') }, /budget\.amount: "1e5" must be a decimal in quotes/);
    refuse({ budget: usd('0.00') }, /budget: .* must be above zero/);
    refuse({ budget: usd('-1.00') }, /budget\.amount: "-1\.00" must be a decimal/);
    refuse({ budget: usd('9999999999.00') }, /budget\.amount: .* must be at most 9007199254\.740991/);
    refuse(
      { budget: { amount: '1.00', currency: 'usd' } },
      /budget\.currency: "usd" must be an ISO 4217 code/,
    );
    refuse(
      { budget: { amount: '1.00', currency: 'XXX' } },
      /budget\.currency: "XXX" must be an ISO 4217 code/,
    );
  });

  test('an unknown field is answered with the nearest that is known in its place', () => {
    refuse({ budgett: 1 }, /budgett: is not known here; did you mean budget\?/);
    refuse({ pacing: { model: 'custom', weight: [1] } }, /pacing\.weight: .* did you mean weights\?/);
    refuse(channel({ max_cpm: 1 }), /channels\.0\.max_cpm: .* did you mean maxCpm\?/);
    refuse({ colour: 1 }, /colour: is not known here; what is: .*advertiser, campaign/);
    refuse({ currency: 'USD' }, /currency: is not known here; each amount carries its own/);
    refuse(
      JSON.parse('{"__proto__": {"budget": 1}}') as Record<string, unknown>,
      /__proto__: is not known here/,
    );
    const steps = { dealTypeShares: { PX: { min: 1 } } };
    refuse(channel({ constraints: steps }), /dealTypeShares\.PX: .* did you mean P/);
  });

  test('bad dates, names, numbers and choices are named with their value', () => {
    refuse({ flight: { start: '2027-3-1', end: '2027-03-31' } }, /flight\.start: "2027-3-1" must be a date/);
    refuse(
      { flight: { start: '2027-02-30', end: '2027-03-31' } },
      /flight\.start: "2027-02-30" must be a date/,
    );
    refuse({ campaign: '../x' }, /campaign: "\.\.\/x" must be 1 to 64/);
    refuse({ channels: [] }, /channels: \[\] must not be empty/);
    refuse({ channels: 'ctv' }, /channels: "ctv" must be a list/);
    refuse({ name: '' }, /name: "" must not be empty/);
    refuse({ approvals: { plan: 'yes' } }, /approvals\.plan: "yes" must be true or false/);
    refuse({ objective: 'Reach' }, /objective: "Reach" must be one of .*; did you mean reach\?/);
    refuse({ pacing: { model: 'evn' } }, /pacing\.model: "evn" must be one of .*; did you mean even\?/);
    refuse({ kpis: [{ metric: 'VCR', target: 170 }] }, /kpis\.0\.target: 170 must be at most 100/);
    refuse({ kpis: [{ metric: 'CPM', target: 5 }] }, /kpis\.0\.target: 5 must be an amount/);
    refuse(channel({ impressions: 1.5 }), /channels\.0\.impressions: 1\.5 must be a whole number/);
    refuse(channel({ impressions: 0 }), /channels\.0\.impressions: 0 must be above 0/);
    refuse(channel({ maxDeals: 1001 }), /channels\.0\.maxDeals: 1001 must be at most 1000/);
    refuse(channel({ dealType: 'PX' }), /channels\.0\.dealType: "PX" must be PG, PD, PA, or a list/);
    refuse(
      { fx: { asOf: 'today', base: 'USD', rates: { EUR: 1 } } },
      /fx\.asOf: "today" .*fx\.rates\.EUR: 1 must/,
    );
  });

  test('every problem is told at once, and one by one to programs', () => {
    refuse({ budget: 1, campaign: '', flight: {} }, /4 problem\(s\)/);
    const yaml = SAMPLE_BRIEF.replace('amount: "3000.00"', 'amount: 3000').replace(
      'objective:',
      'objektive:',
    );
    assert.throws(
      () => parseBrief(yaml, 'brief.yaml'),
      (thrown) => {
        assert.ok(thrown instanceof GavotteError);
        assert.match(
          thrown.message,
          /^brief\.yaml has 2 problem\(s\): line 14, objektive: .*; line 16, budget\.amount: 3000 must be/,
        );
        const { problems } = thrown.details as { problems: { key: string; line: number }[] };
        assert.deepEqual(
          problems.map(({ key, line }) => [key, line]),
          [
            ['objektive', 14],
            ['budget.amount', 16],
          ],
        );
        return true;
      },
    );
  });
});

describe('rules that join fields', () => {
  test('sums and order', () => {
    refuse({ budget: usd('99.00') }, /add up to more than budget/);
    refuse({ budget: usd('300000.00') }, /above advertiser\.cap/);
    refuse({ flight: { start: '2027-03-31', end: '2027-03-01' } }, /before flight\.start/);
    refuse({ budget: { amount: '100000.00', currency: 'EUR' } }, /not the budget's currency EUR/);
  });

  const cases: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    [
      'every sum is in the currency of the budget',
      { kpis: [{ metric: 'CPC', target: { amount: '1.00', currency: 'EUR' } }] },
      /kpis\.0\.target\.currency: "EUR" is not the budget's currency USD/,
    ],
    [
      'a target is not above the ceiling',
      channel({ targetCpm: usd('41.00') }),
      /channels\.0\.targetCpm: \$41\.00 is above maxCpm \$40\.00/,
    ],
    [
      'a flight has at most 1,096 days',
      { flight: { start: '2027-03-01', end: '2030-03-01' } },
      /flight\.end: "2030-03-01" makes a flight of 1097 days; at most 1096/,
    ],
    [
      'a time zone has an IANA name',
      { flight: { ...least.flight, timeZone: 'Mars/Base' } },
      /flight\.timeZone: "Mars\/Base" must be an IANA name/,
    ],
    [
      'an offset is no time zone',
      { flight: { ...least.flight, timeZone: '+02:00' } },
      /flight\.timeZone: "\+02:00" must be an IANA name/,
    ],
    [
      'a channel is listed once',
      { budget: usd('200.00'), channels: [least.channels[0], least.channels[0]] },
      /channels\.1\.channel: "ctv" is listed twice/,
    ],
    [
      'a channel has a budget or a share',
      { channels: [{ channel: 'ctv', impressions: 5 }] },
      /channels\.0: needs either a budget or a share/,
    ],
    ['and not both', channel({ share: 100 }), /channels\.0: needs either a budget or a share/],
    [
      'nor one channel this and one that',
      { channels: [...least.channels, { channel: 'video', share: 100, maxCpm: usd('9.00') }] },
      /channels\.0: needs either a budget or a share, and all channels the same/,
    ],
    [
      'shares add up to 100',
      {
        channels: [
          { channel: 'ctv', share: 60, maxCpm: usd('9.00') },
          { channel: 'video', share: 39.98, maxCpm: usd('9.00') },
        ],
      },
      /channels: the shares 60 \+ 39\.98 must add up to 100/,
    ],
    [
      'impressions can be worked out where they are not given',
      { channels: [{ channel: 'ctv', budget: usd('1.00') }] },
      /channels\.0\.impressions: is missing; give it, or a maxCpm or targetCpm/,
    ],
    [
      'a deal’s part of the budget buys something',
      channel({ budget: usd('0.10'), maxDeals: 3 }),
      /channels\.0\.budget: buys 0 impressions for each of 3 deals/,
    ],
    [
      'the least of a deal is not more than is asked for',
      channel({ minImpressions: 834 }),
      /channels\.0\.minImpressions: 834 is more than the 833 impressions/,
    ],
    [
      'a channel is a medium',
      channel({ channel: 'ctvv' }),
      /channels\.0\.channel: "ctvv" is none of the media display, .*; did you mean ctv\?/,
    ],
    [
      'or names one',
      channel({ mediaType: 'branding' }),
      /channels\.0\.mediaType: "branding" is none of the media .*; name one as mediaType/,
    ],
    [
      'custom pacing has a weight for each day',
      { pacing: { model: 'custom', weights: [1, 1, 1] } },
      /pacing\.weights: has 3 weights for the 2 days/,
    ],
    ['and not all 0', { pacing: { model: 'custom', weights: [0, 0] } }, /pacing\.weights: are all 0/],
    [
      'no seller is both preferred and excluded',
      { preferredSellers: ['a'], excludedSellers: ['a'] },
      /preferredSellers\.0: "a" is in excludedSellers too/,
    ],
    [
      'a KPI is set once',
      { kpis: Array(2).fill({ metric: 'CTR', target: 1 }) },
      /kpis\.1\.metric: "CTR" is listed twice/,
    ],
    [
      'what a person named has no confidence',
      { audience: { primary: { ...primary, confidence: 0.9 } } },
      /audience\.primary\.confidence: 0\.9 is for what was worked out/,
    ],
    [
      'an agentic audience says by what law',
      { audience: { primary, extensions: [{ ...primary, taxonomy: 'agentic-audiences' }] } },
      /audience\.extensions\.0\.compliance: is missing/,
    ],
    [
      'and not of the whole world',
      {
        audience: {
          primary: {
            ...primary,
            taxonomy: 'agentic-audiences',
            compliance: { jurisdiction: 'GLOBAL', consentFramework: 'none' },
          },
        },
      },
      /compliance\.jurisdiction: "GLOBAL" is no jurisdiction/,
    ],
    [
      'content is of taxonomy 3',
      { audience: { primary: { ...primary, taxonomy: 'iab-content', version: '2.2' } } },
      /audience\.primary\.version: "2\.2" must be of the IAB Content Taxonomy 3/,
    ],
  ];
  for (const [rule, changes, message] of cases) test(rule, () => refuse(changes, message, least));
});

test('a sum of channels beyond what a double holds is refused, not rounded', () => {
  const most = usdOf(Number.MAX_SAFE_INTEGER);
  refuse(
    { channels: ['ctv', 'video'].map((each) => ({ channel: each, budget: most, impressions: 1 })) },
    /add up to more than budget/,
    least,
  );
});

test('of very many problems the first are told, and how many more there are', () => {
  const wrong = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`x${index}`, 1]));
  refuse(wrong, /^brief has 60 problem\(s\): .*; and 10 more$/, least);
});

test('a text that was damaged anywhere is read or refused, never anything else', () => {
  const texts = fc.constantFrom(SAMPLE_BRIEF, JSON.stringify(example));
  const damage = fc.record({ at: fc.nat(4_000), cut: fc.nat(8), put: fc.string({ maxLength: 8 }) });
  fc.assert(
    fc.property(texts, fc.array(damage, { minLength: 1, maxLength: 3 }), (whole, damages) => {
      const text = damages.reduce((now, { at, cut, put }) => {
        const from = at % now.length;
        return now.slice(0, from) + put + now.slice(from + cut);
      }, whole);
      try {
        parseBrief(text);
      } catch (thrown) {
        assert.equal(GavotteError.from(thrown).code, 'GV_BAD_INPUT', text);
      }
    }),
    { numRuns: 300 },
  );
});

test('what is not JSON is refused with the parser’s words', () => {
  assert.throws(() => parseBrief('{', 'brief.json'), {
    code: 'GV_BAD_INPUT',
    message: /brief\.json is not JSON/,
  });
});
