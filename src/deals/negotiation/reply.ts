import { GavotteError, type Money, showMoney } from '../../kernel/index.ts';
import type { NegotiationReply } from '../types.ts';

/** A seller's answer, read with distrust: refusals come before prices (BUG-11). */
export type SellerAnswer =
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'accepted'; readonly price: Money }
  | { readonly kind: 'countered'; readonly price: Money; readonly isFinal: boolean };

const REFUSALS = new Set(['reject', 'rejected', 'expired', 'declined']);

/**
 * What a seller's answer to `offered` means; `offered` is our counter, or its own last price when we accepted.
 * An agreement at more than was offered is none.
 * @throws GV_RESPONSE_INVALID when it names no price that can be used.
 */
export function readAnswer(reply: NegotiationReply, offered: Money): SellerAnswer {
  if (REFUSALS.has(reply.action) || REFUSALS.has(reply.status)) {
    return { kind: 'rejected', reason: 'the seller declined' };
  }
  const isAgreed = reply.action === 'accept' || reply.status === 'accepted';
  const price = reply.sellerPrice ?? (isAgreed ? offered : null);
  if (price === null || price.currency !== offered.currency || price.amountMicros <= 0) {
    throw new GavotteError(
      'GV_RESPONSE_INVALID',
      `the seller answered ${JSON.stringify(reply.action)} with ${price === null ? 'no price' : showMoney(price)}`,
    );
  }
  if (!isAgreed) return { kind: 'countered', price, isFinal: reply.action === 'final_offer' };
  if (price.amountMicros <= offered.amountMicros) return { kind: 'accepted', price };
  const reason = `the seller agreed to ${showMoney(offered)} but says ${showMoney(price)}`;
  return { kind: 'rejected', reason };
}
