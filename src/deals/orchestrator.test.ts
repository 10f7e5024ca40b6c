import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InMemoryEventBus } from '../coordination/index.ts';
import { GavotteError, money, Simulation } from '../kernel/index.ts';
import { MultiSellerOrchestrator, type OrchestratorOptions } from './orchestrator.ts';
import { ModelSeller } from './testing/model-seller.ts';
import type { DealParams, Discovery, InventoryRequirements, Product, Seller } from './types.ts';

const HOUR = 3_600_000;
const PARAMS: DealParams = {
  channel: 'ctv',
  dealType: 'PD',
  impressions: 500_000,
  flightStart: '2026-12-01',
  flightEnd: '2026-12-31',
};
const CTV: InventoryRequirements = { mediaType: 'ctv', dealTypes: [] };
const PRODUCT: Product = {
  productId: 'prod-1',
  name: 'CTV',
  formats: ['ctv'],
  basePrice: money(20_000_000, 'USD'),
  floorCpm: null,
  minimumImpressions: 0,
  availableImpressions: null,
  dealTypes: ['PD'],
};

function sellerNamed(id: string): Seller {
  return {
    sellerId: id,
    url: `https://${id}.example`,
    name: id,
    trustLevel: 'VERIFIED',
    capabilities: ['ctv'],
    dealTypes: [],
    contentCategories: [],
    provenance: [],
    discoverOnly: null,
  };
}

/** An orchestrator over model sellers, in a world of its own. */
function desk(ids: readonly string[], options: Partial<OrchestratorOptions> = {}) {
  const simulation = new Simulation({ seed: 1 });
  const { world } = simulation.boot('desk', simulation.disk());
  const sellers = new Map(
    ids.map((id) => {
      const seller = new ModelSeller(world.clock);
      seller.listProducts = () => Promise.resolve({ products: [PRODUCT], invalid: [] } as never);
      return [id, seller];
    }),
  );
  const discovery: Discovery = { sellers: ids.map(sellerNamed), excluded: [], warnings: [] };
  const eventBus = new InMemoryEventBus();
  const orchestrator = new MultiSellerOrchestrator({
    world,
    registryClient: { discoverSellers: () => Promise.resolve(discovery) },
    dealsClientFactory: ({ sellerId }) => sellers.get(sellerId)!,
    eventBus,
    ...options,
  });
  const run = (input: {
    budget?: number;
    maxDeals?: number;
    requirements?: InventoryRequirements;
    timeBudget?: number;
  }) =>
    simulation.run(
      orchestrator.orchestrate({
        inventoryRequirements: input.requirements ?? CTV,
        dealParams: PARAMS,
        budget: money((input.budget ?? 100_000) * 1_000_000, 'USD'),
        ...(input.maxDeals === undefined ? {} : { maxDeals: input.maxDeals }),
        ...(input.timeBudget === undefined ? {} : { timeBudget: input.timeBudget }),
      }),
      HOUR,
    );
  return { orchestrator, sellers, eventBus, run, simulation };
}

test('the stages run in order and their events carry exactly the agreed payloads', async () => {
  const { run, eventBus } = desk(['a', 'b']);
  const { selection } = await run({ maxDeals: 1 });
  const deal = selection.bookedDeals[0]!;
  const told = eventBus.events
    .filter(({ eventType }) => eventType !== 'product.resolution')
    .map(({ eventType, payload }) => [eventType, payload]);
  assert.deepEqual(told, [
    ['inventory.discovered', { media_type: 'ctv', sellers_found: 2, seller_ids: ['a', 'b'] }],
    [
      'quote.received',
      { quotes_received: 2, quotes_failed: 0, seller_ids_success: ['a', 'b'], seller_ids_failed: [] },
    ],
    [
      'deal.booked',
      {
        deal_id: deal.dealId,
        quote_id: deal.quoteId,
        seller_id: 'a',
        deal_type: 'PD',
        final_cpm: money(20_000_000, 'USD'),
      },
    ],
    [
      'campaign.booking_completed',
      {
        deals_booked: 1,
        deals_failed: 0,
        total_spend: money(10_000_000_000, 'USD'),
        remaining_budget: money(90_000_000_000, 'USD'),
      },
    ],
  ]);
});

test('BUG-1 the budget binds: a deal that does not fit is not booked', async () => {
  const { run, sellers } = desk(['a', 'b', 'c']);
  const { selection } = await run({ budget: 25_000, maxDeals: 3 });
  assert.equal(selection.bookedDeals.length, 2);
  assert.deepEqual(selection.totalSpend, money(20_000_000_000, 'USD'));
  assert.deepEqual(selection.remainingBudget, money(5_000_000_000, 'USD'));
  assert.equal([...sellers.values()].filter((seller) => seller.contracts.size === 1).length, 2);
  const poor = await desk(['a']).run({ budget: 1 });
  assert.equal(poor.selection.bookedDeals.length, 0);
});

test('no sellers end it at once, with nothing booked and nothing else told', async () => {
  const { run, eventBus } = desk([]);
  const result = await run({});
  assert.deepEqual(result.rankedQuotes, []);
  assert.deepEqual(result.selection.remainingBudget, money(100_000_000_000, 'USD'));
  assert.deepEqual(
    eventBus.events.map(({ eventType }) => eventType),
    ['inventory.discovered'],
  );
});

test('when the ceiling removes every quote nothing is ranked and nothing booked', async () => {
  const { run, sellers } = desk(['a']);
  const result = await run({ requirements: { ...CTV, maxCpm: money(19_999_999, 'USD') } });
  assert.deepEqual(result.rankedQuotes, []);
  assert.equal(sellers.get('a')!.bookingCalls, 0);
});

test('a quote for fewer impressions than required is not ranked', async () => {
  const { run } = desk(['a']);
  const { quoteResults, rankedQuotes } = await run({ requirements: { ...CTV, minImpressions: 500_001 } });
  assert.notEqual(quoteResults[0]!.quote, null);
  assert.deepEqual(rankedQuotes, []);
});

test('one seller that fails is a result with its reason; the others are heard', async () => {
  const { run, sellers } = desk(['a', 'b']);
  sellers.get('a')!.requestQuote = () => Promise.reject(new GavotteError('GV_NETWORK_LOST', 'gone'));
  const { quoteResults } = await run({});
  assert.deepEqual(
    quoteResults.map(({ sellerId, quote, error }) => [sellerId, quote !== null, error?.code ?? null]),
    [
      ['a', false, 'GV_NETWORK_LOST'],
      ['b', true, null],
    ],
  );
});

test('a seller that never answers costs its time-out and nothing else', async () => {
  const { run, sellers, simulation } = desk(['a', 'b'], { quoteTimeout: 2_000 });
  sellers.get('a')!.requestQuote = () => new Promise(() => {});
  const { quoteResults } = await run({});
  assert.equal(quoteResults[0]!.error!.code, 'GV_TIMEOUT');
  assert.notEqual(quoteResults[1]!.quote, null);
  assert.equal(simulation.scheduler.elapsedMs, 2_000);
});

test('fault/B10 a time budget holds although a seller hangs while booking; its money stays reserved', async () => {
  const { run, sellers, simulation } = desk(['a', 'b']);
  sellers.get('a')!.bookDeal = () => new Promise(() => {});
  const { selection } = await run({ timeBudget: 5_000 });
  assert.ok(simulation.scheduler.elapsedMs <= 5_100);
  assert.equal(selection.failedBookings[0]!.outcome, 'unknown');
  assert.deepEqual(selection.totalSpend, money(10_000_000_000, 'USD'));
});

test('a failed booking is recorded and the next best quote is tried; an unknown one keeps its slot', async () => {
  const { run, sellers } = desk(['a', 'b', 'c']);
  sellers.get('a')!.bookDeal = () =>
    Promise.reject(new GavotteError('GV_SELLER_REJECTED', 'no', { details: { status: 410 } }));
  sellers.get('b')!.bookDeal = () => Promise.reject(new GavotteError('GV_NETWORK_LOST', 'gone'));
  sellers.get('b')!.getQuote = () => Promise.reject(new GavotteError('GV_NETWORK_LOST', 'gone'));
  const { selection } = await run({ maxDeals: 1 });
  assert.deepEqual(
    selection.failedBookings.map(({ sellerId, outcome }) => [sellerId, outcome]),
    [
      ['a', 'failed'],
      ['b', 'unknown'],
    ],
  );
  assert.equal(sellers.get('c')!.bookingCalls, 0);
});

test('a bus that throws, rejects or hangs is a warning, never a failure', async () => {
  for (const publish of [
    () => {
      throw new Error('bus down');
    },
    () => Promise.reject(new Error('bus down')),
  ]) {
    const { run } = desk(['a'], { eventBus: { publish } });
    const { selection, warnings } = await run({});
    assert.equal(selection.bookedDeals.length, 1);
    assert.match(warnings.join(), /bus down/);
  }
  const { selection } = await desk(['a'], { eventBus: { publish: () => new Promise(() => {}) } }).run({});
  assert.equal(selection.bookedDeals.length, 1);
});

test('every stage can be called alone', async () => {
  const { orchestrator, simulation, sellers } = desk(['a', 'b']);
  const staged = async () => {
    const discovery = await orchestrator.discoverSellers(CTV);
    const results = await orchestrator.requestQuotesParallel(discovery.sellers, PARAMS);
    const rankedQuotes = orchestrator.evaluateAndRank(results);
    const quoteSellerMap = { [rankedQuotes[0]!.quoteId]: 'https://a.example' };
    const budget = money(100_000_000_000, 'USD');
    return orchestrator.selectAndBook({
      rankedQuotes: rankedQuotes.slice(0, 1),
      budget,
      count: 1,
      quoteSellerMap,
    });
  };
  const selection = await simulation.run(staged(), HOUR);
  assert.equal(selection.bookedDeals.length, 1);
  assert.equal(sellers.get('a')!.contracts.size, 1);
});

test('a quote whose seller the map does not name, or names wrongly, is not booked', async () => {
  const { orchestrator, simulation, sellers } = desk(['a']);
  const staged = async (quoteSellerMap: Record<string, string>) => {
    const { sellers: found } = await orchestrator.discoverSellers(CTV);
    const rankedQuotes = orchestrator.evaluateAndRank(
      await orchestrator.requestQuotesParallel(found, PARAMS),
    );
    return orchestrator.selectAndBook({
      rankedQuotes,
      budget: money(100_000_000_000, 'USD'),
      count: 1,
      quoteSellerMap,
    });
  };
  assert.match(
    (await simulation.run(staged({}), HOUR)).failedBookings[0]!.error,
    /No seller URL mapping found/,
  );
  assert.match(
    (await simulation.run(staged({ 'qt-1': 'https://evil.example' }), HOUR)).failedBookings[0]!.error,
    /not from/,
  );
  assert.equal(sellers.get('a')!.bookingCalls, 0);
});

test('two volumes of one product are alternatives: at most one is bought', async () => {
  const { orchestrator, simulation } = desk(['a']);
  const result = await simulation.run(
    orchestrator.orchestrate({
      inventoryRequirements: CTV,
      dealParams: { ...PARAMS, volumeSteps: [1, 0.5] },
      budget: money(100_000_000_000, 'USD'),
    }),
    HOUR,
  );
  assert.equal(result.quoteResults.length, 2);
  assert.equal(result.selection.bookedDeals.length, 1);
});
