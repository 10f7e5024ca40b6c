import { type RandomStream, randomStream, type World } from '../kernel/index.ts';
import type { MarketLiar } from './liars/liar.ts';
import { REGISTRY_LITTER } from './liars/registry-litter.ts';
import { marketLiars } from './liars/zoo.ts';
import { createRegistry, type RegistryEntry } from './registry/create-registry.ts';
import type { SellerBooks } from './seller/books.ts';
import { createSeller } from './seller/create-seller.ts';
import { describeSeller, registryEntryOf, type SellerPlan } from './seller-plan.ts';
import type { MarketHandler } from './wire/response.ts';

/** Who takes part in a market. */
export interface MarketOptions extends Pick<World, 'clock'> {
  /** Honest sellers. */
  readonly sellers: number;
  readonly seed: number | string;
  /** Adds one seller of every kind of liar, or of the kinds named. */
  readonly liars?: boolean | readonly string[];
  /** Base URL of the n-th participant, without a trailing slash: honest sellers first, then liars. */
  readonly baseUrl: (index: number) => string;
  /** Chance of the run (ids, latencies); the catalogs depend on `seed` alone. @defaultValue the stream of `seed` */
  readonly random?: RandomStream;
  /** Awaited when a seller holds a contract and has not yet answered. */
  readonly onBooked?: (sellerId: string, dealId: string) => Promise<void>;
  /** Sellers answer after a latency of their own. @defaultValue true */
  readonly latency?: boolean;
}

/** One participant of a market. */
export interface MarketSeller {
  /** Its id in the registry. */
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Key for an agency with an advertiser: the best tier. */
  readonly apiKey: string;
  readonly handler: MarketHandler;
  readonly books: SellerBooks;
  /** Which lie it tells; absent when it is honest. */
  readonly liar?: string;
}

/** A registry and its sellers, not yet served. */
export interface Market {
  readonly registry: MarketHandler;
  readonly sellers: readonly MarketSeller[];
}

/** How many participants `createMarket` will ask URLs for. */
export function marketSize(options: Pick<MarketOptions, 'sellers' | 'liars'>): number {
  return options.sellers + liarsOf(options).length;
}

function liarsOf({ liars }: Pick<MarketOptions, 'liars'>): readonly MarketLiar[] {
  if (liars === undefined || liars === false) return [];
  return liars === true ? marketLiars() : marketLiars().filter(({ kind }) => liars.includes(kind));
}

/**
 * A whole market as handlers: a registry and its sellers, each with its own inventory, prices, keys and latency.
 * Plug them into a network of your choice.
 */
export function createMarket(options: MarketOptions): Market {
  const random = options.random ?? randomStream(options.seed).split('market-run');
  const catalogChance = randomStream(options.seed).split('market-catalog');
  const liars = liarsOf(options);
  const plans = Array.from({ length: marketSize(options) }, (_none, index) =>
    describeSeller(
      index,
      options.baseUrl(index),
      catalogChance.split(`seller:${index}`),
      liars[index - options.sellers]?.kind,
    ),
  );
  const sellers = plans.map((plan, index) =>
    openSeller(plan, plans, liars[index - options.sellers], random.split(`seller:${index}`), options),
  );
  const registry = createRegistry({
    clock: options.clock,
    agents: [...plans.map(registryEntryOf), ...BYSTANDERS],
    rawEntries: options.liars === true ? REGISTRY_LITTER : [],
  });
  return { registry, sellers };
}

function openSeller(
  plan: SellerPlan,
  all: readonly SellerPlan[],
  liar: MarketLiar | undefined,
  random: RandomStream,
  options: MarketOptions,
): MarketSeller {
  const { clock } = options;
  const { id, profile } = plan;
  const server = createSeller({
    profile,
    clock,
    random: random.split('ids'),
    onBooked: async (dealId) => options.onBooked?.(id, dealId),
  });
  const others = all.filter((other) => other.id !== id).map((other) => other.id);
  const told =
    liar === undefined
      ? server
      : liar.wrap(server, { clock, random: random.split('lies'), profile, otherSellerIds: others });
  const handler =
    options.latency === false
      ? told.handler
      : withLatency(told.handler, plan.latencyMs, clock, random.split('latency'));
  return {
    id,
    name: profile.name,
    url: profile.url,
    apiKey: plan.apiKey,
    handler,
    books: told.books,
    ...(liar === undefined ? {} : { liar: liar.kind }),
  };
}

function withLatency(
  handler: MarketHandler,
  range: SellerPlan['latencyMs'],
  clock: World['clock'],
  random: RandomStream,
): MarketHandler {
  return async (request) => {
    await clock.sleep(range.min + random.float() * (range.max - range.min));
    return handler(request);
  };
}

/** Agents that are not sellers; a buyer must leave them alone. */
const BYSTANDERS: readonly RegistryEntry[] = [
  {
    id: '31',
    name: 'Brightline Media Buyer',
    url: 'https://buyer.brightline.example',
    roles: ['buyer'],
    capabilities: ['ctv', 'display'],
    contentCategories: [],
    trust: 'verified',
  },
  {
    id: '32',
    name: 'Plainview Measurement',
    url: 'https://measure.plainview.example',
    roles: ['measurement', 'tool'],
    capabilities: ['ctv'],
    contentCategories: [],
    trust: 'verified',
  },
];
