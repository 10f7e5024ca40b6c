import type { TEST_KEYS } from '../../src/market/testing.ts';

/** A recorded label, and the question that led to it. */
export interface Replay {
  readonly label: string;
  readonly get?: string;
  readonly post?: string;
  readonly body?: unknown;
  readonly key?: keyof typeof TEST_KEYS | 'bad';
  readonly capture?: Readonly<Record<string, string>>;
  /** Only names and types are compared, where the recording depends on what is not known. */
  readonly shapeOnly?: boolean;
  /** Asked for its effect; the recording has no answer to it. */
  readonly unrecorded?: boolean;
}

const CTV = 'prod-53e78a97';
const HOME = 'prod-91ddc363';
const FLIGHT = { flight_start: '2026-10-01', flight_end: '2026-10-31' };
const quotes = '/api/v1/quotes';
const deals = '/api/v1/deals';
const template = '/api/v1/deals/from-template';
const messages = '/api/v1/negotiations/messages';
const home = { product_id: HOME, deal_type: 'PD' };
/** What nearly every quote of the recordings asked for. */
export const CTV_QUOTE = { product_id: CTV, deal_type: 'PD', impressions: 1_000_000 };
const dates = { startdate: '2026-12-01T00:00:00Z', enddate: '2026-12-31T00:00:00Z' };
const micros = (dollars: number) => ({ amount_micros: dollars * 1_000_000, currency: 'USD' });

const PART_1: readonly Replay[] = [
  { label: 'products', get: '/products?limit=2' },
  { label: 'products bad limit', get: '/products?limit=0' },
  { label: 'product404', get: '/products/nope' },
  {
    label: 'quote',
    post: quotes,
    body: { idempotency_key: 'k1', ...home, impressions: 1_000_000, ...FLIGHT },
    capture: { quote: 'quote.quote_id' },
  },
  { label: 'quote get', get: `${quotes}/{quote}` },
  { label: 'quote conflict', post: quotes, body: { idempotency_key: 'k1', ...home, impressions: 2_000_000 } },
  { label: 'quote nokey', post: quotes, body: { ...home, impressions: 2_000_000 } },
  { label: 'quote float target', post: quotes, body: { idempotency_key: 'k2', ...home, target_cpm: 10.0 } },
  {
    label: 'quote floatmicros',
    post: quotes,
    body: { idempotency_key: 'k3', ...home, target_cpm: { amount_micros: 10.5 } },
  },
  { label: 'quote PG no imps', post: quotes, body: { idempotency_key: 'k4', ...home, deal_type: 'PG' } },
  { label: 'quote min', post: quotes, body: { idempotency_key: 'k5', ...home, impressions: 5 } },
  {
    label: 'quote 404',
    post: quotes,
    body: { idempotency_key: 'k6', ...home, product_id: 'prod-x', impressions: 5 },
  },
  { label: 'quote baddt', post: quotes, body: { idempotency_key: 'k7', ...home, deal_type: 'PMP' } },
  {
    label: 'quote linear',
    post: quotes,
    body: { idempotency_key: 'k8', ...home, media_type: 'linear_tv', linear_tv: { target_demo: 'A' } },
  },
  {
    label: 'book',
    post: deals,
    body: { idempotency_key: 'b1', quote_id: '{quote}' },
    capture: { deal: 'deal.deal_id' },
  },
  { label: 'book replay', post: deals, body: { idempotency_key: 'b1', quote_id: '{quote}' } },
  { label: 'book again', post: deals, body: { idempotency_key: 'b2', quote_id: '{quote}' } },
  { label: 'book conflict', post: deals, body: { idempotency_key: 'b1', quote_id: 'qt-other' } },
  { label: 'book 404', post: deals, body: { idempotency_key: 'b3', quote_id: 'qt-other' } },
  { label: 'deal get', get: `${deals}/{deal}` },
  { label: 'deal 404', get: `${deals}/DEMO-X` },
  { label: 'quote after book', get: `${quotes}/{quote}` },
  { label: 'perf', get: `${deals}/{deal}/performance` },
  { label: 'lineage', get: `${deals}/{deal}/lineage` },
  { label: 'export', get: `${deals}/export` },
  { label: 'expo csv', get: `${deals}/export?format=ttd` },
];

const PART_2: readonly Replay[] = [
  { label: 'bad key2', post: quotes, key: 'bad', body: { idempotency_key: 'x', ...CTV_QUOTE } },
  {
    label: 'eur target',
    post: quotes,
    body: { idempotency_key: 'e1', ...CTV_QUOTE, target_cpm: { amount_micros: 30_000_000, currency: 'EUR' } },
  },
  {
    label: 'unpriced',
    post: quotes,
    body: { idempotency_key: 'e2', ...CTV_QUOTE, product_id: 'prod-f114d7a7' },
  },
  { label: 'pricing pub', post: '/pricing', body: { product_id: CTV } },
  {
    label: 'pricing agency key',
    post: '/pricing',
    key: 'agency',
    body: { product_id: CTV, volume: 10_000_000 },
  },
  {
    label: 'pricing claims',
    post: '/pricing',
    body: { product_id: CTV, buyer_tier: 'agency', agency_id: 'a', volume: 10_000_000 },
  },
  { label: 'pricing 404', post: '/pricing', body: { product_id: 'x' } },
  { label: 'pricing unpriced', post: '/pricing', body: { product_id: 'prod-f114d7a7' } },
  {
    label: 'avails legacy',
    post: '/products/avails',
    body: { productid: CTV, ...dates, requestedImpressions: 50_000_000 },
  },
  {
    label: 'avails budget',
    post: '/products/avails',
    body: { productid: 'prod-c642fc9b', ...dates, budget: 1000 },
  },
  { label: 'avails none', post: '/products/avails', body: { productid: 'prod-c642fc9b', ...dates } },
  {
    label: 'avails spec',
    post: '/products/avails',
    body: {
      productids: [CTV, HOME],
      accountid: 'acc-1',
      advertiserbrandid: 'b',
      ...dates,
      producttargeting: [{ target: 'requestedimpressions', targetvalues: ['50000000'] }],
    },
  },
  { label: 'avails unpriced', post: '/products/avails', body: { productid: 'prod-f114d7a7', ...dates } },
  { label: 'avails 404', post: '/products/avails', body: { productid: 'x', ...dates } },
  { label: 'products/search', post: '/products/search', body: {} },
];

const proposal = (price: number, extra: Readonly<Record<string, unknown>> = {}) => ({
  product_id: CTV,
  deal_type: 'PD',
  price,
  impressions: 1_000_000,
  start_date: '2026-12-01',
  end_date: '2026-12-31',
  ...extra,
});

const PART_3: readonly Replay[] = [
  // The recording verifies prices against quotes of earlier runs, so those two members differ.
  { label: 'prop 30 pub', post: '/proposals', body: proposal(30), shapeOnly: true },
  { label: 'prop 25 pub', post: '/proposals', body: proposal(25), shapeOnly: true },
  { label: 'prop 40 agency', post: '/proposals', key: 'agency', body: proposal(40), shapeOnly: true },
  { label: 'prop vol', post: '/proposals', body: proposal(30, { impressions: 50_000_000 }), shapeOnly: true },
  { label: 'prop 404', post: '/proposals', body: proposal(30, { product_id: 'zz' }) },
  { label: 'prop unpriced', post: '/proposals', body: proposal(30, { product_id: 'prod-f114d7a7' }) },
  { label: 'prop missing', post: '/proposals', body: { product_id: CTV } },
  {
    label: '',
    unrecorded: true,
    post: '/proposals',
    key: 'agency',
    body: proposal(25),
    capture: { proposal: 'proposal_id', negotiation: 'counter_terms.negotiation_id' },
  },
  {
    label: 'msg counter 29 after prop',
    post: messages,
    key: 'agency',
    body: { idempotency_key: 'm1', action: 'counter', proposal_id: '{proposal}', buyer_price: micros(29) },
  },
  { label: 'hist', get: '/proposals/{proposal}/negotiation' },
  {
    label: 'msg with negid only',
    post: messages,
    key: 'agency',
    body: {
      idempotency_key: 'm2',
      action: 'counter',
      negotiation_id: '{negotiation}',
      buyer_price: micros(29),
    },
  },
  {
    label: 'msg accept',
    post: messages,
    key: 'agency',
    body: { idempotency_key: 'm3', action: 'accept', proposal_id: '{proposal}' },
  },
  {
    label: 'msg after accept',
    post: messages,
    key: 'agency',
    body: { idempotency_key: 'm4', action: 'counter', proposal_id: '{proposal}', buyer_price: micros(29) },
  },
  {
    label: 'msg accept again',
    post: messages,
    key: 'agency',
    body: { idempotency_key: 'm5', action: 'accept', proposal_id: '{proposal}' },
  },
  // The keys of these three were made of the clock.
  {
    label: 'msg none',
    post: messages,
    body: { idempotency_key: 'n', action: 'counter', buyer_price: micros(3) },
    shapeOnly: true,
  },
  {
    label: 'msg reject price',
    post: messages,
    body: { idempotency_key: 'n', action: 'reject', proposal_id: 'x', buyer_price: micros(3) },
    shapeOnly: true,
  },
  {
    label: 'msg counter noprice',
    post: messages,
    body: { idempotency_key: 'n', action: 'counter', proposal_id: 'x' },
    shapeOnly: true,
  },
  {
    label: 'msg accept nohist',
    post: messages,
    body: { idempotency_key: 'm6', action: 'accept', proposal_id: 'x' },
  },
  {
    label: 'msg counter nohist',
    post: messages,
    body: { idempotency_key: 'm7', action: 'counter', proposal_id: 'x', buyer_price: micros(3) },
  },
  {
    label: '',
    unrecorded: true,
    post: quotes,
    key: 'agency',
    body: { idempotency_key: 'ql', ...CTV_QUOTE },
    capture: { quote: 'quote.quote_id' },
  },
  {
    label: 'ql counter',
    post: messages,
    key: 'agency',
    body: { idempotency_key: 'm8', action: 'counter', quote_id: '{quote}', buyer_price: micros(25) },
  },
  {
    label: 'ql accept',
    post: messages,
    key: 'agency',
    body: { idempotency_key: 'm9', action: 'accept', quote_id: '{quote}' },
  },
  { label: 'ql book', post: deals, key: 'agency', body: { idempotency_key: 'b', quote_id: '{quote}' } },
  {
    label: '',
    unrecorded: true,
    post: quotes,
    body: { idempotency_key: 'qn', ...CTV_QUOTE },
    capture: { plain: 'quote.quote_id' },
  },
  {
    label: 'n1',
    post: messages,
    body: { idempotency_key: 'n1', action: 'counter', quote_id: '{plain}', buyer_price: micros(30) },
  },
  {
    label: 'n1 replay',
    post: messages,
    body: { idempotency_key: 'n1', action: 'counter', quote_id: '{plain}', buyer_price: micros(30) },
  },
  {
    label: 'n1 conflict',
    post: messages,
    body: { idempotency_key: 'n1', action: 'counter', quote_id: '{plain}', buyer_price: micros(31) },
    shapeOnly: true,
  },
  {
    label: 'final_offer',
    post: messages,
    body: { idempotency_key: 'n2', action: 'final_offer', quote_id: '{plain}', buyer_price: micros(31) },
  },
  { label: 'reject', post: messages, body: { idempotency_key: 'n3', action: 'reject', quote_id: '{plain}' } },
  {
    label: 'after reject',
    post: messages,
    body: { idempotency_key: 'n4', action: 'counter', quote_id: '{plain}', buyer_price: micros(31) },
  },
  { label: 'neg GET v1', get: '/api/v1/negotiations/neg-1' },
  { label: 'legacy neg hist 404', get: '/proposals/x/negotiation' },
];

const standard = {
  type: 'standard',
  identifier: '3-7',
  taxonomy: 'iab-audience',
  version: '1.1',
  source: 'explicit',
};
const quoted = (name: string, key?: 'agency'): Replay => ({
  label: '',
  unrecorded: true,
  post: quotes,
  ...(key === undefined ? {} : { key }),
  body: { idempotency_key: `q-${name}`, ...CTV_QUOTE },
  capture: { [name]: 'quote.quote_id' },
});

const PART_4: readonly Replay[] = [
  quoted('one'),
  quoted('two'),
  {
    label: 'book w ext',
    post: deals,
    body: {
      idempotency_key: 'a',
      quote_id: '{one}',
      audience_plan: { primary: standard, extensions: [standard] },
    },
  },
  {
    label: 'book w badver',
    post: deals,
    body: {
      idempotency_key: 'b',
      quote_id: '{one}',
      audience_plan: { primary: { ...standard, version: '9.9' } },
    },
  },
  {
    label: 'book w plan',
    post: deals,
    body: {
      idempotency_key: 'c',
      quote_id: '{one}',
      audience_plan: {
        schema_version: '1',
        primary: standard,
        constraints: [
          {
            type: 'contextual',
            identifier: 'IAB1-2',
            taxonomy: 'iab-content',
            version: '3.1',
            source: 'explicit',
          },
        ],
        rationale: 't',
      },
    },
  },
  {
    label: 'book garbage plan',
    post: deals,
    body: { idempotency_key: 'd', quote_id: '{two}', audience_plan: { foo: 1 } },
  },
  { label: 'tmpl anon', post: template, body: CTV_QUOTE },
  {
    label: 'tmpl ok',
    post: template,
    key: 'agency',
    body: { ...CTV_QUOTE, flight_start: '2026-12-01', flight_end: '2026-12-31' },
    capture: { template: 'deal_id' },
  },
  { label: 'get tmpl deal', get: `${deals}/{template}` },
  { label: 'perf tmpl', get: `${deals}/{template}/performance` },
  { label: 'lineage', get: `${deals}/{template}/lineage` },
  { label: 'tmpl low', post: template, key: 'agency', body: { ...CTV_QUOTE, max_cpm: 20 } },
  { label: 'tmpl between', post: template, key: 'agency', body: { ...CTV_QUOTE, max_cpm: 29 } },
  { label: 'tmpl 404', post: template, key: 'agency', body: { ...CTV_QUOTE, product_id: 'x' } },
  {
    label: 'bulk create',
    post: `${deals}/bulk`,
    body: { operations: [{ action: 'create' }, { action: 'cancel', deal_id: 'nope' }, { action: 'foo' }] },
  },
  { label: 'deprecate', post: `${deals}/{template}/deprecate`, body: { reason: 'x' } },
  { label: 'deprecate2', post: `${deals}/{template}/deprecate`, body: { reason: 'x' } },
  { label: 'get deprecated', get: `${deals}/{template}` },
];

const PART_5: readonly Replay[] = [
  { label: 'supply-chain', get: '/api/v1/supply-chain' },
  { label: 'rate-card', get: '/api/v1/rate-card' },
  quoted('bulk'),
  {
    label: 'bulk create',
    post: `${deals}/bulk`,
    body: { operations: [{ action: 'create', quote_id: '{bulk}' }] },
    capture: { deal: 'results.0.deal_id' },
  },
  { label: 'get bulk deal', get: `${deals}/{deal}` },
  {
    label: 'bulk cancel',
    post: `${deals}/bulk`,
    body: { operations: [{ action: 'cancel', deal_id: '{deal}' }] },
  },
  { label: 'get cancelled', get: `${deals}/{deal}` },
  { label: 'a2a', get: '/a2a/seller/jsonrpc' },
  { label: 'agent-card.json', get: '/.well-known/agent-card.json' },
];

/** The conversations of the five recorded parts, in order. */
export const RECORDED_PARTS: readonly (readonly Replay[])[] = [PART_1, PART_2, PART_3, PART_4, PART_5];
