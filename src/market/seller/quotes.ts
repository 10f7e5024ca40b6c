import { z } from 'zod';
import { DEAL_TYPES, type EpochMs } from '../../kernel/index.ts';
import { codedError, json, type MarketResponse } from '../wire/response.ts';
import type { Call, Route } from '../wire/router.ts';
import { parseBody, wireDate, wireMoney } from '../wire/validate.ts';
import type { CatalogProduct } from './catalog.ts';
import { LEAST_CPM, type Price, priceFor } from './pricing.ts';
import { usd } from './rounding.ts';
import {
  authenticate,
  flightOf,
  hexId,
  productNotFound,
  type SellerState,
  type StoredQuote,
  standing,
  unpriced,
} from './state.ts';
import { wireQuote } from './wire-quote.ts';

const QUOTE_TTL_MS = 86_400_000;
/** An expired quote answers 410 for this long, then it is forgotten. */
const EXPIRED_KEPT_MS = 3_600_000;

export const buyerIdentity = z.looseObject({
  seat_id: z.string().nullish(),
  agency_id: z.string().nullish(),
  advertiser_id: z.string().nullish(),
});

const quoteRequest = z
  .object({
    idempotency_key: z.string().min(1),
    product_id: z.string(),
    deal_type: z.enum(DEAL_TYPES),
    impressions: z.int().min(0).nullish(),
    flight_start: wireDate.nullish(),
    flight_end: wireDate.nullish(),
    target_cpm: wireMoney.nullish(),
    buyer_identity: buyerIdentity.nullish(),
    agent_url: z.string().nullish(),
    rate_card_id: z.string().nullish(),
    media_type: z.enum(['digital', 'ctv', 'linear_tv']).default('digital'),
    linear_tv: z.looseObject({ target_demo: z.string() }).nullish(),
    audience_plan: z.looseObject({}).nullish(),
  })
  .refine((body) => body.media_type !== 'linear_tv' || body.linear_tv, {
    error: "linear_tv parameters are required when media_type is 'linear_tv'",
  })
  .refine((body) => body.media_type === 'linear_tv' || !body.linear_tv, {
    error: "linear_tv parameters are only allowed when media_type is 'linear_tv'",
  });
type QuoteRequestBody = z.infer<typeof quoteRequest>;

export function quoteRoutes(state: SellerState): readonly Route[] {
  return [
    ['POST', '/api/v1/quotes', (call) => requestQuote(state, call)],
    ['GET', '/api/v1/quotes/{id}', ({ params }) => readQuote(state, params.id!)],
  ];
}

/** Checks in the order of wire §4.1: media type, key, PG impressions, product, minimum, priced. */
function requestQuote(state: SellerState, call: Call): MarketResponse {
  const caller = authenticate(state, call.request);
  if (!caller.ok) return caller.response;
  const parsed = parseBody(quoteRequest, call.request.body);
  if (!parsed.ok) return parsed.response;
  const body = parsed.value;
  if (body.media_type === 'linear_tv') {
    return codedError(400, 'unsupported_capability', "Seller does not support media_type 'linear_tv'.", {
      unsupported: [{ capability: 'linear_tv', path: 'media_type', reason: '' }],
    });
  }
  const { tier, pricingKey } = standing(caller, body);
  const now = state.clock.now();
  const seen = state.quoteKeys.check(pricingKey, body.idempotency_key, body, now);
  if (seen.kind === 'conflict') return seen.response;
  if (seen.kind === 'replay') return readQuote(state, seen.value, body.media_type);
  const offer = offerFor(state, body);
  if ('status' in offer) return offer;
  const { product, baseCpm } = offer;
  const price = priceFor(baseCpm, tier, body.impressions ?? 0);
  const quote: StoredQuote = {
    quoteId: `qt-${hexId(state, 12)}`,
    status: 'available',
    product,
    dealType: body.deal_type,
    price,
    finalCpmMicros: grantedMicros(body, price, product.floorCpm),
    impressions: body.impressions ?? null,
    ...flightOf(body, now),
    tier,
    pricingKey,
    createdAt: now,
    expiresAt: (now + QUOTE_TTL_MS) as EpochMs,
    dealId: null,
  };
  state.quotes.set(quote.quoteId, quote);
  seen.record(quote.quoteId);
  return json(200, { quote: wireQuote(quote, body.media_type) });
}

/** The product asked for and its list price, or why there is no offer. */
function offerFor(
  state: SellerState,
  body: QuoteRequestBody,
): { readonly product: CatalogProduct; readonly baseCpm: number } | MarketResponse {
  if (body.deal_type === 'PG' && !body.impressions) {
    const message = 'Programmatic Guaranteed deals require an impressions count.';
    return codedError(400, 'pg_requires_impressions', message);
  }
  const product = state.products.get(body.product_id);
  if (product === undefined) return productNotFound(body.product_id);
  if (typeof body.impressions === 'number' && body.impressions < product.minimumImpressions) {
    const message = `Minimum impressions for this product: ${product.minimumImpressions}.`;
    return codedError(400, 'below_minimum_impressions', message);
  }
  const baseCpm = product.baseCpm ?? product.floorCpm;
  return baseCpm === null ? unpriced(product.productId) : { product, baseCpm };
}

/**
 * A target at or above the floor is granted exactly, even above the list price; the currency is not looked at
 * (wire §1.3, §4.1). A priced product without a floor breaks on the comparison, as the real one does.
 */
function grantedMicros(body: QuoteRequestBody, price: Price, floorCpm: number | null): number {
  const target = body.target_cpm?.amount_micros;
  if (target !== undefined && floorCpm === null)
    throw new Error("'>=' not supported between instances of 'float' and 'NoneType'");
  const least = usd(Math.max(LEAST_CPM, floorCpm ?? 0)).amount_micros;
  if (target !== undefined && target >= least) return target;
  return usd(price.finalCpm).amount_micros;
}

/** The quote with its expiry brought up to date, or the 404 or 410 that stands for it. */
export function findQuote(state: SellerState, quoteId: string): StoredQuote | MarketResponse {
  const quote = state.quotes.get(quoteId);
  const now = state.clock.now();
  if (quote?.status === 'available' && now > quote.expiresAt) quote.status = 'expired';
  if (quote === undefined || (quote.status === 'expired' && now > quote.expiresAt + EXPIRED_KEPT_MS))
    return codedError(404, 'quote_not_found', `Quote '${quoteId}' not found.`);
  if (quote.status === 'expired') return codedError(410, 'quote_expired', `Quote '${quoteId}' has expired.`);
  return quote;
}

/** On later reads the media type is always `digital`: it is not stored (wire §4.1). */
function readQuote(state: SellerState, quoteId: string, mediaType = 'digital'): MarketResponse {
  const quote = findQuote(state, quoteId);
  return 'quoteId' in quote ? json(200, { quote: wireQuote(quote, mediaType) }) : quote;
}
