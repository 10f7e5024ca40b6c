import type { DealType, EpochMs, HttpRequest, World } from '../../kernel/index.ts';
import { codedError, type MarketResponse, plainError } from '../wire/response.ts';
import type { BooksKeeper } from './books.ts';
import type { CatalogProduct } from './catalog.ts';
import { IdempotencyStore } from './idempotency.ts';
import type { Negotiation } from './negotiation-engine.ts';
import type { Price } from './pricing.ts';
import { type BuyerIdentity, type BuyerKey, pricingKeyOf, type Tier, tierOf } from './tiers.ts';

/** Who a seller is and what it offers. */
export interface SellerProfile {
  readonly name: string;
  /** Its own base URL as its card shows it, without a trailing slash. */
  readonly url: string;
  readonly products: readonly CatalogProduct[];
  readonly keys: readonly BuyerKey[];
  readonly card: AgentCardStyle;
}

/** The card shapes met in the field (wire §2.2, §13.2), where they are served, and the id the older one carries. */
export interface AgentCardStyle {
  readonly shape: 'seller' | 'agent';
  readonly path: '/.well-known/agent.json' | '/.well-known/agent-card.json';
  readonly agentId: string;
}

/** A quote as the seller stores it. */
export interface StoredQuote {
  readonly quoteId: string;
  status: 'available' | 'booked' | 'expired';
  readonly product: CatalogProduct;
  readonly dealType: DealType;
  readonly price: Price;
  /** What was granted: the computed price, or the buyer's target. */
  readonly finalCpmMicros: number;
  /** null when the buyer named none. */
  readonly impressions: number | null;
  readonly flightStart: string;
  readonly flightEnd: string;
  readonly tier: Tier;
  readonly pricingKey: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  dealId: string | null;
}

/** A deal as the seller stores it. `readable` deals fit the contract; the others break its own GET (wire §5.2). */
export interface StoredDeal {
  readonly dealId: string;
  status: string;
  readonly quote: StoredQuote | null;
  readonly finalCpmMicros: number;
  readonly rationale: string;
  readable: boolean;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly audiencePlan: Readonly<Record<string, unknown>> | null;
  deprecation: { at: EpochMs; reason: string; replacementDealId: string | null } | null;
}

/** What a proposal asked for; negotiation continues under its id. */
export interface StoredProposal {
  readonly proposalId: string;
  readonly product: CatalogProduct;
  readonly tier: Tier;
}

/** Everything one running seller knows. */
export interface SellerState {
  readonly profile: SellerProfile;
  readonly clock: World['clock'];
  readonly random: World['random'];
  readonly products: ReadonlyMap<string, CatalogProduct>;
  readonly quotes: Map<string, StoredQuote>;
  readonly deals: Map<string, StoredDeal>;
  readonly proposals: Map<string, StoredProposal>;
  /** By the id they were opened with: a proposal's or a quote's (wire §6). */
  readonly negotiations: Map<string, Negotiation>;
  readonly quoteKeys: IdempotencyStore<string>;
  readonly dealKeys: IdempotencyStore<string>;
  readonly messageKeys: IdempotencyStore<MarketResponse>;
  readonly books: BooksKeeper;
  readonly onBooked: (dealId: string) => Promise<void>;
}

export function createState(
  parts: Pick<SellerState, 'profile' | 'clock' | 'random' | 'books' | 'onBooked'>,
): SellerState {
  return {
    ...parts,
    products: new Map(parts.profile.products.map((product) => [product.productId, product])),
    quotes: new Map(),
    deals: new Map(),
    proposals: new Map(),
    negotiations: new Map(),
    quoteKeys: new IdempotencyStore('quote request'),
    dealKeys: new IdempotencyStore('deal booking request'),
    messageKeys: new IdempotencyStore('negotiation message'),
  };
}

/** The caller as the seller knows it. */
export type Caller =
  | {
      readonly ok: true;
      readonly tier: Tier;
      readonly identity: BuyerIdentity;
      readonly authenticated: boolean;
    }
  | { readonly ok: false; readonly response: MarketResponse };

/** `X-Api-Key` wins over `Authorization: Bearer`; anything else in `Authorization` is no credential (wire §1.1). */
export function authenticate(state: SellerState, request: HttpRequest): Caller {
  const bearer = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const apiKey = request.headers['x-api-key'] ?? bearer;
  if (apiKey === undefined) return { ok: true, tier: 'public', identity: {}, authenticated: false };
  const key = state.profile.keys.find((known) => known.apiKey === apiKey);
  if (key === undefined) {
    return {
      ok: false,
      response: plainError(401, 'Invalid API key', { 'www-authenticate': 'Bearer' }),
    };
  }
  return { ok: true, tier: tierOf(key.identity), identity: key.identity, authenticated: true };
}

/**
 * Tier and scope of a request. Without a key the identity in the body sets the scope but never the tier; an
 * `agent_url` is a ceiling, and no agent is known here, so it lowers anybody to public (wire §1.2).
 */
export function standing(
  caller: Extract<Caller, { ok: true }>,
  body: { buyer_identity?: BuyerIdentity | null | undefined; agent_url?: string | null | undefined },
): { readonly tier: Tier; readonly pricingKey: string } {
  const identity = caller.authenticated ? caller.identity : (body.buyer_identity ?? {});
  return { tier: body.agent_url ? 'public' : caller.tier, pricingKey: pricingKeyOf(identity) };
}

/** `count` hexadecimal digits of chance. */
export function hexId(state: SellerState, count: number): string {
  let digits = '';
  while (digits.length < count) digits += state.random.uint32().toString(16).padStart(8, '0');
  return digits.slice(0, count);
}

/** `2026-11-22T05:58:06.329000Z`; the wire has microseconds, our clocks have none. */
export function timestamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}000Z`;
}

/** The same without `Z`, as the older surfaces write it: naive UTC. */
export function naiveTimestamp(at: number): string {
  return timestamp(at).slice(0, -1);
}

const DAY_MS = 86_400_000;

/** The flight asked for, or today and the next 30 days; order and past dates are not checked (wire §4.1). */
export function flightOf(
  body: { flight_start?: string | null | undefined; flight_end?: string | null | undefined },
  now: number,
): { readonly flightStart: string; readonly flightEnd: string } {
  return {
    flightStart: body.flight_start ?? new Date(now).toISOString().slice(0, 10),
    flightEnd: body.flight_end ?? new Date(now + 30 * DAY_MS).toISOString().slice(0, 10),
  };
}

export function productNotFound(productId: string): MarketResponse {
  return codedError(404, 'product_not_found', `Product '${productId}' not found in catalog.`);
}

export function unpriced(productId: string): MarketResponse {
  return plainError(422, `Product '${productId}' has no base_cpm or floor_cpm; avails cannot be priced.`);
}
