// For users of the package.

export { InMemoryEventBus } from '../coordination/index.ts';
export { type BookingResult, Bookings, type BookingsOptions, dealAccount } from './booking/bookings.ts';
// For other rooms of the package.
export { type BookingIntent, readIntent } from './booking/intent.ts';
export { HttpDealsClient } from './clients/http-deals-client.ts';
export { createDealsClientFactory } from './clients/index.ts';
export {
  type CheckSellerOptions,
  checkSeller,
  type SellerCheck,
  type SellerGrade,
  type SellerReport,
} from './grading/index.ts';
export { MEDIA_TYPES, mediaFormat } from './media-types.ts';
export { adaptive, competitive, type NegotiationPlan, simpleThreshold } from './negotiation/index.ts';
export {
  DEFAULT_QUOTE_TIMEOUT_MS,
  MultiSellerOrchestrator,
  type OrchestrateInput,
  type OrchestratorOptions,
  type ShoppingResult,
} from './orchestrator.ts';
export { greedy, optimal, type PortfolioConstraints, type PortfolioStrategy } from './portfolio/index.ts';
export { effectiveCpmWaterfall, QuoteNormalizer, type QuoteNormalizerOptions } from './pricing/index.ts';
export { type ProductResolution, resolveProduct } from './product-resolution.ts';
export type { SellerProgress } from './quote-stage.ts';
export {
  AampRegistry,
  type AgentCard,
  type AgentStanding,
  AgentsRegistry,
  filterSellers,
  type ListedSeller,
  type Listing,
  ProbingRegistry,
  RegistryClient,
  type RegistryClientOptions,
  type RegistrySource,
  StaticRegistry,
  type TrustedKey,
} from './registry/index.ts';
export type {
  BookedDeal,
  DealSelection,
  FailedBooking,
  NegotiationRecord,
  NegotiationRound,
  OrchestrationResult,
} from './results.ts';
export { dealMismatches, type ExpectedDeal } from './rules/check-deal.ts';
export {
  checkQuote,
  EXPIRY_MARGIN_MS,
  type QuoteCheckContext,
  SANITY_CEILING_MICROS,
} from './rules/check-quote.ts';
export { DESK_RULES, type DeskRules } from './rules/index.ts';
export { type BookingVerdict, bookingVerdict } from './rules/outcome.ts';
export { readVerifiedQuote } from './stored.ts';
export type {
  CallOptions,
  Catalog,
  Deal,
  DealBookingRequest,
  DealParams,
  DealsClient,
  DealsClientFactory,
  Discovery,
  ExcludedSeller,
  InventoryRequirements,
  NegotiationMessage,
  NegotiationReply,
  NormalizedQuote,
  Product,
  Provenance,
  Quote,
  QuoteRequest,
  Seller,
  SellerQuoteResult,
  SellerRegistry,
  SupplyPathInfo,
  TrustLevel,
  VerifiedQuote,
  WaterfallStep,
} from './types.ts';
