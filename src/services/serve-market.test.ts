import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRealWorld } from '../kernel/index.ts';
import { type RunningMarket, serveMarket } from './serve-market.ts';

async function withMarket(
  options: Partial<Parameters<typeof serveMarket>[0]>,
  work: (market: RunningMarket) => Promise<void>,
): Promise<void> {
  const market = await serveMarket({
    clock: createRealWorld().clock,
    sellers: 2,
    seed: 7,
    port: 0,
    ...options,
  });
  try {
    await work(market);
  } finally {
    await market.close();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what they expect, and fail where it is not
async function json(url: string, init?: RequestInit): Promise<any> {
  return (await fetch(url, init)).json();
}

function post(body: unknown, apiKey: string): RequestInit {
  const headers = { 'content-type': 'application/json', 'x-api-key': apiKey };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

test('a served market can be discovered, quoted and booked over HTTP, and its books show the contract', async () => {
  const hooked: string[] = [];
  const onBooked = (sellerId: string, dealId: string) => {
    hooked.push(`${sellerId} ${dealId}`);
    return Promise.resolve();
  };
  await withMarket({ onBooked }, async (market) => {
    const { agents } = (await json(`${market.registryUrl}/api/agents`)).data;
    const [seller] = market.sellers;
    assert.equal(agents[0].endpoint_url, seller!.url);
    const { products } = await json(`${seller!.url}/products`);
    const quote = await json(
      `${seller!.url}/api/v1/quotes`,
      post(
        { idempotency_key: 'q', product_id: products[0].product_id, deal_type: 'PD', impressions: 500_000 },
        seller!.apiKey,
      ),
    );
    assert.equal(quote.quote.buyer_tier, 'advertiser');
    const booking = { idempotency_key: 'b', quote_id: quote.quote.quote_id };
    const { deal } = await json(`${seller!.url}/api/v1/deals`, post(booking, seller!.apiKey));
    const [contract] = market.books().get(seller!.id)!.liveContracts();
    assert.equal(contract?.dealId, deal.deal_id);
    assert.deepEqual(hooked, [`${seller!.id} ${deal.deal_id}`]);
    assert.deepEqual(market.origins, [market.registryUrl, ...market.sellers.map(({ url }) => url)]);
  });
});

test('with a port given, sellers take the ports after the registry’s', async () => {
  // Any three free ports in a row will do; where one is taken, the next neighbourhood is tried.
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const base = 20_000 + ((process.pid * 7 + attempt * 97) % 20_000);
    try {
      await withMarket({ port: base }, async (market) => {
        assert.equal(market.registryUrl, `http://127.0.0.1:${base}`);
        assert.deepEqual(
          market.sellers.map(({ url }) => url),
          [`http://127.0.0.1:${base + 1}`, `http://127.0.0.1:${base + 2}`],
        );
      });
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'GV_BAD_INPUT') throw error;
    }
  }
  assert.fail('no three free ports in a row were found');
});

test('with liars, every kind is seated and named', async () => {
  await withMarket({ liars: true }, async (market) => {
    const liars = market.sellers.filter(({ liar }) => liar !== undefined);
    assert.ok(liars.length > 50);
    const expired = liars.find(({ liar }) => liar === 'expired-quote')!;
    const { products } = await json(`${expired.url}/products`);
    const body = {
      idempotency_key: 'q',
      product_id: products[0].product_id,
      deal_type: 'PD',
      impressions: 500_000,
    };
    const { quote } = await json(`${expired.url}/api/v1/quotes`, post(body, expired.apiKey));
    assert.ok(Date.parse(quote.expires_at) < Date.now());
  });
});

test('a market tells at the registry’s /metrics how long each seller took to answer', async () => {
  await withMarket({}, async (market) => {
    const [seller] = market.sellers;
    await fetch(`${seller!.url}/products`);
    const text = await (await fetch(`${market.registryUrl}/metrics`)).text();
    assert.match(text, new RegExp(`^gavotte_http_seconds_count\\{server="${seller!.id}"\\} 1$`, 'm'));
    assert.match(text, /^gavotte_http_seconds_count\{server="registry"\} 0$/m);
    assert.match(text, /^process_cpu_seconds_total [\d.]+$/m);
  });
});
