import { z } from 'zod';
import { json, type MarketResponse, plainError } from '../wire/response.ts';
import type { Call, Route } from '../wire/router.ts';
import { parseBody } from '../wire/validate.ts';
import type { CatalogProduct } from './catalog.ts';
import { answerPrice, type Negotiation } from './negotiation-engine.ts';
import { openNegotiation } from './negotiations.ts';
import { fixed, roundHalfEven } from './rounding.ts';
import { authenticate, hexId, type SellerState, standing } from './state.ts';
import { TIER_RULES, type Tier } from './tiers.ts';

const proposalRequest = z.object({
  product_id: z.string(),
  deal_type: z.string(),
  price: z.number(),
  impressions: z.int(),
  start_date: z.string(),
  end_date: z.string(),
  agency_id: z.string().nullish(),
  advertiser_id: z.string().nullish(),
  agent_url: z.string().nullish(),
});
type Proposal = z.infer<typeof proposalRequest>;

const counterRequest = z.object({ buyer_price: z.number(), agent_url: z.string().nullish() });

export function proposalRoutes(state: SellerState): readonly Route[] {
  return [
    ['POST', '/proposals', (call) => propose(state, call)],
    ['POST', '/proposals/{id}/counter', (call) => legacyCounter(state, call)],
  ];
}

interface Outcome {
  readonly recommendation: 'accept' | 'counter' | 'reject';
  readonly status: 'accepted' | 'counter_pending' | 'failed';
  readonly counterTerms: Record<string, unknown> | null;
  readonly errors: readonly Record<string, string>[];
}

/** A proposal is judged at once and answered 200 even when it fails (wire §6.1). It binds no quote. */
function propose(state: SellerState, call: Call): MarketResponse {
  const caller = authenticate(state, call.request);
  if (!caller.ok) return caller.response;
  const parsed = parseBody(proposalRequest, call.request.body);
  if (!parsed.ok) return parsed.response;
  const body = parsed.value;
  const identity = { agency_id: body.agency_id, advertiser_id: body.advertiser_id };
  const { tier, pricingKey } = standing(caller, { buyer_identity: identity, agent_url: body.agent_url });
  const proposalId = `prop-${hexId(state, 8)}`;
  const outcome = judge(state, proposalId, body, tier);
  const verification = verifyPrice(state, pricingKey, body);
  return json(200, {
    proposal_id: proposalId,
    recommendation: outcome.recommendation,
    status: outcome.status,
    counter_terms: outcome.counterTerms,
    approval_id: null,
    pricing_verified: verification.verified,
    pricing_verification_reason: verification.reason,
    errors: outcome.errors,
  });
}

function judge(state: SellerState, proposalId: string, body: Proposal, tier: Tier): Outcome {
  const product = state.products.get(body.product_id);
  if (product === undefined)
    return failed('validate_product', 'product_not_found', `Product not found: ${body.product_id}`);
  const floorCpm = product.floorCpm;
  if (floorCpm === null || product.baseCpm === null) {
    const detail = "Pricing evaluation error: '>=' not supported between instances of 'float' and 'NoneType'";
    return failed('evaluate_pricing', 'pricing', detail);
  }
  state.proposals.set(proposalId, { proposalId, product, tier });
  const cap = product.availableImpressions ?? body.impressions;
  const tooMuch = body.impressions > cap;
  if (body.price >= floorCpm && !tooMuch)
    return { recommendation: 'accept', status: 'accepted', counterTerms: null, errors: [] };
  const negotiation = openNegotiation(state, proposalId, product, tier)!;
  const round = answerPrice(negotiation, body.price, state.clock.now());
  // The answer to a price that is no offer reads "reject", but the talk stays open.
  negotiation.status = 'active';
  const volume = tooMuch
    ? ` Requested ${grouped(body.impressions)} impressions exceeds the ${grouped(cap)} available; countering with the available volume.`
    : '';
  return {
    recommendation: 'counter',
    status: 'counter_pending',
    counterTerms: {
      proposed_price: round.sellerPrice,
      floor_price: floorCpm,
      max_impressions: Math.min(body.impressions, cap),
      reason: `${round.rationale}${volume}`,
      negotiation_id: negotiation.negotiationId,
      round_number: round.roundNumber,
      action: round.action,
    },
    errors: [],
  };
}

function failed(stage: string, code: string, detail: string): Outcome {
  return {
    recommendation: 'reject',
    status: 'failed',
    counterTerms: null,
    errors: [{ stage, code, detail }],
  };
}

/** Within 1 % of a live quote to the same buyer for the product; for information only. */
function verifyPrice(
  state: SellerState,
  pricingKey: string,
  body: Proposal,
): { readonly verified: boolean; readonly reason: string } {
  const now = state.clock.now();
  const quotes = [...state.quotes.values()].filter(
    (quote) =>
      quote.pricingKey === pricingKey &&
      quote.product.productId === body.product_id &&
      quote.expiresAt >= now,
  );
  if (quotes.length === 0)
    return { verified: false, reason: 'No matching quote found for this buyer and product.' };
  const offered = `Proposed CPM $${fixed(body.price, 2)}`;
  for (const quote of quotes) {
    const quoted = quote.finalCpmMicros / 1_000_000;
    const apart = Math.abs(body.price - quoted) / quoted;
    if (apart <= 0.01) {
      const reason = `${offered} matches quote ${quote.quoteId} ($${fixed(quoted, 2)}, ${fixed(apart * 100, 1)}% difference).`;
      return { verified: true, reason };
    }
  }
  const reason = `${offered} is outside tolerance of all active quotes for this buyer and product.`;
  return { verified: false, reason };
}

/** The older, flat form of a counter (wire §6.5): dollars, no idempotency, rounds that may go below zero. */
function legacyCounter(state: SellerState, call: Call): MarketResponse {
  const caller = authenticate(state, call.request);
  if (!caller.ok) return caller.response;
  const parsed = parseBody(counterRequest, call.request.body);
  if (!parsed.ok) return parsed.response;
  const key = call.params.id!;
  const negotiation = state.negotiations.get(key) ?? openForProposal(state, key);
  if (negotiation === undefined) return plainError(404, 'Proposal not found');
  if (negotiation.status !== 'active')
    return plainError(400, `Negotiation is ${negotiation.status}, cannot counter`);
  const round = answerPrice(negotiation, roundHalfEven(parsed.value.buyer_price, 2), state.clock.now());
  return json(200, {
    negotiation_id: negotiation.negotiationId,
    round_number: round.roundNumber,
    action: round.action,
    buyer_price: round.buyerPrice,
    seller_price: round.sellerPrice,
    concession_pct: round.concession,
    cumulative_concession_pct: round.cumulativeConcession,
    rationale: round.rationale,
    status: negotiation.status,
    rounds_remaining: TIER_RULES[negotiation.tier].maxRounds - round.roundNumber,
  });
}

function openForProposal(state: SellerState, key: string): Negotiation | undefined {
  const proposal = state.proposals.get(key);
  const product: CatalogProduct | undefined = proposal?.product;
  return product && proposal ? openNegotiation(state, key, product, proposal.tier) : undefined;
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
