import { z } from 'zod';
import type { EpochMs } from '../../kernel/index.ts';
import { codedError, json, type MarketResponse } from '../wire/response.ts';
import type { Call, Route } from '../wire/router.ts';
import { parseBody, wireDate } from '../wire/validate.ts';
import { activationInstructions } from './deals.ts';
import { priceFor } from './pricing.ts';
import { fixed, usd } from './rounding.ts';
import {
  authenticate,
  flightOf,
  hexId,
  productNotFound,
  type SellerState,
  standing,
  timestamp,
  unpriced,
} from './state.ts';

const ACCEPTANCE_MS = 30 * 86_400_000;

const templateRequest = z.object({
  deal_type: z.string(),
  product_id: z.string(),
  impressions: z.int().nullish(),
  max_cpm: z.number().nullish(),
  flight_start: wireDate.nullish(),
  flight_end: wireDate.nullish(),
  agent_url: z.string().nullish(),
});
type TemplateRequest = z.infer<typeof templateRequest>;

/** One-step deals at the tier price (wire §5.3); with `max_cpm` 0.01 a price probe that books nothing. */
export function templateRoutes(state: SellerState): readonly Route[] {
  return [['POST', '/api/v1/deals/from-template', (call) => bookFromTemplate(state, call)]];
}

async function bookFromTemplate(state: SellerState, call: Call): Promise<MarketResponse> {
  const caller = authenticate(state, call.request);
  if (!caller.ok) return caller.response;
  const parsed = parseBody(templateRequest, call.request.body);
  if (!parsed.ok) return parsed.response;
  if (!caller.authenticated)
    return codedError(401, 'authentication_required', 'API key required for deal creation.');
  const body = parsed.value;
  if (!['PG', 'PD', 'PA'].includes(body.deal_type)) {
    return codedError(400, 'invalid_deal_type', `Deal type '${body.deal_type}' must be PG, PD or PA.`);
  }
  if (body.deal_type === 'PG' && !body.impressions) {
    const message = 'Programmatic Guaranteed deals require an impressions count.';
    return codedError(400, 'pg_requires_impressions', message);
  }
  const product = state.products.get(body.product_id);
  if (product === undefined) return productNotFound(body.product_id);
  const baseCpm = product.baseCpm ?? product.floorCpm;
  if (baseCpm === null) return unpriced(product.productId);
  const { tier } = standing(caller, body);
  const { finalCpm } = priceFor(baseCpm, tier, body.impressions ?? 0);
  if (typeof body.max_cpm === 'number' && body.max_cpm < finalCpm) {
    const message = `Buyer max CPM $${fixed(body.max_cpm, 2)} is below seller minimum $${fixed(finalCpm, 2)}.`;
    return codedError(422, 'below_floor_price', message, {
      seller_minimum_cpm: finalCpm,
      buyer_max_cpm: body.max_cpm,
      product_id: product.productId,
      deal_type: body.deal_type,
    });
  }
  const deal = commit(state, body, finalCpm);
  await state.onBooked(deal.deal_id);
  return json(201, { ...deal, buyer_tier: tier });
}

/** Enters the deal in state and books, and gives its wire form. */
function commit(state: SellerState, body: TemplateRequest, finalCpm: number) {
  const now = state.clock.now();
  const dealId = `DEMO-${hexId(state, 12).toUpperCase()}`;
  const { flightStart, flightEnd } = flightOf(body, now);
  const terms = { dealId, status: 'confirmed', finalCpmMicros: usd(finalCpm).amount_micros, createdAt: now };
  state.deals.set(dealId, {
    ...terms,
    quote: null,
    rationale: '',
    readable: false,
    expiresAt: (now + ACCEPTANCE_MS) as EpochMs,
    audiencePlan: null,
    deprecation: null,
  });
  state.books.enter({
    dealId,
    quoteId: null,
    productId: body.product_id,
    dealType: body.deal_type,
    impressions: body.impressions ?? 0,
    cpmMicros: terms.finalCpmMicros,
    currency: 'USD',
    flightStart,
    flightEnd,
    status: terms.status,
    createdAt: now,
    quoteExpiresAt: null,
    idempotencyKey: null,
  });
  return wireTemplateDeal(body, dealId, finalCpm, { flightStart, flightEnd, now });
}

function wireTemplateDeal(
  body: TemplateRequest,
  dealId: string,
  finalCpm: number,
  made: { readonly flightStart: string; readonly flightEnd: string; readonly now: number },
) {
  return {
    deal_id: dealId,
    status: 'confirmed',
    deal_type: body.deal_type,
    product_id: body.product_id,
    actual_price_cpm: finalCpm,
    currency: 'USD',
    impressions: body.impressions ?? null,
    flight_start: made.flightStart,
    flight_end: made.flightEnd,
    activation_instructions: {
      ...activationInstructions(dealId),
      amazon: `In Amazon DSP, navigate to Supply > Deals and add Deal ID: ${dealId}`,
    },
    schain: {
      ver: '1.0',
      complete: 1,
      nodes: [
        {
          asi: 'demo-publisher.example.com',
          sid: 'default',
          hp: 1,
          name: 'Default Publisher',
          domain: 'demo-publisher.example.com',
        },
      ],
    },
    created_at: timestamp(made.now),
  };
}
