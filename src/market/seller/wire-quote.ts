import { CONSTANT_SELLER_ID } from './catalog.ts';
import { usd } from './rounding.ts';
import { type StoredQuote, timestamp } from './state.ts';

/** `pricing` of wire §4.1, at the price that was granted or agreed. */
export function wirePricing(
  quote: StoredQuote,
  finalCpmMicros: number,
  rationale: string,
): Record<string, unknown> {
  return {
    pricing_type: 'fixed',
    base_cpm: usd(quote.price.baseCpm),
    tier_discount_pct: quote.price.tierDiscount * 100,
    volume_discount_pct: quote.price.volumeDiscount * 100,
    final_cpm: { amount_micros: finalCpmMicros, currency: 'USD' },
    pricing_model: 'cpm',
    rationale,
    base_cpp: null,
    final_cpp: null,
  };
}

export function wireTerms(quote: StoredQuote): Record<string, unknown> {
  return {
    impressions: quote.impressions,
    flight_start: quote.flightStart,
    flight_end: quote.flightEnd,
    guaranteed: quote.dealType === 'PG',
    grps: null,
    guaranteed_grps: null,
    target_demo: null,
  };
}

export function wireProductRef(quote: StoredQuote): Record<string, unknown> {
  const { productId, name, inventoryType } = quote.product;
  return { product_id: productId, name, inventory_type: inventoryType };
}

/** The quote of wire §4.1; every member is there, null where it has no value. */
export function wireQuote(quote: StoredQuote, mediaType: string): Record<string, unknown> {
  const cap = quote.product.availableImpressions;
  return {
    quote_id: quote.quoteId,
    status: quote.status,
    deal_type: quote.dealType,
    product: wireProductRef(quote),
    pricing: wirePricing(quote, quote.finalCpmMicros, quote.price.rationale),
    terms: wireTerms(quote),
    availability: {
      inventory_available: cap === null || cap >= (quote.impressions ?? 0),
      estimated_fill_rate: null,
      competing_demand: null,
    },
    buyer_tier: quote.tier,
    rate_card_id: null,
    expires_at: timestamp(quote.expiresAt),
    seller_id: CONSTANT_SELLER_ID,
    created_at: timestamp(quote.createdAt),
    deal_id: quote.dealId,
    media_type: mediaType,
    linear_tv: null,
    consent_context: null,
  };
}
