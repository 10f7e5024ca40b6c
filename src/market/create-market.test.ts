import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createMarket, type Market, marketSize } from './create-market.ts';
import { marketLiars } from './liars/zoo.ts';
import { call, TestClock } from './testing.ts';

function market(
  options: { sellers?: number; seed?: number; liars?: boolean | readonly string[] } = {},
): Market {
  return createMarket({
    clock: new TestClock(),
    sellers: options.sellers ?? 12,
    seed: options.seed ?? 7,
    baseUrl: (index) => `https://seller-${index}.example`,
    ...(options.liars === undefined ? {} : { liars: options.liars }),
  });
}

async function catalogs(of: Market): Promise<string> {
  const texts = await Promise.all(
    of.sellers.map(async ({ handler }) => (await call(handler, 'GET', '/products')).raw.body),
  );
  return texts.join('\n');
}

suite('a market', () => {
  test('is the same for the same seed and another for another', async () => {
    const first = await catalogs(market());
    assert.equal(await catalogs(market()), first);
    assert.notEqual(await catalogs(market({ seed: 8 })), first);
  });

  test('keeps its first sellers when it grows', async () => {
    const small = await catalogs(market({ sellers: 3 }));
    assert.ok((await catalogs(market({ sellers: 30 }))).startsWith(small));
  });

  test('of 12 sellers and seed 7 sells 500,000 CTV impressions at five or more sellers for 9,000 to 22,000 dollars', async () => {
    let affordable = 0;
    for (const { handler, apiKey } of market().sellers) {
      const { products } = (await call(handler, 'GET', '/products?limit=500')).body;
      const ctv = products.find((product: { ad_formats: string[] }) => product.ad_formats.includes('ctv'));
      if (ctv === undefined) continue;
      const body = {
        idempotency_key: 'k',
        product_id: ctv.product_id,
        deal_type: 'PD',
        impressions: 500_000,
      };
      const { quote } = (await call(handler, 'POST', '/api/v1/quotes', body, apiKey)).body;
      assert.equal(quote.buyer_tier, 'advertiser');
      const cost = (quote.pricing.final_cpm.amount_micros / 1_000_000) * 500;
      if (cost >= 9_000 && cost <= 22_000) affordable += 1;
    }
    assert.ok(affordable >= 5, `${affordable} sellers`);
  });

  test('serves both card shapes at both paths, and types that match the catalog', async () => {
    const seen = new Set<string>();
    for (const { handler, url, id } of market().sellers) {
      const newer = await call(handler, 'GET', '/.well-known/agent.json');
      const card = newer.status === 200 ? newer : await call(handler, 'GET', '/.well-known/agent-card.json');
      assert.equal(card.body.url, url);
      const shape = Array.isArray(card.body.capabilities) ? 'older' : 'newer';
      if (shape === 'older') assert.equal(card.body.agent_id, id);
      else assert.ok(card.body.inventory_types.length > 0);
      seen.add(`${shape} at ${newer.status === 200 ? 'agent.json' : 'agent-card.json'}`);
    }
    assert.deepEqual([...seen].sort(), [
      'newer at agent.json',
      'older at agent-card.json',
      'older at agent.json',
    ]);
  });

  test('lists every seller, and agents that are none', async () => {
    const made = market();
    const { agents } = (await call(made.registry, 'GET', '/api/agents')).body.data;
    const sellers = agents.filter((agent: { industry_roles: string[] }) =>
      agent.industry_roles.includes('seller'),
    );
    assert.deepEqual(
      sellers.map((agent: { id: number }) => String(agent.id)),
      made.sellers.map(({ id }) => id),
    );
    assert.ok(agents.length > sellers.length);
  });

  test('with liars seats one of each kind after the honest ones, all selling CTV', async () => {
    const made = market({ sellers: 2, liars: true });
    assert.equal(made.sellers.length, marketSize({ sellers: 2, liars: true }));
    assert.deepEqual(
      made.sellers.map(({ liar }) => liar),
      [undefined, undefined, ...marketLiars().map(({ kind }) => kind)],
    );
    for (const { name, liar } of made.sellers.slice(2)) assert.ok(name.includes(liar!), name);
  });

  test('with some kinds of liars seats just those', () => {
    const made = market({ sellers: 1, liars: ['id-swap'] });
    assert.deepEqual(
      made.sellers.map(({ liar }) => liar),
      [undefined, 'id-swap'],
    );
  });
});
