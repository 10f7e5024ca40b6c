import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochMs } from '../../kernel/index.ts';
import { NOON, offerOf, requestOf, termsOf } from '../testing/request.ts';
import type { DealTerms } from '../types.ts';
import { checkDeal, DealBook, type DealRefusal } from './deal-book.ts';

function judge(
  terms: Partial<DealTerms>,
  offer: Parameters<typeof offerOf>[0] = {},
  now: number = NOON,
): DealRefusal {
  const book = new DealBook([termsOf(terms)]);
  return checkDeal(book.find('exchange', 'deal-1')!, offerOf(offer), requestOf(), now as EpochMs);
}

test('ortb/D11 a deal is bid on as it was agreed, and only so', () => {
  const end = termsOf().end;
  assert.deepEqual(
    [
      judge({}),
      judge({ paused: true }),
      judge({}, {}, NOON - 1),
      judge({}, {}, end),
      judge({ countries: ['DEU'] }),
      judge({ countries: ['DEU', 'USA'] }),
      judge({ publishers: ['pub-2'] }),
      judge({ publishers: ['news.example'] }),
      judge({ publishers: ['pub-1'] }),
      judge({}, { wseat: ['other'] }),
      judge({}, { wseat: ['other', 'seat-1'] }),
    ],
    [
      '',
      'deal paused',
      'outside the flight',
      'outside the flight',
      'country not agreed',
      '',
      'publisher not agreed',
      '',
      '',
      'seat not agreed',
      '',
    ],
  );
});

test('ortb/D4 a floor above the agreed price is not what was agreed; in a private auction the price is a floor', () => {
  assert.equal(judge({}, { bidfloor: 8_000_000 }), '');
  assert.equal(judge({}, { bidfloor: 8_000_001 }), 'floor above the agreed price');
  assert.equal(judge({ type: 'PA' }, { bidfloor: 9_000_000 }), '');
  assert.equal(judge({}, { bidfloor: 1, bidfloorcur: 'EUR' }), 'currency not agreed');
});

test('ortb/D14 what is bid and may be billed counts against the units agreed', () => {
  const deal = new DealBook([termsOf({ impressions: 2 })]).find('exchange', 'deal-1')!;
  deal.committed = 1;
  assert.equal(checkDeal(deal, offerOf(), requestOf(), NOON), '');
  deal.committed = 2;
  assert.equal(checkDeal(deal, offerOf(), requestOf(), NOON), 'units used up');
});

test('ortb/D12 deals of different exchanges with one id are different; one that nobody booked is counted, bounded', () => {
  const book = new DealBook([termsOf()]);
  assert.notEqual(book.find('exchange', 'deal-1'), undefined);
  assert.equal(book.find('elsewhere', 'deal-1'), undefined);
  for (let id = 0; id < 5_000; id += 1) book.find('exchange', `made-up-${id}`);
  assert.equal(book.unclaimed.size, 1_000);
});
