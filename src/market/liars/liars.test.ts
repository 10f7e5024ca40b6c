import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { randomStream } from '../../kernel/index.ts';
import { call, quoteBody, TEST_PROFILE, type TestAnswer, TestClock, testSeller } from '../testing.ts';
import { DropConnection } from '../wire/response.ts';
import { INJECTIONS } from './injections.ts';
import { marketLiars } from './zoo.ts';

function seat(kind: string) {
  const liar = marketLiars().find((each) => each.kind === kind);
  assert.ok(liar, kind);
  const honest = testSeller();
  const server = liar.wrap(honest, {
    clock: new TestClock(),
    random: randomStream(kind),
    profile: TEST_PROFILE,
    otherSellerIds: ['102'],
  });
  const ask = (method: 'GET' | 'POST', path: string, body?: unknown) =>
    call(server.handler, method, path, body);
  return { ...server, ask };
}

/** Everything a buyer would see of a seller, up to a second booking under the same key. */
async function transcript(
  ask: (m: 'GET' | 'POST', p: string, b?: unknown) => Promise<TestAnswer>,
): Promise<string> {
  const seen: string[] = [];
  const hear = async (
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<TestAnswer | undefined> => {
    const silence = new Promise<undefined>((resolve) => setTimeout(resolve, 5, undefined));
    const answer = await Promise.race([ask(method, path, body).catch(() => undefined), silence]);
    const delivery = answer === undefined ? 'nothing' : JSON.stringify(answer.raw);
    seen.push(`${method} ${path} ${delivery}`);
    return answer;
  };
  await hear('GET', '/.well-known/agent.json').catch(() => seen.push('unreadable'));
  await hear('GET', '/products');
  const quote = await hear('POST', '/api/v1/quotes', quoteBody()).catch(() => undefined);
  const quoteId = /"quote_id":"(qt-[0-9a-f]+)"/.exec(quote?.raw.body ?? '')?.[1] ?? 'qt-none';
  await hear('GET', `/api/v1/quotes/${quoteId}`);
  for (const dollars of [29, 29.5]) {
    await hear('POST', '/api/v1/negotiations/messages', {
      idempotency_key: `n${dollars}`,
      action: 'counter',
      quote_id: quoteId,
      buyer_price: { amount_micros: dollars * 1_000_000 },
    });
  }
  await hear('POST', '/api/v1/negotiations/messages', {
    idempotency_key: 'accept',
    action: 'accept',
    quote_id: quoteId,
  });
  const book = { idempotency_key: 'b', quote_id: quoteId };
  await hear('POST', '/api/v1/deals', book);
  await hear('POST', '/api/v1/deals', book);
  await hear('POST', '/api/v1/deals', { ...book, idempotency_key: 'b2' });
  return seen.join('\n');
}

suite('every liar', async () => {
  const honest = await transcript(testSeller().ask);
  for (const { kind, fault, description } of marketLiars()) {
    test(`fault/${fault}: ${kind} ${description}`, async () => {
      assert.notEqual(await transcript(seat(kind).ask), honest);
    });
  }

  test('has a name of its own', () => {
    const kinds = marketLiars().map(({ kind }) => kind);
    assert.equal(new Set(kinds).size, kinds.length);
  });
});

const book = (quoteId: string, key = 'b') => ({ idempotency_key: key, quote_id: quoteId });

async function quoteAt(seller: ReturnType<typeof seat>): Promise<string> {
  return (await seller.ask('POST', '/api/v1/quotes', quoteBody())).body.quote.quote_id;
}

test('fault/B5: figures that JSON has no words for are on the wire as they are', async () => {
  const body = (kind: string) =>
    seat(kind)
      .handler({
        method: 'POST',
        url: 'https://seller.example/api/v1/quotes',
        headers: {},
        body: JSON.stringify(quoteBody()),
      })
      .then((response) => response.body);
  assert.match(await body('nan-cpm'), /"final_cpm":\{"amount_micros":NaN,/);
  assert.match(await body('infinite-cpm'), /"final_cpm":\{"amount_micros":1e999,/);
  assert.match(await body('negative-zero-cpm'), /"final_cpm":\{"amount_micros":-0,/);
  assert.match(await body('comma-cpm'), /"final_cpm":\{"amount_micros":"12,50",/);
});

test('fault/B4: ignores-keys holds a contract for every request, all under the quote asked for', async () => {
  const seller = seat('ignores-keys');
  const quoteId = await quoteAt(seller);
  const first = await seller.ask('POST', '/api/v1/deals', book(quoteId));
  const second = await seller.ask('POST', '/api/v1/deals', book(quoteId));
  assert.deepEqual([first.status, second.status], [200, 200]);
  assert.notEqual(first.body.deal.deal_id, second.body.deal.deal_id);
  assert.equal(second.body.deal.quote_id, quoteId);
  assert.deepEqual(
    seller.books.liveContracts().map((contract) => contract.quoteId),
    [quoteId, quoteId],
  );
});

test('fault/B4: forgetful-quotes keeps to its keys and to nothing else', async () => {
  const seller = seat('forgetful-quotes');
  const quoteId = await quoteAt(seller);
  const first = await seller.ask('POST', '/api/v1/deals', book(quoteId));
  const replay = await seller.ask('POST', '/api/v1/deals', book(quoteId));
  assert.equal(replay.body.deal.deal_id, first.body.deal.deal_id);
  const read = (await seller.ask('GET', `/api/v1/quotes/${quoteId}`)).body.quote;
  assert.deepEqual([read.status, read.deal_id], ['available', null]);
  assert.equal(seller.books.liveContracts().length, 1);
  await seller.ask('POST', '/api/v1/deals', book(quoteId, 'another'));
  assert.equal(seller.books.liveContracts().length, 2);
});

test('fault/B2: lost-response commits, cuts the connection, and answers a replay', async () => {
  const seller = seat('lost-response');
  const quoteId = await quoteAt(seller);
  await assert.rejects(seller.ask('POST', '/api/v1/deals', book(quoteId)), DropConnection);
  assert.equal(seller.books.liveContracts().length, 1);
  const replay = await seller.ask('POST', '/api/v1/deals', book(quoteId));
  assert.equal(replay.body.deal.deal_id, seller.books.contracts()[0]?.dealId);
});

test('fault/B4: phantom-ack acknowledges what is in no book', async () => {
  const seller = seat('phantom-ack');
  const answer = await seller.ask('POST', '/api/v1/deals', book(await quoteAt(seller)));
  assert.equal(answer.status, 200);
  assert.equal(seller.books.contracts().length, 0);
  assert.equal((await seller.ask('GET', `/api/v1/deals/${answer.body.deal.deal_id}`)).status, 404);
});

test('fault/B8: deal-price-raised holds the price it claims', async () => {
  const seller = seat('deal-price-raised');
  const answer = await seller.ask('POST', '/api/v1/deals', book(await quoteAt(seller)));
  assert.equal(answer.body.deal.pricing.final_cpm.amount_micros, 40_250_000);
  assert.equal(seller.books.contracts()[0]?.cpmMicros, 40_250_000);
});

test('fault/B18: negotiation-denies books at the quoted price after agreeing on another', async () => {
  const seller = seat('negotiation-denies');
  const quoteId = await quoteAt(seller);
  const say = (action: string, micros?: number) =>
    seller.ask('POST', '/api/v1/negotiations/messages', {
      idempotency_key: `${action}${micros}`,
      action,
      quote_id: quoteId,
      ...(micros === undefined ? {} : { buyer_price: { amount_micros: micros } }),
    });
  await say('counter', 1_000_000);
  assert.equal((await say('accept')).body.round.seller_price.amount_micros, 28_000_000);
  const deal = (await seller.ask('POST', '/api/v1/deals', book(quoteId))).body.deal;
  assert.equal(deal.pricing.final_cpm.amount_micros, 35_000_000);
  assert.equal(seller.books.contracts()[0]?.cpmMicros, 35_000_000);
});

test('fault/B17: the corpus has five hundred texts or more in ten languages', () => {
  assert.ok(new Set(INJECTIONS.map(({ text }) => text)).size >= 500);
  assert.equal(new Set(INJECTIONS.map(({ language }) => language)).size, 10);
});
