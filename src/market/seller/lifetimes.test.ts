import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quoteBody, testSeller } from '../testing.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

test('a quote holds 24 hours, answers 410 for one more, then is forgotten', async () => {
  const { ask, clock } = testSeller();
  const quoteId = (await ask('POST', '/api/v1/quotes', quoteBody())).body.quote.quote_id;
  clock.pass(DAY_MS);
  assert.equal((await ask('GET', `/api/v1/quotes/${quoteId}`)).status, 200);
  clock.pass(1);
  const expired = await ask('GET', `/api/v1/quotes/${quoteId}`);
  assert.deepEqual([expired.status, expired.body.detail.error], [410, 'quote_expired']);
  const late = await ask('POST', '/api/v1/deals', { idempotency_key: 'b', quote_id: quoteId });
  assert.equal(late.status, 410);
  clock.pass(HOUR_MS);
  assert.equal((await ask('GET', `/api/v1/quotes/${quoteId}`)).status, 404);
});

test('an idempotency key is forgotten after 24 hours', async () => {
  const { ask, clock } = testSeller();
  const first = (await ask('POST', '/api/v1/quotes', quoteBody())).body.quote.quote_id;
  clock.pass(DAY_MS);
  const second = (await ask('POST', '/api/v1/quotes', quoteBody())).body.quote.quote_id;
  assert.notEqual(second, first);
});

test('a proposed deal expires unread after 30 days, and its books say so once it is read', async () => {
  const { ask, clock, books } = testSeller();
  const quoteId = (await ask('POST', '/api/v1/quotes', quoteBody())).body.quote.quote_id;
  const booked = await ask('POST', '/api/v1/deals', { idempotency_key: 'b', quote_id: quoteId });
  clock.pass(30 * DAY_MS + 1);
  const read = await ask('GET', `/api/v1/deals/${booked.body.deal.deal_id}`);
  assert.equal(read.body.deal.status, 'expired');
  assert.equal(books.liveContracts().length, 0);
});

test('the books hold each contract with its terms, and which of them bind', async () => {
  const { ask, clock, books } = testSeller();
  const quoteId = (await ask('POST', '/api/v1/quotes', quoteBody())).body.quote.quote_id;
  const request = { idempotency_key: 'b', quote_id: quoteId };
  const dealId = (await ask('POST', '/api/v1/deals', request)).body.deal.deal_id;
  await ask('POST', '/api/v1/deals', request);
  assert.deepEqual(books.contracts(), [
    {
      dealId,
      quoteId,
      productId: 'prod-53e78a97',
      dealType: 'PD',
      impressions: 1_000_000,
      cpmMicros: 35_000_000,
      currency: 'USD',
      flightStart: '2026-12-01',
      flightEnd: '2026-12-31',
      status: 'proposed',
      createdAt: clock.now(),
      quoteExpiresAt: clock.now() + DAY_MS,
      idempotencyKey: 'b',
    },
  ]);
  const cancel = { operations: [{ action: 'cancel', deal_id: dealId }] };
  await ask('POST', '/api/v1/deals/bulk', cancel);
  assert.equal(books.contracts()[0]?.status, 'cancelled');
  assert.deepEqual(books.liveContracts(), []);
  assert.equal(books.served()['POST /api/v1/deals'], 2);
  assert.equal(books.served().total, 4);
});

test('fault/B1: onBooked runs when the contract is in the books and the answer has not left', async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const seen: string[] = [];
  const { ask, books } = testSeller({
    onBooked: (dealId) => {
      seen.push(dealId);
      return held;
    },
  });
  const quoteId = (await ask('POST', '/api/v1/quotes', quoteBody())).body.quote.quote_id;
  let answered = false;
  const booking = ask('POST', '/api/v1/deals', { idempotency_key: 'b', quote_id: quoteId }).then((answer) => {
    answered = true;
    return answer;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(books.liveContracts().length, 1);
  assert.deepEqual([seen, answered], [[books.contracts()[0]?.dealId], false]);
  release();
  assert.equal((await booking).status, 200);
});
