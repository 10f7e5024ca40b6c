import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bookingVerdict } from '../../rules/outcome.ts';
import { readRefusal, sellerError } from './errors.ts';

interface ErrorCase {
  readonly status: number;
  readonly body: string;
  readonly code: string;
  readonly sellerCode?: string;
  readonly sellerMessage?: string;
}

const fixtures = new URL('../../../../test/fixtures/iab-client/errors.json', import.meta.url);
const CASES = JSON.parse(readFileSync(fixtures, 'utf8')) as readonly ErrorCase[];
const asking = { what: 'quote', books: false };
const booking = { what: 'booking', books: true };

describe('sellerError', () => {
  for (const each of CASES) {
    it(`reads ${each.status} ${each.body.slice(0, 60)} as ${each.code}`, () => {
      const error = sellerError(each.status, each.body, asking);
      assert.equal(error.code, each.code);
      assert.equal(error.details?.status, each.status);
      if (each.sellerCode !== undefined) assert.equal(error.details?.sellerCode, each.sellerCode);
      if (each.sellerMessage !== undefined) assert.equal(error.details?.sellerMessage, each.sellerMessage);
      assert.notEqual(error.fix, '');
    });
  }

  it('names what the seller does not support', () => {
    const body = JSON.stringify({
      detail: {
        error: 'unsupported_capability',
        unsupported: [{ capability: 'linear_tv', path: 'media_type', reason: 'no' }],
      },
    });
    assert.deepEqual(readRefusal(400, body).unsupported, ['media_type: no']);
  });

  it('takes a booking answered by a redirect, a 5xx or a busy signal as unknown, a plain no as failed', () => {
    for (const status of [301, 302, 307, 308, 408, 429, 500, 502, 503])
      assert.equal(bookingVerdict(sellerError(status, '', booking)), 'unknown', String(status));
    for (const status of [400, 401, 403, 404, 410, 422])
      assert.equal(bookingVerdict(sellerError(status, '', booking)), 'failed', String(status));
    assert.equal(bookingVerdict(sellerError(409, '', booking)), 'already_booked');
  });

  it('says something sensible of any body, without control characters', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 599 }),
        fc.oneof(fc.json(), fc.string({ unit: 'binary' })),
        (status, body) => {
          const error = sellerError(status, body, asking);
          assert.doesNotMatch(error.message, /\p{Cc}/u);
          assert.ok(error.message.length < 12_000);
        },
      ),
    );
  });
});
