import type { EpochMs } from '../../kernel/index.ts';
import type { BidRequest, DealOffer } from '../../openrtb/index.ts';
import type { DealTerms } from '../types.ts';

/** Why a deal that was offered is not bid on; each is counted for the deal (D10, D11). */
export type DealRefusal =
  | ''
  | 'unknown deal'
  | 'deal paused'
  | 'outside the flight'
  | 'country not agreed'
  | 'publisher not agreed'
  | 'seat not agreed'
  | 'floor above the agreed price'
  | 'currency not agreed'
  | 'units used up'
  | 'no creative fits'
  | 'no legal basis'
  | 'blocked by the publisher'
  | 'no money'
  | 'paced'
  | 'below its floor';

/** A deal as the bidder keeps it. */
export interface BookedDeal {
  readonly terms: DealTerms;
  /** Impressions that are bid and may be billed, or are billed: never more than agreed (D14). */
  committed: number;
  /** Impressions that are billed, to all bidders, as the ledger last told. */
  delivered: number;
  readonly refused: Map<DealRefusal, number>;
  offered: number;
}

/** What the desk booked. Deals of different exchanges with one id are different deals. */
export class DealBook {
  readonly #deals = new Map<string, BookedDeal>();
  /** Ids offered that nobody booked (D12); bounded, as anyone can make them up. */
  readonly unclaimed = new Map<string, number>();

  constructor(deals: readonly DealTerms[]) {
    for (const terms of deals) {
      const deal: BookedDeal = { terms, committed: 0, delivered: 0, refused: new Map(), offered: 0 };
      this.#deals.set(dealKey(terms.exchange, terms.dealId), deal);
    }
  }

  get deals(): Iterable<BookedDeal> {
    return this.#deals.values();
  }

  find(exchange: string, dealId: string): BookedDeal | undefined {
    const key = dealKey(exchange, dealId);
    const deal = this.#deals.get(key);
    if (deal !== undefined) deal.offered += 1;
    else if (this.unclaimed.size < 1_000 || this.unclaimed.has(key))
      this.unclaimed.set(key, (this.unclaimed.get(key) ?? 0) + 1);
    return deal;
  }
}

/**
 * Impressions that are taken for certain (D14): those bid here, or those billed anywhere, which overlap. The deal's
 * money is the exact bound.
 */
export function unitsTaken({ committed, delivered }: BookedDeal): number {
  return Math.max(committed, delivered);
}

/** Counts why a deal was not bid on. */
export function refuse(deal: BookedDeal, why: DealRefusal): void {
  deal.refused.set(why, (deal.refused.get(why) ?? 0) + 1);
}

/**
 * Holds an offered deal against what was agreed (D11). The seat is checked when the offer limits it (D3). A floor
 * in another currency than the agreed price is not what was agreed.
 * @param taken impressions that are taken for certain.
 */
export function checkDeal(
  deal: BookedDeal,
  offer: DealOffer,
  request: BidRequest,
  now: EpochMs,
  taken: number = unitsTaken(deal),
): DealRefusal {
  const { terms } = deal;
  const { inventory } = request;
  if (terms.paused) return 'deal paused';
  if (now < terms.start || now >= terms.end) return 'outside the flight';
  if (terms.countries.length > 0 && !terms.countries.includes(request.device.country))
    return 'country not agreed';
  if (
    terms.publishers.length > 0 &&
    !terms.publishers.includes(inventory.publisherId) &&
    !terms.publishers.includes(inventory.domain) &&
    !terms.publishers.includes(inventory.bundle)
  )
    return 'publisher not agreed';
  if (offer.wseat.length > 0 && !offer.wseat.includes(terms.seat)) return 'seat not agreed';
  if (offer.bidfloor > 0 && offer.bidfloorcur !== terms.cpm.currency) return 'currency not agreed';
  // In a private auction the agreed price is a floor, and the exchange may ask for more; elsewhere it is the price.
  if (terms.type !== 'PA' && offer.bidfloor > terms.cpm.amountMicros) return 'floor above the agreed price';
  if (taken >= terms.impressions) return 'units used up';
  return '';
}

function dealKey(exchange: string, dealId: string): string {
  return `${exchange}\n${dealId}`;
}
