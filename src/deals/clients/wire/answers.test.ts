import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { GavotteError } from '../../../kernel/index.ts';
import { catalogPage, readProduct } from './catalog.ts';
import { bulkReply, dealEnvelope } from './deal.ts';
import { negotiationBody, negotiationReply } from './negotiation.ts';
import { quoteEnvelope, quoteRequestBody } from './quote.ts';
import { readAs } from './read.ts';

type Tree = { [key: string]: Tree };

/** A fresh copy of a fixture, to be damaged at will. */
function fixture(name: string): Tree {
  return JSON.parse(
    readFileSync(new URL(`../../../../test/fixtures/iab-client/${name}.json`, import.meta.url), 'utf8'),
  );
}

function damaged(name: string, path: string, value: unknown): Tree {
  const body = fixture(name);
  const keys = path.split('.');
  const last = keys.pop()!;
  const place = keys.reduce((at, key) => at[key]!, body);
  if (value === undefined) delete place[last];
  else place[last] = value as Tree;
  return body;
}

describe('a quote on the wire', () => {
  it('is read as the contract means it', () => {
    const quote = readAs(quoteEnvelope, fixture('quote'), 'the quote');
    assert.equal(quote.quoteId, 'qt-428149a55ed6');
    assert.deepEqual(quote.finalCpm, { amountMicros: 31_500_000, currency: 'USD' });
    assert.equal(new Date(quote.expiresAt).toISOString(), '2026-11-23T05:58:06.300Z');
    assert.deepEqual(quote.flight, { start: '2026-12-01', end: '2026-12-31' });
    assert.equal(quote.claimedSellerId, 'seller-premium-pub-001');
  });

  for (const [path, value, reason] of [
    ['quote.pricing.final_cpm', 31.5, /final_cpm: a bare number/],
    ['quote.pricing.final_cpm', '31.5', /final_cpm: money must be/],
    ['quote.pricing.final_cpm.amount_micros', 3.15e307, /amount_micros must be a whole number/],
    ['quote.pricing.final_cpm.currency', 'EURO', /currency "EURO"/],
    ['quote.pricing', null, /pricing/],
    ['quote.expires_at', undefined, /expires_at/],
    ['quote.expires_at', 'never', /expires_at: "never"/],
    ['quote.quote_id', '', /quote_id/],
    ['quote.terms.impressions', -1, /impressions/],
    ['quote.terms.impressions', 1.5, /impressions/],
    ['quote.terms.impressions', 1e300, /impressions/],
    ['quote.terms.flight_start', 'tomorrow', /flight_start/],
    ['quote.availability.estimated_fill_rate', 5, /estimated_fill_rate/],
    ['quote.availability.inventory_available', 'yes', /inventory_available/],
    ['quote', [], /quote/],
  ] as const) {
    it(`fault/B5 is refused when ${path} is ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => readAs(quoteEnvelope, damaged('quote', path, value), 'the quote'),
        (error: GavotteError) => error.code === 'GV_RESPONSE_INVALID' && reason.test(error.message),
      );
    });
  }

  it('tolerates nulls and gaps where the contract allows them', () => {
    for (const [path, value] of [
      ['quote.pricing.final_cpm', null],
      ['quote.pricing.final_cpm', undefined],
      ['quote.pricing.base_cpm', undefined],
      ['quote.availability', null],
      ['quote.availability', undefined],
      ['quote.terms.impressions', null],
      ['quote.terms.guaranteed', null],
      ['quote.buyer_tier', null],
      ['quote.seller_id', undefined],
      ['quote.product.name', null],
      ['quote.expires_at', '2026-11-23T05:58:06'],
    ] as const) {
      readAs(quoteEnvelope, damaged('quote', path, value), `the quote with ${path} ${value}`);
    }
  });

  it('may state a minimum spend in its terms or its pricing', () => {
    const minimum = { amount_micros: 5_000_000_000, currency: 'USD' };
    for (const path of ['quote.terms.minimum_spend', 'quote.pricing.minimum_spend']) {
      const quote = readAs(quoteEnvelope, damaged('quote', path, minimum), 'the quote');
      assert.equal(quote.minimumSpend?.amountMicros, 5_000_000_000);
    }
  });
});

describe('a deal on the wire', () => {
  it('is read as the contract means it', () => {
    const deal = readAs(dealEnvelope, fixture('deal'), 'the deal');
    assert.equal(deal.dealId, 'DEMO-EC195F7A40D5');
    assert.equal(deal.finalCpm?.amountMicros, 28_000_000);
    assert.deepEqual(Object.keys(deal.activationInstructions), ['ttd', 'dv360']);
  });

  it('leaves the outcome of a booking unknown when it cannot be read', () => {
    for (const [path, value] of [
      ['deal.deal_id', null],
      ['deal.pricing.final_cpm', 28],
      ['deal.terms', null],
      ['deal.status', 7],
    ] as const) {
      assert.throws(() => readAs(dealEnvelope, damaged('deal', path, value), 'the deal'), {
        code: 'GV_RESPONSE_INVALID',
        outcome: 'unknown',
      });
    }
  });

  it('keeps only texts of the activation instructions, and no prototype', () => {
    const odd = JSON.parse('{"ttd":"x","n":1,"__proto__":{"polluted":"yes"},"o":{}}');
    const deal = readAs(dealEnvelope, damaged('deal', 'deal.activation_instructions', odd), 'the deal');
    assert.deepEqual(deal.activationInstructions, { ttd: 'x' });
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });
});

describe('a catalog on the wire', () => {
  it('fault/B11 loses only the entries that cannot be read', () => {
    const page = readAs(catalogPage, fixture('catalog'), 'the catalog');
    const entries = page.products.map(readProduct);
    assert.deepEqual(
      entries.map((entry) =>
        'product' in entry ? entry.product.productId : `invalid ${entry.invalid.productId}`,
      ),
      ['prod-53e78a97', 'prod-f114d7a7', 'invalid prod-broken'],
    );
  });

  it('reads the floor exactly, in the currency of the price', () => {
    const body = damaged('catalog', 'products.0.base_price', { amount_micros: 35_000_000, currency: 'EUR' });
    const entry = readProduct(body.products?.[0]);
    assert.deepEqual('product' in entry && entry.product.floorCpm, {
      amountMicros: 28_260_000,
      currency: 'EUR',
    });
  });

  it('never throws, whatever an entry is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const entry = readProduct(value);
        if ('invalid' in entry) assert.notEqual(entry.invalid.reason, '');
      }),
    );
  });
});

describe('a negotiation on the wire', () => {
  it('is read as the contract means it', () => {
    const reply = readAs(negotiationReply, fixture('negotiation'), 'the reply');
    assert.equal(reply.sellerPrice?.amountMicros, 28_000_000);
    assert.equal(reply.roundsRemaining, 4);
  });

  it('names its quote and nothing else', () => {
    const body = negotiationBody({ idempotencyKey: 'k', quoteId: 'qt-1', action: 'accept' });
    assert.deepEqual(body, { idempotency_key: 'k', quote_id: 'qt-1', action: 'accept' });
  });
});

describe('requests on the wire', () => {
  it('never name an agent_url, which would lower the tier', () => {
    const body = quoteRequestBody({
      idempotencyKey: 'k',
      productId: 'p',
      dealType: 'PD',
      impressions: 1,
      flight: { start: '2026-12-01', end: '2026-12-31' },
      mediaType: 'ctv',
    });
    assert.deepEqual(Object.keys(body).sort(), [
      'deal_type',
      'flight_end',
      'flight_start',
      'idempotency_key',
      'impressions',
      'media_type',
      'product_id',
    ]);
  });
});

describe('every schema', () => {
  it('answers any JSON with a value or GV_RESPONSE_INVALID', () => {
    const schemas = [quoteEnvelope, dealEnvelope, negotiationReply, bulkReply, catalogPage];
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...schemas), (value, schema) => {
        try {
          readAs<unknown>(schema, value, 'it');
        } catch (error) {
          assert.ok(error instanceof GavotteError && error.code === 'GV_RESPONSE_INVALID');
        }
      }),
    );
  });
});
