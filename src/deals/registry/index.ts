export { AampRegistry } from './aamp-registry.ts';
export type { AgentCard } from './agent-card.ts';
export { AgentsRegistry } from './agents-registry.ts';
export type { TrustedKey } from './card-signature.ts';
export { filterSellers, type SellerRequirements } from './filter-sellers.ts';
export { ProbingRegistry } from './probing-registry.ts';
export { type AgentStanding, RegistryClient, type RegistryClientOptions } from './registry-client.ts';
export type { ListedSeller, Listing, RegistrySource } from './source.ts';
export { StaticRegistry } from './static-registry.ts';
