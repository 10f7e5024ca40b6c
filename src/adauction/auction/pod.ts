import { convertUp } from '../rates.ts';
import type { CheckedBid } from '../response/checked.ts';
import { LOSS } from '../response/rules.ts';
import type { WireImp, WireRequest } from '../wire.ts';
import { type BidOutcome, clearingPrice, floorIn, lost } from './outcome.ts';
import type { RivalBids } from './rivals.ts';

/** Length of a rival's ad in a break. */
const RIVAL_SECONDS = 30;

/**
 * Sells a break whose slots are not fixed (§7.6): bids take time by price per second, guaranteed ones first, until
 * `poddur` or `maxseq` is used up; the rivals' two bids take theirs. No advertiser is shown twice in one break.
 */
export function fillPod(
  request: WireRequest,
  imp: WireImp,
  bids: readonly CheckedBid[],
  rivals: RivalBids,
): readonly BidOutcome[] {
  const { maxseq = 1, poddur = 0 } = imp.video ?? imp.audio ?? {};
  const currency = bids[0]?.currency ?? 'USD';
  const rivalRates = [rivals.highest, rivals.second]
    .filter((usd) => usd > 0)
    .map((usd) => convertUp(usd, 'USD', currency) / RIVAL_SECONDS);
  const left = { seconds: poddur, slots: maxseq };
  const shown = new Set<string>();
  return byRate(bids).map((bid) => {
    const rate = rateOf(bid);
    while (bid.deal?.guar !== 1 && rivalRates[0] !== undefined && rivalRates[0] > rate && left.slots > 0) {
      rivalRates.shift();
      left.slots -= 1;
      left.seconds -= RIVAL_SECONDS;
    }
    if (bid.adomain.some((domain) => shown.has(domain))) return lost(bid, LOSS.advertiser, undefined);
    if (left.slots === 0 || left.seconds < bid.seconds) return lost(bid, LOSS.higherBid, undefined);
    left.slots -= 1;
    left.seconds -= bid.seconds;
    for (const domain of bid.adomain) shown.add(domain);
    const floor = floorIn(bid);
    return {
      bid,
      loss: LOSS.won,
      price: clearingPrice(request, bid, floor, floor),
      minToWin: Math.min(floor, bid.price),
    };
  });
}

function rateOf(bid: CheckedBid): number {
  return bid.price / Math.max(1, bid.seconds);
}

function byRate(bids: readonly CheckedBid[]): readonly CheckedBid[] {
  const guaranteed = (bid: CheckedBid) => (bid.deal?.guar === 1 ? 0 : 1);
  return [...bids].sort(
    (a, b) => guaranteed(a) - guaranteed(b) || rateOf(b) - rateOf(a) || (a.id < b.id ? -1 : 1),
  );
}
