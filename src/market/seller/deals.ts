import { z } from 'zod';
import type { EpochMs } from '../../kernel/index.ts';
import { codedError, json, type MarketResponse, unhandled } from '../wire/response.ts';
import type { Call, Route } from '../wire/router.ts';
import { parseBody } from '../wire/validate.ts';
import { judgeAudiencePlan, matchSummary } from './audience.ts';
import { lastSellerPrice } from './negotiation-engine.ts';
import { buyerIdentity, findQuote } from './quotes.ts';
import { fixed, usd } from './rounding.ts';
import {
  authenticate,
  hexId,
  type SellerState,
  type StoredDeal,
  type StoredQuote,
  standing,
  timestamp,
} from './state.ts';
import { wirePricing, wireProductRef, wireTerms } from './wire-quote.ts';

/** How long a proposed deal waits for acceptance. */
const ACCEPTANCE_MS = 30 * 86_400_000;

const bookingRequest = z.object({
  idempotency_key: z.string().min(1),
  quote_id: z.string(),
  buyer_identity: buyerIdentity.nullish(),
  notes: z.string().nullish(),
  audience_plan: z.record(z.string(), z.unknown()).nullish(),
});

export function dealRoutes(state: SellerState): readonly Route[] {
  return [
    ['POST', '/api/v1/deals', (call) => bookDeal(state, call)],
    ['GET', '/api/v1/deals/{id}', ({ params }) => readDeal(state, params.id!)],
  ];
}

/** Checks in the order of wire §5.1: key, quote known, not expired, not booked, audience plan. */
async function bookDeal(state: SellerState, call: Call): Promise<MarketResponse> {
  const caller = authenticate(state, call.request);
  if (!caller.ok) return caller.response;
  const parsed = parseBody(bookingRequest, call.request.body);
  if (!parsed.ok) return parsed.response;
  const body = parsed.value;
  const { pricingKey } = standing(caller, body);
  const seen = state.dealKeys.check(pricingKey, body.idempotency_key, body, state.clock.now());
  if (seen.kind === 'conflict') return seen.response;
  if (seen.kind === 'replay') return readDeal(state, seen.value);
  const quote = findQuote(state, body.quote_id);
  if (!('quoteId' in quote)) return quote;
  if (quote.status !== 'available') {
    const message = `Quote status is '${quote.status}', expected 'available'.`;
    return codedError(409, 'quote_already_booked', message);
  }
  const plan = body.audience_plan ?? null;
  const refusals = plan === null ? [] : judgeAudiencePlan(plan);
  if (refusals.length > 0)
    return json(400, { detail: { error: 'audience_plan_unsupported', unsupported: refusals } });
  const deal = commitDeal(state, quote, { idempotencyKey: body.idempotency_key, audiencePlan: plan });
  seen.record(deal.dealId);
  await state.onBooked(deal.dealId);
  return readDeal(state, deal.dealId);
}

/** Makes the contract: from here on the seller holds it, whatever becomes of the answer. */
export function commitDeal(
  state: SellerState,
  quote: StoredQuote,
  booking: { idempotencyKey: string | null; audiencePlan: StoredDeal['audiencePlan'] },
): StoredDeal {
  const now = state.clock.now();
  const agreed = agreedPrice(state, quote);
  const deal: StoredDeal = {
    dealId: `DEMO-${hexId(state, 12).toUpperCase()}`,
    status: 'proposed',
    quote,
    finalCpmMicros: agreed?.micros ?? quote.finalCpmMicros,
    rationale: quote.price.rationale + (agreed?.suffix ?? ''),
    readable: true,
    createdAt: now,
    expiresAt: (now + ACCEPTANCE_MS) as EpochMs,
    audiencePlan: booking.audiencePlan,
    deprecation: null,
  };
  state.deals.set(deal.dealId, deal);
  quote.status = 'booked';
  quote.dealId = deal.dealId;
  state.books.enter({
    dealId: deal.dealId,
    quoteId: quote.quoteId,
    productId: quote.product.productId,
    dealType: quote.dealType,
    impressions: quote.impressions ?? 0,
    cpmMicros: deal.finalCpmMicros,
    currency: 'USD',
    flightStart: quote.flightStart,
    flightEnd: quote.flightEnd,
    status: deal.status,
    createdAt: now,
    quoteExpiresAt: quote.expiresAt,
    idempotencyKey: booking.idempotencyKey,
  });
  return deal;
}

/** The price of an accepted negotiation led by this quote (wire §6.4). */
function agreedPrice(state: SellerState, quote: StoredQuote): { micros: number; suffix: string } | undefined {
  const negotiation = state.negotiations.get(quote.quoteId);
  if (negotiation?.status !== 'accepted') return undefined;
  const price = lastSellerPrice(negotiation);
  return {
    micros: usd(price).amount_micros,
    suffix: ` | Negotiated to $${fixed(price, 2)} CPM (${negotiation.negotiationId})`,
  };
}

export function dealNotFound(dealId: string): MarketResponse {
  return codedError(404, 'deal_not_found', `Deal '${dealId}' not found.`);
}

/** Deals whose stored status or keys are not the contract's break the read (wire §5.2). */
function readDeal(state: SellerState, dealId: string): MarketResponse {
  const deal = state.deals.get(dealId);
  if (deal === undefined) return dealNotFound(dealId);
  if (deal.status === 'proposed' && state.clock.now() > deal.expiresAt) {
    deal.status = 'expired';
    state.books.setStatus(dealId, 'expired');
  }
  if (!deal.readable || deal.quote === null) return unhandled();
  return json(200, {
    deal: wireDeal(deal, deal.quote),
    audience_plan_snapshot: deal.audiencePlan,
    audience_match_summary: deal.audiencePlan === null ? null : matchSummary(deal.audiencePlan),
  });
}

/** What each platform is told to do with the deal. */
export function activationInstructions(dealId: string): Record<string, string> {
  return {
    ttd: `In The Trade Desk, create a new PMP deal with Deal ID: ${dealId}`,
    dv360: `In DV360, add deal ${dealId} under Inventory > My Inventory > Deals`,
    xandr: `In Xandr, navigate to Deals and enter Deal ID: ${dealId}`,
  };
}

function wireDeal(deal: StoredDeal, quote: StoredQuote): Record<string, unknown> {
  return {
    deal_id: deal.dealId,
    deal_type: quote.dealType,
    status: deal.status,
    quote_id: quote.quoteId,
    rate_card_id: null,
    product: wireProductRef(quote),
    pricing: wirePricing(quote, deal.finalCpmMicros, deal.rationale),
    terms: wireTerms(quote),
    buyer_tier: quote.tier,
    seller_id: null,
    expires_at: timestamp(deal.expiresAt),
    activation_instructions: activationInstructions(deal.dealId),
    openrtb_params: {
      id: deal.dealId,
      bidfloor: { amount_micros: deal.finalCpmMicros, currency: 'USD' },
      // Inverted against OpenRTB, as the real one is: a trap of wire §5.1.
      at: quote.dealType === 'PA' ? 3 : 1,
      wseat: [],
      wadomain: [],
    },
    media_type: 'digital',
    linear_tv: null,
    created_at: timestamp(deal.createdAt),
    consent_context: null,
    supply_chain: null,
  };
}
