import type { EpochMs } from '../../kernel/index.ts';
import {
  auctionKindOf,
  type DealOffer,
  type Imp,
  impressionCost,
  roundBidPrice,
} from '../../openrtb/index.ts';
import {
  type BookedDeal,
  checkDeal,
  type DealBook,
  type DealRefusal,
  refuse,
  unitsTaken,
} from '../deals/deal-book.ts';
import type { Wallet } from '../money/wallet.ts';
import type { Candidate } from './candidate.ts';
import {
  type Asked,
  campaignSeatRefusal,
  creativesFor,
  currencyRefusal,
  floorFor,
  refusalOfLast,
  seatOf,
} from './choosing.ts';
import type { Market } from './open-auction.ts';
import type { RunningCampaign } from './running-campaign.ts';

/** What the bid path needs to honour deals. */
export interface DealMarket extends Market {
  readonly deals: DealBook;
  readonly byId: ReadonlyMap<string, RunningCampaign>;
  readonly walletOf: (deal: BookedDeal) => Wallet;
}

/**
 * One bid for each deal of an imp that we booked and that is offered as agreed (D1, D5): guaranteed ones first. What
 * is not bid on is counted for the deal with its reason (D10, D11).
 */
export function dealBids(asked: Asked, imp: Imp, market: DealMarket): Candidate[] {
  const bids: Candidate[] = [];
  for (const offer of imp.deals) {
    const deal = market.deals.find(asked.exchange.name, offer.id);
    if (deal === undefined) continue;
    const bid = dealBid(asked, imp, offer, deal, market);
    if (typeof bid === 'string') refuse(deal, bid);
    else {
      // One currency per answer: that of its first bid (F4).
      asked.currency ||= deal.terms.cpm.currency;
      bids.push(bid);
    }
  }
  return bids.sort((a, b) => Number(b.deal!.terms.type === 'PG') - Number(a.deal!.terms.type === 'PG'));
}

function dealBid(
  asked: Asked,
  imp: Imp,
  offer: DealOffer,
  deal: BookedDeal,
  market: DealMarket,
): Candidate | Exclude<DealRefusal, ''> {
  const { terms } = deal;
  const taken = asked.tape.whole(unitsTaken(deal));
  const refusal = checkDeal(deal, offer, asked.request, asked.now as EpochMs, taken);
  if (refusal !== '') return refusal;
  const running = market.byId.get(terms.campaign);
  if (running === undefined) return 'deal paused';
  if (currencyRefusal(running, asked) !== '' || terms.cpm.currency !== running.campaign.currency)
    return 'currency not agreed';
  if (campaignSeatRefusal(running, asked) !== '') return 'seat not agreed';
  // A guaranteed deal is bid whatever the pace (D9); the others are spread over their flight.
  if (terms.type !== 'PG' && isAhead(deal, asked.now, taken)) return 'paced';
  const creatives = creativesFor(asked, imp, running, offer, market.fits).filter(
    (each) => terms.format === null || running.campaign.creatives[each]!.format === terms.format,
  );
  if (creatives.length === 0)
    return isBlocked(refusalOfLast()) ? 'blocked by the publisher' : 'no creative fits';
  const context = { segment: asked.segment, exposures: 0 };
  const choice = market.agents.choose(running.index, creatives, context, asked.chance);
  const { format } = running.campaign.creatives[choice.creative]!;
  const prices = asked.exchange.market(format, asked.request.inventory.kind, true);
  const cpm = dealPrice(asked, imp, offer, deal, running, choice, prices, market);
  if (typeof cpm === 'string') return cpm;
  const wallet = market.walletOf(deal);
  // Whatever is promised: no money, no bid (I13 before D9).
  const cost = impressionCost(cpm, imp.multiplier);
  if (asked.tape.flag(cost > wallet.free(asked.monotonic))) return 'no money';
  return {
    impId: imp.id,
    seat: seatOf(running, asked),
    priceCpmMicros: cpm,
    dealId: offer.id,
    imp,
    campaign: running,
    creative: choice.creative,
    wallet,
    deal,
    valueCpm: choice.valueCpm,
    propensity: choice.propensity,
    ...context,
    market: prices,
  };
}

/**
 * The agreed price for what is guaranteed or preferred, never shaded and without a margin of ours (F7, D8); where the
 * exchange names the agreed price itself (`at: 3`), that (F1). A private auction is bid in, from its floor.
 */
function dealPrice(
  asked: Asked,
  imp: Imp,
  offer: DealOffer,
  { terms }: BookedDeal,
  running: RunningCampaign,
  choice: { readonly creative: number; readonly valueCpm: number },
  prices: string,
  market: DealMarket,
): number | Exclude<DealRefusal, ''> {
  const agreed = terms.cpm.amountMicros;
  const kind = auctionKindOf(asked.request, offer);
  if (terms.type !== 'PA') {
    if (kind === 'fixed' && offer.bidfloor > 0 && terms.type === 'PD') return offer.bidfloor;
    return agreed;
  }
  const floorCpm = floorFor(asked, imp, running, choice.creative, offer, market.convert);
  if (floorCpm === undefined) return 'currency not agreed';
  const least = Math.max(floorCpm, agreed);
  const most = Math.max(running.campaign.maxCpm, agreed);
  // What is agreed is a floor, not leave to name any price.
  if (least > most) return 'floor above the agreed price';
  if (kind === 'fixed') return least;
  const wanted = market.agents.price(running.index, {
    valueCpm: Math.max(choice.valueCpm, least),
    floorCpm: least,
    auction: kind,
    maxCpm: most,
    market: prices,
  });
  const cpm = roundBidPrice(asked.exchange.profile, wanted);
  return cpm >= least ? cpm : 'below its floor';
}

/** Ahead of an even delivery over the flight, with one part in fifty in hand for a quick start. */
function isAhead({ terms }: BookedDeal, now: number, taken: number): boolean {
  const elapsed = (now - terms.start) / (terms.end - terms.start);
  return taken >= Math.ceil(terms.impressions * Math.min(1, elapsed + 0.02));
}

function isBlocked(refusal: string): boolean {
  return refusal.endsWith('-blocked') || refusal === 'category-unknown' || refusal === 'category-not-allowed';
}
