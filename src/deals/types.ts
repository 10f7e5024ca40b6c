import type { DealType, EpochMs, ErrorInfo, Flight, FxTable, Money } from '../kernel/index.ts';

/** What the campaign needs from a seller; stage 1 and the ceiling filter read it. */
export interface InventoryRequirements {
  /** `ctv`, `video`, `display`, `mobile_app`, `native`, `audio`, `dooh`, `linear_tv`; aliases as in `mediaTypes`. */
  readonly mediaType: string;
  /** Deal types that are acceptable; empty accepts all. */
  readonly dealTypes: readonly DealType[];
  readonly contentCategories?: readonly string[];
  /** Seller ids or base URLs never to ask. */
  readonly excludedSellers?: readonly string[];
  /** Quotes for fewer are left out of the ranking. */
  readonly minImpressions?: number;
  /** Highest effective CPM that may be bought, inclusive. */
  readonly maxCpm?: Money;
}

/** What is asked of every seller. */
export interface DealParams {
  readonly productId?: string;
  readonly productName?: string;
  readonly channel?: string;
  readonly dealType: DealType;
  readonly impressions: number;
  readonly flightStart: string;
  readonly flightEnd: string;
  /** What we would like to pay, raw CPM. Never sent above a price we could have without it. */
  readonly targetCpm?: Money;
  /** The wire's media type. @defaultValue 'digital' */
  readonly mediaType?: 'digital' | 'ctv' | 'linear_tv';
  /** Also ask for these shares of `impressions`, so that the portfolio can split volume. @defaultValue [1] */
  readonly volumeSteps?: readonly number[];
}

/** Where a seller was learnt from. */
export interface Provenance {
  readonly source: 'aamp' | 'agents' | 'static';
  /** The registry's base URL, or the operator's list. */
  readonly origin: string;
  /** The id the source gives it. */
  readonly externalId: string;
  /** When the source last confirmed it; older than now when a last good list is used. */
  readonly seenAt: EpochMs;
}

export const TRUST_LEVELS = ['UNKNOWN', 'REGISTERED', 'VERIFIED', 'PREFERRED', 'BLOCKED'] as const;
/** How far a registry trusts a seller; `BLOCKED` is never asked. */
export type TrustLevel = (typeof TRUST_LEVELS)[number];

/** A seller as the desk knows it. Its identity is ours (registry and base URL), never what a body says. */
export interface Seller {
  /** Unique within a discovery; stable across them. */
  readonly sellerId: string;
  /** Base URL without a trailing slash. */
  readonly url: string;
  readonly name: string;
  readonly trustLevel: TrustLevel;
  /** What the registry and the card say it sells, lower case; empty = did not say. */
  readonly capabilities: readonly string[];
  /** Empty = did not say. */
  readonly dealTypes: readonly DealType[];
  /** Empty = did not say. */
  readonly contentCategories: readonly string[];
  readonly provenance: readonly Provenance[];
  /** Why it may be looked at but not bought from (a bad card signature, say); null when it may. */
  readonly discoverOnly: string | null;
}

/** A seller that was found but left out, and why. */
export interface ExcludedSeller {
  readonly sellerId: string;
  readonly name: string;
  readonly url: string;
  readonly reason: string;
}

/** The first stage: who may be asked, who was left out, and what went wrong on the way. */
export interface Discovery {
  readonly sellers: readonly Seller[];
  readonly excluded: readonly ExcludedSeller[];
  /** What went wrong on the way without stopping it: a registry down, an old list used. */
  readonly warnings: readonly string[];
}

/** One thing a seller offers (wire §3). Money is exact; texts are data. */
export interface Product {
  readonly productId: string;
  readonly name: string;
  /** `ad_formats` of the wire: inventory types, lower case. */
  readonly formats: readonly string[];
  /** null = price on request. */
  readonly basePrice: Money | null;
  readonly floorCpm: Money | null;
  readonly minimumImpressions: number;
  readonly availableImpressions: number | null;
  /** Empty = did not say. */
  readonly dealTypes: readonly DealType[];
}

/** What one seller offers. */
export interface Catalog {
  readonly products: readonly Product[];
  /** Entries that could not be read; they cost only themselves. */
  readonly invalid: readonly { readonly productId: string; readonly name: string; readonly reason: string }[];
}

/** What one seller is asked for a price of. */
export interface QuoteRequest {
  readonly idempotencyKey: string;
  readonly productId: string;
  readonly dealType: DealType;
  readonly impressions: number;
  readonly flight: Flight;
  readonly targetCpm?: Money;
  readonly mediaType: 'digital' | 'ctv' | 'linear_tv';
}

/** A seller's quote as its connection gave it: well-formed, not yet checked against I6. */
export interface Quote {
  readonly quoteId: string;
  readonly status: string;
  readonly dealType: string;
  readonly productId: string;
  readonly productName: string;
  /** null = unpriced. */
  readonly baseCpm: Money | null;
  readonly finalCpm: Money | null;
  readonly impressions: number | null;
  readonly flight: Flight;
  readonly guaranteed: boolean;
  readonly inventoryAvailable: boolean;
  /** 0..1 */
  readonly estimatedFillRate: number | null;
  /** Least the seller wants to be paid for this deal; null = none. */
  readonly minimumSpend: Money | null;
  readonly buyerTier: string;
  readonly expiresAt: EpochMs;
  /** The deal this quote became. */
  readonly dealId: string | null;
  /** The seller id the body claims; never trusted, only compared (I6). */
  readonly claimedSellerId: string | null;
}

/** A seller's deal (contract) as its connection gave it. */
export interface Deal {
  readonly dealId: string;
  readonly status: string;
  readonly quoteId: string | null;
  readonly dealType: string;
  readonly productId: string;
  readonly finalCpm: Money | null;
  readonly impressions: number | null;
  readonly flight: Flight;
  /** Per-DSP instructions, as the seller wrote them. */
  readonly activationInstructions: Readonly<Record<string, string>>;
}

/** What turns a quote into a contract; repeating it with its key must not make another. */
export interface DealBookingRequest {
  readonly idempotencyKey: string;
  readonly quoteId: string;
}

export type NegotiationAction = 'accept' | 'counter' | 'reject' | 'final_offer';

/** One move of ours in a negotiation over a quote. */
export interface NegotiationMessage {
  readonly idempotencyKey: string;
  readonly quoteId: string;
  readonly action: NegotiationAction;
  readonly buyerPrice?: Money;
}

/** The seller’s move in return. */
export interface NegotiationReply {
  readonly negotiationId: string;
  readonly status: string;
  readonly action: string;
  readonly roundNumber: number;
  readonly sellerPrice: Money | null;
  readonly roundsRemaining: number;
}

/** Bounds of one call to a seller. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Less time than usual for this call, ms. */
  readonly timeoutMs?: number;
}

/**
 * One seller's deal API. Errors are GavotteErrors; `error.outcome` says whether the call certainly had no
 * effect. Made per seller by a `DealsClientFactory`.
 */
export interface DealsClient {
  readonly sellerUrl: string;
  listProducts(options?: CallOptions): Promise<Catalog>;
  requestQuote(request: QuoteRequest, options?: CallOptions): Promise<Quote>;
  getQuote(quoteId: string, options?: CallOptions): Promise<Quote>;
  bookDeal(request: DealBookingRequest, options?: CallOptions): Promise<Deal>;
  getDeal(dealId: string, options?: CallOptions): Promise<Deal>;
  /** Asks the seller to cancel; true only when the seller says it did. */
  cancelDeal(dealId: string, options?: CallOptions): Promise<boolean>;
  negotiate(message: NegotiationMessage, options?: CallOptions): Promise<NegotiationReply>;
}

/** Makes the client of one seller; called once per seller and URL. */
export type DealsClientFactory = (seller: Pick<Seller, 'sellerId' | 'url'>) => DealsClient;

/** What stage 1 needs; `RegistryClient` offers it over any number of sources. */
export interface SellerRegistry {
  discoverSellers(query: { mediaType?: string }, options?: CallOptions): Promise<Discovery>;
}

/** Fees between us and the seller (semantics §6). */
export interface SupplyPathInfo {
  readonly sellerId: string;
  /** Percent of the raw CPM taken by intermediaries, 0..100, at most six places. */
  readonly intermediaryFeePct: number;
  /** Flat technology fee per thousand impressions. */
  readonly techFeeCpm: Money;
}

/** A quote that passed I6, with who and what was asked. */
export interface VerifiedQuote extends Quote {
  readonly sellerId: string;
  readonly sellerUrl: string;
  readonly dealType: DealType;
  readonly impressions: number;
  readonly request: QuoteRequest;
  /** Price agreed in negotiation for this very quote; null when it stands at `finalCpm`. */
  readonly agreedCpm: Money | null;
}

/** What one seller answered. Exactly one of `quote` and `error` is set. */
export interface SellerQuoteResult {
  readonly sellerId: string;
  readonly sellerUrl: string;
  readonly quote: VerifiedQuote | null;
  readonly dealType: DealType;
  readonly error: ErrorInfo | null;
  readonly latencyMs: number;
}

/** One step from the raw price to the effective one, for people and for audits. */
export interface WaterfallStep {
  readonly label: string;
  /** Change per thousand impressions, in `cpm.currency`; zero for a conversion, which changes no value. */
  readonly change: Money;
  /** Running CPM after the step. */
  readonly cpm: Money;
  /** The arithmetic, e.g. `28.00 × 20 %`. */
  readonly arithmetic: string;
}

/** What stood between a seller's price and ours when a quote was normalised; shared by that seller's quotes. */
export interface PriceBasis {
  /** Percent of the raw CPM. */
  readonly intermediaryFeePct: number;
  /** In the budget's currency. */
  readonly techFeeCpm: Money;
  /** The rates used; null when the seller quotes in the budget's currency. */
  readonly fx: FxTable | null;
}

/** A quote made comparable. `effectiveCpmWaterfall` explains its effective CPM step by step. */
export interface NormalizedQuote {
  readonly sellerId: string;
  readonly quoteId: string;
  /** The seller's price (agreed price after negotiation) in the budget's currency; null when unpriced. */
  readonly rawCpm: Money | null;
  readonly effectiveCpm: Money | null;
  readonly dealType: DealType;
  /** Fees per thousand impressions. */
  readonly feeEstimate: Money;
  readonly minimumSpend: Money;
  /** 0..100, two places. */
  readonly score: number;
  readonly fillRateEstimate: number | null;
  readonly pricingSource: 'seller_quoted' | 'unavailable';
  /** What booking it commits: agreed CPM × impressions / 1000 + fees, rounded up, in the budget's currency (I5). */
  readonly cost: Money | null;
  readonly basis: PriceBasis;
  /** Why there is no price (none quoted, no usable FX rate); null when there is one. */
  readonly unpriced: ErrorInfo | null;
  readonly quote: VerifiedQuote;
}
