import { z } from 'zod';
import type { Quote, QuoteRequest } from '../../types.ts';
import { optionalWireMoney, toWireMoney } from './money.ts';
import { wireId, wireText } from './text.ts';
import { wireDay, wireTime } from './time.ts';

/** What quotes and deals share (wire §4.1, §5.1). */
export const wireProductRef = z.object({ product_id: wireId, name: wireText.nullish() });
export const wirePricing = z.object({
  base_cpm: optionalWireMoney,
  final_cpm: optionalWireMoney,
  minimum_spend: optionalWireMoney,
});
export const wireTerms = z.object({
  impressions: z.int().nonnegative().nullish(),
  flight_start: wireDay,
  flight_end: wireDay,
  guaranteed: z.boolean().nullish(),
  minimum_spend: optionalWireMoney,
});
export const wireWord = z
  .string()
  .max(64)
  .transform((word) => word.trim());

const quote = z.object({
  quote_id: wireId,
  status: wireWord,
  deal_type: wireWord,
  product: wireProductRef,
  pricing: wirePricing,
  terms: wireTerms,
  availability: z
    .object({
      inventory_available: z.boolean().nullish(),
      estimated_fill_rate: z.number().min(0).max(1).nullish(),
    })
    .nullish(),
  buyer_tier: wireText.nullish(),
  expires_at: wireTime,
  seller_id: wireText.nullish(),
  deal_id: wireId.nullish(),
});

/** `{"quote": {…}}` as sent by `POST /api/v1/quotes` and `GET /api/v1/quotes/{id}`. */
export const quoteEnvelope = z.object({ quote }).transform(
  ({ quote: wire }): Quote => ({
    quoteId: wire.quote_id,
    status: wire.status,
    dealType: wire.deal_type,
    productId: wire.product.product_id,
    productName: wire.product.name ?? wire.product.product_id,
    baseCpm: wire.pricing.base_cpm,
    finalCpm: wire.pricing.final_cpm,
    impressions: wire.terms.impressions ?? null,
    flight: { start: wire.terms.flight_start, end: wire.terms.flight_end },
    guaranteed: wire.terms.guaranteed ?? false,
    inventoryAvailable: wire.availability?.inventory_available ?? true,
    estimatedFillRate: wire.availability?.estimated_fill_rate ?? null,
    minimumSpend: wire.terms.minimum_spend ?? wire.pricing.minimum_spend,
    buyerTier: wire.buyer_tier ?? '',
    expiresAt: wire.expires_at,
    dealId: wire.deal_id ?? null,
    claimedSellerId: wire.seller_id ?? null,
  }),
);

/** The body of `POST /api/v1/quotes`. `agent_url` is left out on purpose: it lowers the tier (wire §1.2). */
export function quoteRequestBody(request: QuoteRequest): Readonly<Record<string, unknown>> {
  return {
    idempotency_key: request.idempotencyKey,
    product_id: request.productId,
    deal_type: request.dealType,
    impressions: request.impressions,
    flight_start: request.flight.start,
    flight_end: request.flight.end,
    media_type: request.mediaType,
    ...(request.targetCpm === undefined ? {} : { target_cpm: toWireMoney(request.targetCpm) }),
  };
}
