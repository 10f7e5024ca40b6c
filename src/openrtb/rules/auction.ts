import type { BidRequest, DealOffer } from '../request.ts';

/** What the winner pays: its bid, the second price, or the price agreed for the deal. */
export type AuctionKind = 'first' | 'second' | 'fixed';

/**
 * How a bid under `deal` (or in the open auction, undefined) is priced: the deal's `at` overrides the request's (F1).
 * An agreed price exists only under a deal. Types of an exchange's own (500 and above) count as first price: whoever
 * expects to pay the bid is never surprised.
 */
export function auctionKindOf(request: BidRequest, deal: DealOffer | undefined): AuctionKind {
  const at = deal === undefined || deal.at === 0 ? request.at : deal.at;
  if (at === 3 && deal !== undefined) return 'fixed';
  return at === 2 ? 'second' : 'first';
}

/** Whether a bid may be below its value: only at first price, never for what is agreed or guaranteed (F7). */
export function mayShade(kind: AuctionKind, deal: DealOffer | undefined): boolean {
  return kind === 'first' && deal?.guaranteed !== true;
}

/**
 * The first of `ours` that the exchange takes; '' when there is none, and then there is no bid (F4). An exchange that
 * lists none takes USD.
 */
export function bidCurrencyOf(request: BidRequest, ours: readonly string[]): string {
  if (request.cur.length === 0) return ours.includes('USD') ? 'USD' : '';
  for (const currency of ours) if (request.cur.includes(currency)) return currency;
  return '';
}
