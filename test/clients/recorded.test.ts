import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { catalogPage, readProduct } from '../../src/deals/clients/wire/catalog.ts';
import { bulkReply, dealEnvelope } from '../../src/deals/clients/wire/deal.ts';
import { readRefusal, sellerError } from '../../src/deals/clients/wire/errors.ts';
import { negotiationReply } from '../../src/deals/clients/wire/negotiation.ts';
import { quoteEnvelope } from '../../src/deals/clients/wire/quote.ts';
import { readAs } from '../../src/deals/clients/wire/read.ts';
import { type GavotteError, parseJson } from '../../src/kernel/index.ts';

/** One recorded answer of the real seller agent: its label, status and body. */
interface Recorded {
  readonly label: string;
  readonly status: number;
  readonly body: string;
}

const HEADING = /^===== (.+) (\d{3})(?: .*)?$/;

function readRecorded(folder: string): readonly Recorded[] {
  const recorded: Recorded[] = [];
  for (const name of readdirSync(folder)
    .filter((each) => /^part\d+\.txt$/.test(each))
    .sort()) {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    lines.forEach((line, index) => {
      const match = HEADING.exec(line);
      if (match !== null)
        recorded.push({ label: match[1]!, status: Number(match[2]), body: lines[index + 1] ?? '' });
    });
  }
  return recorded;
}

/** What must become of the answers on the surfaces a buyer reads, by label. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  catalog: ['products', 'bad key'],
  quote: ['quote', 'quote get', 'quote after book', 'eur target'],
  // The recording cut these off, as a connection might have.
  'cut off': ['avail above max', 'self asserted id no key', 'agent_url with key', 'agent_url dead with key'],
  deal: ['book', 'book replay', 'deal get', 'ql book', 'book w plan', 'book garbage plan'],
  negotiation: [
    'msg counter 29 after prop',
    'msg accept',
    'msg accept again',
    'ql counter',
    'ql accept',
    'n1',
    'n1 replay',
    'final_offer',
    'reject',
  ],
  bulk: ['bulk create', 'bulk cancel'],
};

const READERS: Readonly<Record<string, (body: string) => void>> = {
  catalog: (body) => {
    const page = readAs(catalogPage, parseJson(body, 'catalog'), 'catalog');
    assert.ok(page.products.length > 0);
    for (const entry of page.products) {
      const item = readProduct(entry);
      assert.ok('product' in item, JSON.stringify(item));
      assert.notEqual(item.product.formats.length, 0);
    }
  },
  quote: (body) => {
    const quote = readAs(quoteEnvelope, parseJson(body, 'quote'), 'quote');
    assert.ok(quote.finalCpm!.amountMicros > 0);
    assert.equal(quote.claimedSellerId, 'seller-premium-pub-001');
  },
  deal: (body) => {
    const deal = readAs(dealEnvelope, parseJson(body, 'deal'), 'deal');
    assert.match(deal.dealId, /^DEMO-/);
    assert.equal(deal.status, 'proposed');
  },
  negotiation: (body) => void readAs(negotiationReply, parseJson(body, 'reply'), 'reply'),
  bulk: (body) => void readAs(bulkReply, parseJson(body, 'reply'), 'reply'),
  'cut off': (body) => assert.throws(() => parseJson(body, 'quote'), { code: 'GV_RESPONSE_INVALID' }),
};

const data = process.env.GAVOTTE_DATA;
const folder = data === undefined ? '' : join(data, 'iab-recorded');
const skip =
  data === undefined ? 'GAVOTTE_DATA is not set' : existsSync(folder) ? false : `there is no ${folder}`;

describe('recorded answers of the real seller agent', () => {
  const recorded = skip === false ? readRecorded(folder) : [];

  for (const [kind, labels] of Object.entries(EXPECTED)) {
    it(`are read as ${kind}`, { skip }, () => {
      for (const label of labels) {
        const found = recorded.filter((each) => each.label === label);
        assert.notEqual(found.length, 0, `no recording is labelled ${label}`);
        for (const { status, body } of found) {
          assert.equal(status, 200, label);
          READERS[kind]!(body);
        }
      }
    });
  }

  it('are refusals with a word of explanation, or failures, as the status says', { skip }, () => {
    const refused = recorded.filter(({ status }) => status >= 400);
    assert.ok(refused.length > 40, String(refused.length));
    for (const { label, status, body } of refused) {
      const { sellerCode, sellerMessage, unsupported } = readRefusal(status, body);
      assert.ok(sellerCode !== '' || sellerMessage !== '' || unsupported.length > 0, label);
      const error: GavotteError = sellerError(status, body, { what: label, books: false });
      assert.equal(error.code, status >= 500 ? 'GV_SELLER_ERROR' : 'GV_SELLER_REJECTED', label);
    }
  });

  it('carry the codes the booking saga looks for', { skip }, () => {
    const codeOf = (label: string) => {
      const found = recorded.find((each) => each.label === label)!;
      return readRefusal(found.status, found.body).sellerCode;
    };
    assert.equal(codeOf('book again'), 'quote_already_booked');
    assert.equal(codeOf('book conflict'), 'idempotency_conflict');
    assert.equal(codeOf('book 404'), 'quote_not_found');
    assert.equal(codeOf('deal 404'), 'deal_not_found');
    assert.equal(codeOf('quote nokey'), 'validation');
  });
});
