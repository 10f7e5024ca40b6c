import { z } from 'zod';
import type { NegotiationMessage, NegotiationReply } from '../../types.ts';
import { optionalWireMoney, toWireMoney } from './money.ts';
import { wireWord } from './quote.ts';
import { wireId } from './text.ts';

/** The reply of `POST /api/v1/negotiations/messages` (wire §6.2). */
export const negotiationReply = z
  .object({
    negotiation_id: wireId,
    status: wireWord,
    round: z.object({
      round_number: z.int(),
      seller_price: optionalWireMoney,
      action: wireWord,
    }),
    rounds_remaining: z.int().nullish(),
  })
  .transform(
    (wire): NegotiationReply => ({
      negotiationId: wire.negotiation_id,
      status: wire.status,
      action: wire.round.action,
      roundNumber: wire.round.round_number,
      sellerPrice: wire.round.seller_price,
      roundsRemaining: Math.max(0, wire.rounds_remaining ?? 0),
    }),
  );

/**
 * The body of a message. Only `quote_id` names the negotiation: with `negotiation_id` beside it the contract
 * looks that up instead and answers 404 (wire §6).
 */
export function negotiationBody(message: NegotiationMessage): Readonly<Record<string, unknown>> {
  return {
    idempotency_key: message.idempotencyKey,
    action: message.action,
    quote_id: message.quoteId,
    ...(message.buyerPrice === undefined ? {} : { buyer_price: toWireMoney(message.buyerPrice) }),
  };
}
