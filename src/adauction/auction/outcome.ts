import { convertUp } from '../rates.ts';
import type { CheckedBid } from '../response/checked.ts';
import { floorOf } from '../response/floors.ts';
import type { WireRequest } from '../wire.ts';

/** What became of one of our bids. */
export interface BidOutcome {
  readonly bid: CheckedBid;
  /** 0 won, else the loss reason. */
  readonly loss: number;
  /** Clearing price, CPM micros of the bid's currency; 0 when lost. */
  readonly price: number;
  /**
   * Won: what would have tied the next bid or the floor. Lost on price: what would have tied the winner. Else
   * `undefined` (§4.4.1).
   */
  readonly minToWin: number | undefined;
}

/** A bid that did not win. */
export function lost(bid: CheckedBid, loss: number, minToWin: number | undefined): BidOutcome {
  return { bid, loss, price: 0, minToWin };
}

/** A deal's `at` stands before the request's; without either it is second price (§3.2.1, §3.2.12). */
export function auctionTypeOf(request: WireRequest, dealAt: number | undefined): number {
  return dealAt ?? request.at ?? 2;
}

/** The floor of a bid in its own currency. */
export function floorIn(bid: CheckedBid): number {
  const slot = bid.format === 'video' || bid.format === 'audio' ? bid.imp[bid.format] : undefined;
  const floor = floorOf(bid.imp, slot, bid.deal, bid.seconds);
  return convertUp(floor.micros, floor.currency, bid.currency);
}

/** What the winner pays: never more than it bid. */
export function clearingPrice(request: WireRequest, bid: CheckedBid, floor: number, others: number): number {
  const type = auctionTypeOf(request, bid.deal?.at);
  const price = type === 1 ? bid.price : type === 3 ? floor : Math.max(others, 1);
  return Math.min(price, bid.price);
}
