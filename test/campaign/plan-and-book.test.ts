import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bookPlan, makePlan, type Plan, parseFx, parsePlan, planHash } from '../../src/campaign/index.ts';
import { createDealsClientFactory, greedy, ProbingRegistry, RegistryClient } from '../../src/deals/index.ts';
import { type FxTable, type HttpHandler, Simulation } from '../../src/kernel/index.ts';
import { openLedger, sqliteStore } from '../../src/ledger/index.ts';
import { createMarket } from '../../src/market/index.ts';

const HOUR = 3_600_000;
const usd = (amount: string) => ({ amount, currency: 'USD' });

function brief(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    advertiser: { id: 'acme', cap: usd('100000.00') },
    campaign: 'spring',
    budget: usd('50000.00'),
    flight: { start: '2027-03-01', end: '2027-03-31' },
    channels: [
      { channel: 'ctv', budget: usd('50000.00'), dealType: 'PD', impressions: 400_000, maxDeals: 3 },
    ],
    ...changes,
  });
}

/** A desk over a simulated market of four sellers; `meddle` stands between it and every seller. */
async function desk(meddle: (handler: HttpHandler) => HttpHandler = (handler) => handler) {
  const simulation = new Simulation({ seed: 'plan-and-book' });
  const { clock, random } = simulation.peer('market');
  const market = createMarket({
    clock,
    random,
    seed: 7,
    sellers: 4,
    baseUrl: (index) => `https://s${index}.example`,
    latency: false,
  });
  simulation.network.attach('https://registry.example', market.registry);
  for (const seller of market.sellers) simulation.network.attach(seller.url, meddle(seller.handler));
  const { world } = simulation.boot('desk', simulation.disk());
  const ledger = await openLedger({
    store: sqliteStore(world.storage.openDatabase('ledger')),
    clock: world.clock,
  });
  const dealsClientFactory = createDealsClientFactory({ world });
  const registryClient = new RegistryClient({
    world,
    sources: [new ProbingRegistry({ url: 'https://registry.example', world })],
  });
  const context = { world, ledger, dealsClientFactory, registryClient, portfolio: greedy };
  return {
    ledger,
    contracts: () => market.sellers.flatMap(({ books }) => books.liveContracts()),
    plan: async (text = brief()) => (await simulation.run(makePlan(text, context), HOUR)).plan,
    book: (plan: Plan, fx?: FxTable) =>
      simulation.run(bookPlan(plan, fx === undefined ? context : { ...context, fx }), HOUR),
    pass: (ms: number) => simulation.pass(ms),
  };
}

test('a plan spends nothing and its booking commits what it says', async () => {
  const under = await desk();
  const plan = await under.plan();
  assert.equal(plan.channels[0]!.picks.length, 3);
  assert.equal(under.contracts().length, 0);
  assert.equal(await under.ledger.account('acme'), undefined);
  const booked = await under.book(parsePlan(JSON.stringify(plan)));
  assert.equal(booked.bookedDeals.length, 3);
  assert.deepEqual(booked.totalSpend, plan.cost);
  assert.equal(under.contracts().length, 3);
});

test('a brief in YAML is planned and booked; impressions it leaves out are what a deal’s part of the budget buys', async () => {
  const under = await desk();
  const plan = await under.plan(`
advertiser: { id: acme, cap: { amount: "100000.00", currency: USD } }
campaign: spring
budget: { amount: "50000.00", currency: USD }
flight: { start: 2027-03-01, end: 2027-03-31 }
channels:
  - channel: prime
    mediaType: ctv
    share: 100
    dealType: [PD, PG]
    maxDeals: 3
    maxCpm: { amount: "45.00", currency: USD }
`);
  const { picks } = plan.channels[0]!;
  assert.deepEqual(
    picks.map(({ dealType, impressions }) => [dealType, impressions]),
    Array(3).fill(['PD', 370_370]),
  );
  assert.ok(plan.cost.amountMicros <= 50_000_000_000);
  const booked = await under.book(parsePlan(JSON.stringify(plan)));
  assert.deepEqual(booked.totalSpend, plan.cost);
  assert.equal((await under.ledger.account('acme/spring/prime'))?.cap, 50_000_000_000);
});

test('booking a plan twice books it once', async () => {
  const under = await desk();
  const plan = await under.plan();
  const first = await under.book(plan);
  const second = await under.book(plan);
  assert.deepEqual(second.bookedDeals, first.bookedDeals);
  assert.equal(under.contracts().length, 3);
});

test('fault/B16 a plan that was edited after it was made is refused', async () => {
  const under = await desk();
  const plan = await under.plan();
  const edited = JSON.stringify(plan).replace('"impressions":400000', '"impressions":400001');
  assert.throws(() => parsePlan(edited), { code: 'GV_PLAN_CHANGED' });
});

test('fault/B8 nothing is booked when one quote has changed', async () => {
  let raise = false;
  const under = await desk((handler) => async (request) => {
    const response = await handler(request);
    const isRead = request.method === 'GET' && request.url.includes('/api/v1/quotes/');
    return raise && isRead
      ? {
          ...response,
          body: response.body.replace(
            /"final_cpm":\{"amount_micros":\d+/,
            '"final_cpm":{"amount_micros":99000000',
          ),
        }
      : response;
  });
  const plan = await under.plan();
  raise = true;
  await assert.rejects(under.book(plan), { code: 'GV_PLAN_CHANGED' });
  assert.equal(under.contracts().length, 0);
});

test('fault/B7 nothing is booked when the quotes have expired', async () => {
  const under = await desk();
  const plan = await under.plan();
  await under.pass(25 * HOUR);
  await assert.rejects(under.book(plan), { code: 'GV_PLAN_CHANGED' });
  assert.equal(under.contracts().length, 0);
});

test('nothing is booked when a cap is no longer what the plan saw', async () => {
  const under = await desk();
  const plan = await under.plan();
  await under.ledger.open({
    account: 'acme',
    cap: { ...plan.cost, amountMicros: 1 as never },
    cause: 'somebody else',
  });
  await assert.rejects(under.book(plan), { code: 'GV_PLAN_CHANGED', message: /cap of acme/ });
  assert.equal(under.contracts().length, 0);
});

test('a pick that fails is replaced by the next best of the plan, and both are reported', async () => {
  let refused = '';
  const under = await desk((handler) => async (request) => {
    const isBooking = request.method === 'POST' && request.url.endsWith('/api/v1/deals');
    if (!isBooking || (refused !== '' && !request.url.startsWith(refused))) return handler(request);
    refused = new URL(request.url).origin;
    return { status: 422, headers: { 'content-type': 'application/json' }, body: '{"detail":"not today"}' };
  });
  const booked = await under.book(await under.plan());
  assert.equal(booked.bookedDeals.length, 3);
  assert.equal(booked.failedBookings.length, 1);
  assert.ok(!booked.bookedDeals.some((deal) => deal.sellerUrl === refused));
});

test('a quote in another currency is converted at the brief’s rates, and refused when they are old', async () => {
  const under = await desk();
  const fx = { asOf: '2026-11-23T11:00:00Z', base: 'USD', rates: { EUR: '0.8' } };
  const eur = (amount: string) => ({ amount, currency: 'EUR' });
  const inEuro = brief({
    fx,
    advertiser: { id: 'acme', cap: eur('100000.00') },
    budget: eur('50000.00'),
    channels: [
      { channel: 'ctv', budget: eur('50000.00'), dealType: 'PD', impressions: 400_000, maxDeals: 1 },
    ],
  });
  const plan = await under.plan(inEuro);
  const [pick] = plan.channels[0]!.picks;
  assert.equal(pick!.finalCpm!.currency, 'USD');
  assert.equal(plan.cost.amountMicros, (pick!.finalCpm!.amountMicros * 400 * 8) / 10);
  const rates = parseFx(JSON.stringify({ ...fx, rates: { EUR: '0.81' } }));
  await assert.rejects(under.book(plan, rates), { code: 'GV_PLAN_CHANGED' });
  const booked = await under.book(plan, parseFx(JSON.stringify(fx)));
  assert.deepEqual(booked.totalSpend, plan.cost);
  await under.pass(24 * HOUR);
  await assert.rejects(under.book(plan), { code: 'GV_FX_STALE' });
});

test('the hash covers everything in a plan', async () => {
  const under = await desk();
  const plan = await under.plan();
  assert.notEqual(planHash({ ...plan, cost: { ...plan.cost, amountMicros: 1 as never } }), plan.hash);
  assert.equal(planHash(plan), plan.hash);
});
