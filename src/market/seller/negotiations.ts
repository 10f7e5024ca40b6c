import { z } from 'zod';
import { json, type MarketResponse, plainError } from '../wire/response.ts';
import type { Call, Route } from '../wire/router.ts';
import { parseBody, wireMoney } from '../wire/validate.ts';
import type { CatalogProduct } from './catalog.ts';
import {
  answerPrice,
  lastSellerPrice,
  type Negotiation,
  openingPrice,
  type Round,
} from './negotiation-engine.ts';
import { buyerIdentity, findQuote } from './quotes.ts';
import { fixed, usd } from './rounding.ts';
import { authenticate, hexId, naiveTimestamp, type SellerState, standing, timestamp } from './state.ts';
import { TIER_RULES, type Tier } from './tiers.ts';

const message = z
  .object({
    idempotency_key: z.string().min(1),
    action: z.enum(['accept', 'counter', 'reject', 'final_offer']),
    negotiation_id: z.string().nullish(),
    proposal_id: z.string().nullish(),
    quote_id: z.string().nullish(),
    round_number: z.int().min(1).nullish(),
    buyer_price: wireMoney.nullish(),
    buyer_identity: buyerIdentity.nullish(),
    rationale: z.string().default(''),
  })
  .refine((body) => body.negotiation_id || body.proposal_id || body.quote_id, {
    error: 'NegotiationMessage requires negotiation_id, proposal_id, or quote_id',
  })
  .refine((body) => body.action !== 'reject' || !body.buyer_price, {
    error: "action 'reject' must not carry buyer_price",
  })
  .refine((body) => body.action !== 'counter' || body.buyer_price, {
    error: "action 'counter' requires buyer_price",
  })
  .refine((body) => body.action !== 'final_offer' || body.buyer_price, {
    error: "action 'final_offer' requires buyer_price",
  });
type Message = z.infer<typeof message>;

export function negotiationRoutes(state: SellerState): readonly Route[] {
  return [
    ['POST', '/api/v1/negotiations/messages', (call) => receive(state, call)],
    ['GET', '/proposals/{id}/negotiation', ({ params }) => history(state, params.id!)],
  ];
}

/** One message of wire §6.2. The first answer to a key is given again, byte for byte. */
function receive(state: SellerState, call: Call): MarketResponse {
  const caller = authenticate(state, call.request);
  if (!caller.ok) return caller.response;
  const parsed = parseBody(message, call.request.body);
  if (!parsed.ok) return parsed.response;
  const body = parsed.value;
  const { tier, pricingKey } = standing(caller, body);
  const seen = state.messageKeys.check(pricingKey, body.idempotency_key, body, state.clock.now());
  if (seen.kind !== 'new') return seen.kind === 'replay' ? seen.value : seen.response;
  // The order of the look-up is the trap of wire §6: a negotiation id shadows the quote id and finds nothing.
  const key = body.proposal_id ?? body.negotiation_id ?? body.quote_id ?? '';
  const response = respond(state, body, key, tier);
  if (response.status === 200) seen.record(response);
  return response;
}

function respond(state: SellerState, body: Message, key: string, tier: Tier): MarketResponse {
  const now = state.clock.now();
  const known = state.negotiations.get(key);
  if (body.action === 'accept' || body.action === 'reject') {
    if (known === undefined) return plainError(404, 'No negotiation found for this proposal');
    return close(known, body.action, body.buyer_price?.amount_micros, now);
  }
  const negotiation = known ?? openFor(state, key, tier);
  if (negotiation === undefined) return plainError(404, 'Proposal not found');
  if (negotiation.status !== 'active')
    return plainError(400, `Negotiation is ${negotiation.status}, cannot counter`);
  const round = answerPrice(negotiation, (body.buyer_price?.amount_micros ?? 0) / 1_000_000, now);
  return roundResponse(negotiation, round, round.buyerPrice, roundsLeft(negotiation));
}

/** Opens for a proposal, or for a quote that can still be booked. */
function openFor(state: SellerState, key: string, tier: Tier): Negotiation | undefined {
  const proposal = state.proposals.get(key);
  if (proposal !== undefined) return openNegotiation(state, key, proposal.product, proposal.tier);
  if (!state.quotes.has(key)) return undefined;
  const quote = findQuote(state, key);
  if (!('quoteId' in quote) || quote.status !== 'available') return undefined;
  return openNegotiation(state, key, quote.product, tier);
}

/** Tier and opening price are frozen here; an unpriced product cannot be negotiated. */
export function openNegotiation(
  state: SellerState,
  key: string,
  product: CatalogProduct,
  tier: Tier,
): Negotiation | undefined {
  const list = product.baseCpm ?? product.floorCpm;
  if (list === null) return undefined;
  const negotiation: Negotiation = {
    negotiationId: `neg-${hexId(state, 8)}`,
    productId: product.productId,
    tier,
    baseCpm: openingPrice(list, tier),
    floorCpm: product.floorCpm ?? list,
    status: 'active',
    rounds: [],
    finalOfferMade: false,
    startedAt: state.clock.now(),
    completedAt: null,
  };
  state.negotiations.set(key, negotiation);
  return negotiation;
}

/** The buyer ends it: at the seller's last price, or not at all. Repeating an acceptance is harmless. */
function close(
  negotiation: Negotiation,
  action: 'accept' | 'reject',
  buyerMicros: number | undefined,
  now: number,
): MarketResponse {
  const price = lastSellerPrice(negotiation);
  if (negotiation.status === 'active') {
    const rationale =
      action === 'accept' ? `Buyer accepted at $${fixed(price, 2)} CPM.` : 'Buyer declined (walk-away).';
    negotiation.rounds.push({
      roundNumber: negotiation.rounds.length + 1,
      buyerPrice: buyerMicros === undefined ? price : buyerMicros / 1_000_000,
      sellerPrice: price,
      action,
      concession: 0,
      cumulativeConcession: 0,
      rationale,
      at: now,
    });
    negotiation.status = action === 'accept' ? 'accepted' : 'rejected';
    negotiation.completedAt = now;
  } else if (action === 'accept' && negotiation.status !== 'accepted') {
    return plainError(400, `Negotiation is ${negotiation.status}, cannot accept`);
  } else if (action === 'reject' && negotiation.status !== 'rejected') {
    return plainError(400, `Negotiation is ${negotiation.status}, cannot reject`);
  }
  const last = negotiation.rounds.at(-1)!;
  return roundResponse(
    negotiation,
    { ...last, concession: 0, cumulativeConcession: 0, at: now },
    last.buyerPrice,
    0,
  );
}

export function roundsLeft(negotiation: Negotiation): number {
  return Math.max(0, TIER_RULES[negotiation.tier].maxRounds - negotiation.rounds.length);
}

function roundResponse(
  negotiation: Negotiation,
  round: Round,
  buyerPrice: number,
  roundsRemaining: number,
): MarketResponse {
  return json(200, {
    negotiation_id: negotiation.negotiationId,
    status: negotiation.status,
    round: {
      round_number: round.roundNumber,
      buyer_price: usd(buyerPrice),
      seller_price: usd(round.sellerPrice),
      action: round.action,
      concession_pct: round.concession,
      cumulative_concession_pct: round.cumulativeConcession,
      rationale: round.rationale,
      timestamp: timestamp(round.at),
    },
    rounds_remaining: roundsRemaining,
  });
}

/** Shows strategy and floor to anybody: the leak of wire §6.5. The id may be a quote's. */
function history(state: SellerState, key: string): MarketResponse {
  const negotiation = state.negotiations.get(key);
  if (negotiation === undefined) return plainError(404, 'No negotiation found for this proposal');
  const { strategy, maxRounds } = TIER_RULES[negotiation.tier];
  return json(200, {
    negotiation_id: negotiation.negotiationId,
    proposal_id: key,
    product_id: negotiation.productId,
    buyer_tier: negotiation.tier,
    strategy,
    base_price: negotiation.baseCpm,
    floor_price: negotiation.floorCpm,
    status: negotiation.status,
    total_rounds: negotiation.rounds.length,
    max_rounds: maxRounds,
    rounds: negotiation.rounds.map((round) => ({
      round_number: round.roundNumber,
      buyer_price: round.buyerPrice,
      seller_price: round.sellerPrice,
      action: round.action,
      concession_pct: round.concession,
      cumulative_concession_pct: round.cumulativeConcession,
      rationale: round.rationale,
      timestamp: naiveTimestamp(round.at),
    })),
    started_at: naiveTimestamp(negotiation.startedAt),
    completed_at: negotiation.completedAt === null ? null : naiveTimestamp(negotiation.completedAt),
    package_id: null,
  });
}
