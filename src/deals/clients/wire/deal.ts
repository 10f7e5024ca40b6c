import { z } from 'zod';
import type { Deal } from '../../types.ts';
import { wirePricing, wireProductRef, wireTerms, wireWord } from './quote.ts';
import { plainText, wireId } from './text.ts';

const instructions = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((texts) =>
    Object.fromEntries(
      Object.entries(texts ?? {}).flatMap(([dsp, text]) =>
        typeof text === 'string' ? [[plainText(dsp), plainText(text)]] : [],
      ),
    ),
  );

const deal = z.object({
  deal_id: wireId,
  status: wireWord,
  quote_id: wireId.nullish(),
  deal_type: wireWord,
  product: wireProductRef,
  pricing: wirePricing,
  terms: wireTerms,
  activation_instructions: instructions,
});

/** `{"deal": {…}}` as sent by `POST /api/v1/deals` and `GET /api/v1/deals/{id}`. */
export const dealEnvelope = z.object({ deal }).transform(
  ({ deal: wire }): Deal => ({
    dealId: wire.deal_id,
    status: wire.status,
    quoteId: wire.quote_id ?? null,
    dealType: wire.deal_type,
    productId: wire.product.product_id,
    finalCpm: wire.pricing.final_cpm,
    impressions: wire.terms.impressions ?? null,
    flight: { start: wire.terms.flight_start, end: wire.terms.flight_end },
    activationInstructions: wire.activation_instructions,
  }),
);

/** The reply of `POST /api/v1/deals/bulk`: errors sit inside results, the status stays 200. */
export const bulkReply = z.object({
  results: z
    .array(z.object({ success: z.boolean(), deal_id: z.string().nullish(), error: z.string().nullish() }))
    .min(1),
});
