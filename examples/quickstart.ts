// Registry → orchestrate → print. Starts a market of its own; with real sellers only the first block changes.
import {
  createDealsClientFactory,
  MultiSellerOrchestrator,
  ProbingRegistry,
  RegistryClient,
} from 'gavotte/deals';
import { createRealWorld, money, showMoney } from 'gavotte/kernel';
import { serveMarket } from 'gavotte/services';

const market = await serveMarket({ clock: createRealWorld().clock, sellers: 6, seed: 7, port: 0 });
const world = createRealWorld({ allowPrivate: market.origins });
const apiKeys = Object.fromEntries(market.sellers.map((seller) => [seller.url, seller.apiKey]));

const desk = new MultiSellerOrchestrator({
  world,
  registryClient: new RegistryClient({
    world,
    sources: [new ProbingRegistry({ url: market.registryUrl, world })],
  }),
  dealsClientFactory: createDealsClientFactory({ world, apiKeys }),
});

const { rankedQuotes, selection } = await desk.orchestrate({
  inventoryRequirements: { mediaType: 'ctv', dealTypes: ['PD'], maxCpm: money(40_000_000, 'USD') },
  dealParams: {
    channel: 'ctv',
    dealType: 'PD',
    impressions: 500_000,
    flightStart: '2027-03-01',
    flightEnd: '2027-03-31',
  },
  budget: money(30_000_000_000, 'USD'),
  maxDeals: 3,
  timeBudget: 10_000,
});

for (const quote of rankedQuotes) console.log(quote.score, quote.sellerId, showMoney(quote.effectiveCpm!));
for (const deal of selection.bookedDeals) console.log('booked', deal.dealId, showMoney(deal.committed));
console.log(`spent ${showMoney(selection.totalSpend)}, left ${showMoney(selection.remainingBudget)}`);
await Promise.all([world.network.close(), market.close()]);
