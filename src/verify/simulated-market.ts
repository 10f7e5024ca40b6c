import type { Simulation } from '../kernel/index.ts';
import { type Contract, createMarket, type MarketHandler } from '../market/index.ts';
import type { MarketAddress } from './buyer.ts';
import type { BookedContract, MarketTruth } from './checker.ts';
import type { Scenario } from './scenario.ts';

const REGISTRY = 'https://registry.example';
/** The true rates, which the buyer is not given: it must refuse what it cannot convert. */
const RATES = { USD: 1, EUR: 1.25, GBP: 1.4 };

export interface SimulatedMarket {
  readonly address: MarketAddress;
  /** What the sellers' own books say now. */
  truth(): Pick<MarketTruth, 'sellers' | 'contracts' | 'rates'>;
}

/** The reference market on the simulated network: the same handlers that `serve market` puts behind HTTP. */
export function simulateMarket(scenario: Scenario, simulation: Simulation): SimulatedMarket {
  const { clock, random } = simulation.peer('market');
  const market = createMarket({
    clock,
    random,
    seed: scenario.seed,
    sellers: scenario.honestSellers,
    liars: scenario.liars,
    baseUrl: (index) => `https://seller-${index}.example`,
    latency: false,
  });
  simulation.network.attach(REGISTRY, market.registry);
  for (const seller of market.sellers) simulation.network.attach(seller.url, undeliverable(seller.handler));
  return {
    address: {
      registryUrl: REGISTRY,
      apiKeys: Object.fromEntries(market.sellers.map((seller) => [seller.url, seller.apiKey])),
    },
    truth: () => ({
      sellers: market.sellers.map(({ id, url, liar }) => ({ id, url, honest: liar === undefined })),
      contracts: market.sellers.flatMap(({ url, books, liar }) =>
        withoutUnseeable(
          books.liveContracts(),
          liar,
          simulation.network.duplicates.includes(`POST ${url}/api/v1/deals`),
        ).map(
          (contract): BookedContract => ({
            sellerUrl: url,
            dealId: contract.dealId,
            quoteId: contract.quoteId ?? '',
            dealType: contract.dealType,
            cpmMicros: contract.cpmMicros,
            currency: contract.currency,
            impressions: contract.impressions,
            createdAt: contract.createdAt,
            quoteExpiresAt: contract.quoteExpiresAt ?? Number.POSITIVE_INFINITY,
          }),
        ),
      ),
      rates: RATES,
    }),
  };
}

/**
 * When the network itself delivers a booking twice to a seller that ignores keys and whose wire has no list of
 * deals, no buyer can see or prevent the second contract: it is the network's and the seller's, not the buyer's.
 */
function withoutUnseeable(
  contracts: readonly Contract[],
  liar: string | undefined,
  doubled: boolean,
): readonly Contract[] {
  if (liar !== 'ignores-keys' || !doubled) return contracts;
  return contracts.filter(
    (contract, index) => contracts.findIndex((each) => each.quoteId === contract.quoteId) === index,
  );
}

/** An answer that would never end never comes; one that would not fit is cut off. */
function undeliverable(handler: MarketHandler): MarketHandler {
  return async (request) => {
    const response = await handler(request);
    if (response.delivery?.mode === 'drip') return new Promise(() => {});
    if (response.delivery?.mode === 'flood') throw new Error('more than anybody reads');
    return response;
  };
}
