import { convertUp } from '../rates.ts';
import type { CheckedBid } from '../response/checked.ts';
import { LOSS } from '../response/rules.ts';
import type { WireImp, WireRequest } from '../wire.ts';
import { auctionTypeOf, type BidOutcome, clearingPrice, floorIn, lost } from './outcome.ts';
import { fillPod } from './pod.ts';
import type { RivalBids } from './rivals.ts';

/**
 * Auctions of one request. Each imp goes to a guaranteed deal before a preferred deal (`at` 3) before everything else,
 * and there to the highest price. Agreed prices clear as agreed, first-price bids at themselves, second-price bids at
 * the next bid or their floor. Bids that were thrown out lose under their code. `rivals` are asked imp by imp.
 */
export function runAuction(
  request: WireRequest,
  bids: readonly CheckedBid[],
  rivals: (imp: WireImp) => RivalBids,
): readonly BidOutcome[] {
  return request.imp.flatMap((imp) => {
    const own = bids.filter((bid) => bid.imp.id === imp.id);
    if (own.length === 0) return [];
    const standing = own.filter(({ loss }) => loss === 0);
    const thrownOut = own.filter(({ loss }) => loss !== 0).map((bid) => lost(bid, bid.loss, undefined));
    const decided = imp.video?.maxseq === undefined ? sellOne : fillPod;
    return [...thrownOut, ...decided(request, imp, standing, rivals(imp))];
  });
}

/** 0 guaranteed, 1 preferred, 2 everything that is decided by price. */
function tierOf(request: WireRequest, { deal }: CheckedBid): number {
  if (deal?.guar === 1) return 0;
  return deal !== undefined && auctionTypeOf(request, deal.at) === 3 ? 1 : 2;
}

function sellOne(
  request: WireRequest,
  _imp: WireImp,
  bids: readonly CheckedBid[],
  rivals: RivalBids,
): readonly BidOutcome[] {
  const ranked = [...bids].sort(
    (a, b) => tierOf(request, a) - tierOf(request, b) || b.price - a.price || (a.id < b.id ? -1 : 1),
  );
  const [best, next] = ranked;
  if (best === undefined) return [];
  const tier = tierOf(request, best);
  const rival = tier < 2 ? 0 : rivalAgainst(best, rivals);
  if (rival > best.price || (rival === best.price && rivals.winsTies)) {
    return ranked.map((bid) => lost(bid, LOSS.higherBid, convertUp(rival, best.currency, bid.currency)));
  }
  const runnerUp = next !== undefined && tierOf(request, next) === tier ? next.price : 0;
  const floor = floorIn(best);
  const others = Math.max(tier < 2 ? 0 : rival, runnerUp, floor);
  const won: BidOutcome = {
    bid: best,
    loss: LOSS.won,
    price: clearingPrice(request, best, floor, others),
    minToWin: Math.min(others, best.price),
  };
  const losers = ranked
    .slice(1)
    .map((bid) =>
      tierOf(request, bid) > tier
        ? lost(bid, LOSS.dealBid, undefined)
        : lost(bid, LOSS.higherBid, best.price),
    );
  return [won, ...losers];
}

/** The best bid of others where ours competes, in its currency; rounded up, against us. */
function rivalAgainst(bid: CheckedBid, { highest, inDeal }: RivalBids): number {
  const inOpen = bid.imp.pmp?.private_auction === 1 ? 0 : highest;
  return convertUp(Math.max(inOpen, bid.deal === undefined ? 0 : inDeal), 'USD', bid.currency);
}
