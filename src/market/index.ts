// For users of the package.
export {
  createMarket,
  type Market,
  type MarketOptions,
  type MarketSeller,
  marketSize,
} from './create-market.ts';
export { INJECTIONS, type Injection } from './liars/injections.ts';
export type { LiarContext, MarketLiar } from './liars/liar.ts';
export { REGISTRY_LITTER } from './liars/registry-litter.ts';
export { marketLiars } from './liars/zoo.ts';
export { createRegistry, type RegistryEntry, type RegistryOptions } from './registry/create-registry.ts';
export type { Contract, SellerBooks } from './seller/books.ts';
export { type CatalogProduct, DEFAULT_CATALOG } from './seller/catalog.ts';
export { createSeller, type SellerOptions, type SellerServer } from './seller/create-seller.ts';
export type { AgentCardStyle, SellerProfile } from './seller/state.ts';
export type { BuyerIdentity, BuyerKey } from './seller/tiers.ts';
// For transports that serve the market.
export { type Delivery, DropConnection, type MarketHandler, type MarketResponse } from './wire/response.ts';
