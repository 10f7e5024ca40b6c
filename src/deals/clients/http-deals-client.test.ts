import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  GavotteError,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  Simulation,
  STEPS,
  type StepMessage,
  UNHEARD,
} from '../../kernel/index.ts';
import type { DealsClient, QuoteRequest } from '../types.ts';
import { createDealsClientFactory } from './factory.ts';

const ORIGIN = 'https://seller.example';
const fixture = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/iab-client/${name}.json`, import.meta.url), 'utf8');
const answer = (body: string, status = 200): HttpResponse => ({ status, headers: {}, body });
const quoteRequest: QuoteRequest = {
  idempotencyKey: 'key-1',
  productId: 'prod-53e78a97',
  dealType: 'PD',
  impressions: 1_000_000,
  flight: { start: '2026-12-01', end: '2026-12-31' },
  mediaType: 'digital',
};

/** A simulated seller, its client, and every request the seller saw. */
function setUp(handler: HttpHandler, apiKeys: Record<string, string> = {}) {
  const simulation = new Simulation({ seed: 1 });
  const seen: HttpRequest[] = [];
  simulation.network.attach(ORIGIN, (request) => {
    seen.push(request);
    return handler(request);
  });
  const { world } = simulation.boot('buyer', simulation.disk());
  const factory = createDealsClientFactory({ world, apiKeys });
  const client: DealsClient = factory({ sellerId: 's-1', url: `${ORIGIN}/` });
  const run = <T>(work: Promise<T>) => simulation.run(work, 3_600_000);
  return { simulation, world, factory, client, seen, run };
}

/** Answers from a list, one after another; the last one for good. */
function script(...answers: readonly HttpResponse[]): HttpHandler {
  let next = 0;
  return async () => {
    next += 1;
    return answers[Math.min(next, answers.length) - 1]!;
  };
}

const busy = answer('Internal Server Error', 503);

describe('HttpDealsClient', () => {
  it('each call is a step that can be watched, those included that are never made', async () => {
    const { client, run } = setUp(script(answer(fixture('catalog')), busy));
    const told: string[] = [];
    const heard = {
      ...UNHEARD,
      asyncEnd: ({ facts, error }: StepMessage) =>
        void told.push(`${facts.seller} ${error === undefined ? 'answered' : GavotteError.from(error).code}`),
    };
    STEPS.sellerCall.channel.subscribe(heard);
    await run(client.listProducts());
    for (let n = 0; n < 6; n += 1) await run(client.listProducts().catch(() => {}));
    STEPS.sellerCall.channel.unsubscribe(heard);
    assert.equal(told[0], `${ORIGIN} answered`);
    assert.equal(told.at(-1), `${ORIGIN} GV_BREAKER_OPEN`);
    assert.equal(told.length, 7);
  });

  it('speaks the contract: paths, methods, bodies, key', async () => {
    const { client, seen, run } = setUp(
      async ({ url, method }) => {
        const { pathname } = new URL(url);
        if (pathname === '/products') return answer(fixture('catalog'));
        if (pathname === '/api/v1/deals/bulk')
          return answer('{"results":[{"success":true,"deal_id":"D-1"}]}');
        if (pathname.startsWith('/api/v1/negotiations')) return answer(fixture('negotiation'));
        if (pathname.startsWith('/api/v1/quotes')) return answer(fixture('quote'));
        return method === 'POST' || pathname === '/api/v1/deals/D%2F1'
          ? answer(fixture('deal'))
          : answer('', 404);
      },
      { [ORIGIN]: 'ask_live_1' },
    );
    await run(client.listProducts());
    await run(client.requestQuote(quoteRequest));
    await run(client.getQuote('qt-1'));
    await run(client.negotiate({ idempotencyKey: 'n', quoteId: 'qt-1', action: 'accept' }));
    await run(client.bookDeal({ idempotencyKey: 'b', quoteId: 'qt-1' }));
    await run(client.getDeal('D/1'));
    assert.equal(await run(client.cancelDeal('D-1')), true);
    assert.deepEqual(
      seen.map(({ method, url }) => `${method} ${url.slice(ORIGIN.length)}`),
      [
        'GET /products?limit=500&offset=0',
        'POST /api/v1/quotes',
        'GET /api/v1/quotes/qt-1',
        'POST /api/v1/negotiations/messages',
        'POST /api/v1/deals',
        'GET /api/v1/deals/D%2F1',
        'POST /api/v1/deals/bulk',
      ],
    );
    assert.ok(seen.every(({ headers }) => headers['x-api-key'] === 'ask_live_1'));
    assert.deepEqual(JSON.parse(seen[4]!.body!), { idempotency_key: 'b', quote_id: 'qt-1' });
    assert.deepEqual(JSON.parse(seen[6]!.body!), { operations: [{ action: 'cancel', deal_id: 'D-1' }] });
  });

  it('repeats a safe call with the same key, and says the last failure', async () => {
    const { client, seen, run } = setUp(script(busy, busy, answer(fixture('quote'))));
    await run(client.requestQuote(quoteRequest));
    assert.deepEqual(new Set(seen.map(({ body }) => JSON.parse(body!).idempotency_key)), new Set(['key-1']));
    assert.equal(seen.length, 3);
    const never = setUp(script(busy));
    await assert.rejects(never.run(never.client.getQuote('qt-1')), { code: 'GV_SELLER_ERROR' });
    assert.equal(never.seen.length, 3);
  });

  it('never repeats a booking or a cancellation', async () => {
    const { client, seen, run } = setUp(script(busy));
    await assert.rejects(run(client.bookDeal({ idempotencyKey: 'b', quoteId: 'q' })), {
      code: 'GV_SELLER_ERROR',
    });
    await assert.rejects(run(client.cancelDeal('d')), { code: 'GV_SELLER_ERROR' });
    assert.equal(seen.length, 2);
  });

  it('does not repeat what the seller refused', async () => {
    const { client, seen, run } = setUp(script(answer('{"detail":"Invalid API key"}', 401)));
    await assert.rejects(run(client.requestQuote(quoteRequest)), { code: 'GV_SELLER_REJECTED' });
    assert.equal(seen.length, 1);
  });

  it('gives each call its time and no more', async () => {
    const { client, world, run } = setUp(() => new Promise(() => {}));
    for (const [options, ms] of [
      [{}, 30_000],
      [{ timeoutMs: 700 }, 700],
      [{ timeoutMs: 99_000 }, 30_000],
    ] as const) {
      const startedAt = world.clock.monotonic();
      await assert.rejects(run(client.getDeal('d', options)), { code: 'GV_TIMEOUT', outcome: 'unknown' });
      assert.equal(world.clock.monotonic() - startedAt, ms);
    }
  });

  it('stops when its caller does', async () => {
    const { client, run } = setUp(() => new Promise(() => {}));
    await assert.rejects(run(client.getDeal('d', { signal: AbortSignal.abort() })), { code: 'GV_CANCELLED' });
  });

  it('reports a cancellation only when the seller says so of that very deal', async () => {
    for (const [result, done] of [
      ['{"success":true,"deal_id":"d","error":null}', true],
      ['{"success":true}', true],
      ['{"success":false,"deal_id":"d","error":"Deal not found"}', false],
      ['{"success":true,"deal_id":"another"}', false],
    ] as const) {
      const { client, run } = setUp(script(answer(`{"results":[${result}]}`)));
      assert.equal(await run(client.cancelDeal('d')), done, result);
    }
    const { client, run } = setUp(script(answer('{"results":[]}')));
    await assert.rejects(run(client.cancelDeal('d')), { code: 'GV_RESPONSE_INVALID' });
  });

  it('refuses a redirect; of a booking it leaves the outcome open', async () => {
    const { client, run } = setUp(
      script({ status: 307, headers: { location: 'https://10.0.0.1/' }, body: '' }),
    );
    await assert.rejects(run(client.getQuote('q')), { code: 'GV_URL_FORBIDDEN' });
    await assert.rejects(run(client.bookDeal({ idempotencyKey: 'b', quoteId: 'q' })), { outcome: 'unknown' });
  });
});

describe('listProducts', () => {
  const page = (from: number, count: number, total: number | null) =>
    answer(
      JSON.stringify({
        products: Array.from({ length: count }, (_, index) => ({
          product_id: `p-${from + index}`,
          base_price: { amount_micros: 1_000_000, currency: 'USD' },
        })),
        total_count: total,
      }),
    );
  const offsetOf = (request: HttpRequest) => Number(new URL(request.url).searchParams.get('offset'));

  it('reads all pages, also of a seller that gives fewer than asked', async () => {
    const { client, seen, run } = setUp(async (request) => page(offsetOf(request), 50, 130));
    const catalog = await run(client.listProducts());
    assert.equal(new Set(catalog.products.map(({ productId }) => productId)).size, 150);
    assert.deepEqual(seen.map(offsetOf), [0, 50, 100]);
  });

  it('fault/B12 stops at a seller that repeats one page, or never ends', async () => {
    const repeating = setUp(async () => page(0, 500, 1e9));
    assert.equal((await repeating.run(repeating.client.listProducts())).products.length, 500);
    assert.equal(repeating.seen.length, 2);
    const endless = setUp(async (request) => page(offsetOf(request), 500, 1e9));
    assert.equal((await endless.run(endless.client.listProducts())).products.length, 5_000);
    assert.equal(endless.seen.length, 10);
  });

  it('stops after one page when no total is given, and at an empty one', async () => {
    const silent = setUp(async () => page(0, 3, null));
    assert.equal((await silent.run(silent.client.listProducts())).products.length, 3);
    const empty = setUp(async () => page(0, 0, 99));
    assert.deepEqual(await empty.run(empty.client.listProducts()), { products: [], invalid: [] });
    assert.equal(empty.seen.length, 1);
  });

  it('names what is not a catalog', async () => {
    for (const body of ['{}', '[]', '{"products":null}', '<html>', '']) {
      const { client, run } = setUp(script(answer(body)));
      await assert.rejects(run(client.listProducts()), { code: 'GV_RESPONSE_INVALID' }, body);
    }
  });
});

describe('the breaker', () => {
  it('leaves a failing seller alone while shopping, and tries it again after the pause', async () => {
    let down = true;
    const { client, simulation, seen, run } = setUp(async () => (down ? busy : answer(fixture('quote'))));
    const ask = () => run(client.requestQuote(quoteRequest));
    for (let index = 0; index < 5; index += 1) await assert.rejects(ask(), { code: 'GV_SELLER_ERROR' });
    const asked = seen.length;
    await assert.rejects(ask(), { code: 'GV_BREAKER_OPEN', outcome: 'failed' });
    assert.equal(seen.length, asked);
    await simulation.pass(5_001);
    await assert.rejects(ask(), { code: 'GV_SELLER_ERROR' });
    await assert.rejects(ask(), { code: 'GV_BREAKER_OPEN' });
    await simulation.pass(5_001);
    down = false;
    await ask();
    await ask();
  });

  it('never stands between us and a contract that may exist', async () => {
    const { client, run, seen } = setUp(script(busy));
    for (let index = 0; index < 6; index += 1) {
      await assert.rejects(run(client.bookDeal({ idempotencyKey: 'b', quoteId: 'q' })), {
        code: 'GV_SELLER_ERROR',
      });
    }
    const asked = seen.length;
    await assert.rejects(run(client.getQuote('q')), { code: 'GV_SELLER_ERROR' });
    await assert.rejects(run(client.getDeal('d')), { code: 'GV_SELLER_ERROR' });
    await assert.rejects(run(client.cancelDeal('d')), { code: 'GV_SELLER_ERROR' });
    assert.ok(seen.length > asked);
  });

  it('does not hold a refusal or a nonsense answer against availability', async () => {
    const { client, run } = setUp(script(answer('{"detail":"no"}', 404)));
    for (let index = 0; index < 8; index += 1)
      await assert.rejects(run(client.requestQuote(quoteRequest)), { code: 'GV_SELLER_REJECTED' });
  });
});

describe('createDealsClientFactory', () => {
  it('keeps one client per seller, whatever the spelling of its address', () => {
    const { factory, client } = setUp(script(busy));
    assert.equal(factory({ sellerId: 's-1', url: 'HTTPS://Seller.Example:443/' }), client);
    assert.equal(client.sellerUrl, ORIGIN);
    assert.notEqual(factory({ sellerId: 's-2', url: 'https://other.example' }), client);
  });

  it('sends each seller its own key and no other', async () => {
    const { factory, simulation, run } = setUp(script(busy), {
      's-2': 'key-2',
      'https://third.example/': 'key-3',
    });
    const keys: (string | undefined)[] = [];
    for (const [sellerId, url] of [
      ['s-1', ORIGIN],
      ['s-2', 'https://second.example'],
      ['s-3', 'https://third.example'],
    ] as const) {
      simulation.network.attach(url, async ({ headers }) => {
        keys.push(headers['x-api-key']);
        return answer(fixture('quote'));
      });
      await run(factory({ sellerId, url }).getQuote('q'));
    }
    assert.deepEqual(keys, [undefined, 'key-2', 'key-3']);
  });

  it('refuses a key that is not printable, without showing it', () => {
    const { world } = setUp(script(busy));
    assert.throws(
      () => createDealsClientFactory({ world, apiKeys: { 's-1': 'hunter2\r\nx-evil: 1' } }),
      (error: Error) => !error.message.includes('hunter2'),
    );
  });

  it('refuses an address that is none', () => {
    const { factory } = setUp(script(busy));
    for (const url of ['seller.example', 'ftp://seller.example', 'https://user:pw@seller.example', ''])
      assert.throws(() => factory({ sellerId: 's', url }), { code: 'GV_BAD_INPUT' }, url);
  });
});
