import type { BidRequest, DealOffer, Imp } from '../request.ts';
import { type CreativeFacts, plainDomain } from './creative-facts.ts';
import type { Refusal } from './no-bid.ts';

/** Whether the exchange hears this seat at all. A campaign without a seat there does not bid there. */
export function seatRefusal(request: BidRequest, seat: string): Refusal {
  if (seat === '') return 'seat-missing';
  const { wseat, bseat } = request;
  if (wseat.length > 0 && !wseat.includes(seat)) return 'seat-blocked';
  return bseat.includes(seat) ? 'seat-blocked' : '';
}

/** D2: in a private auction only deals are heard. */
export function openAuctionRefusal(imp: Imp): Refusal {
  return imp.privateAuction ? 'private-auction' : '';
}

/** D1: the deal offered under exactly this id; ids of other exchanges are other deals (trap 12). */
export function offeredDeal(imp: Imp, dealId: string): DealOffer | undefined {
  for (const deal of imp.deals) if (deal.id === dealId) return deal;
  return undefined;
}

/** D3: a deal may name its seats and its advertisers; then seat and every domain of the creative are listed. */
export function dealRefusal(deal: DealOffer, seat: string, facts: CreativeFacts): Refusal {
  if (seat === '') return 'seat-missing';
  if (deal.wseat.length > 0 && !deal.wseat.includes(seat)) return 'deal-seat-missing';
  if (deal.wadomain.length === 0) return '';
  const { adomain } = facts.creative;
  const listed = adomain.every((domain) => isListed(deal.wadomain, plainDomain(domain)));
  return adomain.length > 0 && listed ? '' : 'deal-advertiser-missing';
}

function isListed(list: readonly string[], domain: string): boolean {
  for (const each of list) if (plainDomain(each) === domain) return true;
  return false;
}
