import type { ExchangeProfile } from '../profiles/profile.ts';
import type { BidLine } from './response.ts';

/** What of a line decides whether the exchange takes it. */
export type LineToFit = Pick<BidLine, 'impId' | 'seat' | 'priceCpmMicros' | 'dealId'>;

/** Lines in the order they were given. What was reserved for the dropped must be released. */
export interface FittedLines<L extends LineToFit> {
  readonly kept: readonly L[];
  readonly dropped: readonly { readonly line: L; readonly reason: 'price' | 'bids-per-imp' | 'seatbids' }[];
}

/**
 * Leaves out what the exchange would refuse: a price of 0 (B3), more bids for an imp or more seats than it takes (B13).
 * Lines come in the order of their worth to us, guaranteed deals first; lines under a deal go before open ones, so
 * that a deal is never cut off by price (D5). Call it before reserving.
 */
export function fitLines<L extends LineToFit>(profile: ExchangeProfile, lines: readonly L[]): FittedLines<L> {
  const kept = new Set<L>();
  const reasons = new Map<L, FittedLines<L>['dropped'][number]['reason']>();
  const seats = new Set<string>();
  const bids = new Map<string, number>();
  const byRank = [
    ...lines.filter((line) => line.dealId !== ''),
    ...lines.filter((line) => line.dealId === ''),
  ];
  for (const line of byRank) {
    const count = bids.get(line.impId) ?? 0;
    const free = line.priceCpmMicros === 0 && line.dealId !== '' && profile.zeroPriceDeals;
    if (!(line.priceCpmMicros > 0 || free)) reasons.set(line, 'price');
    else if (count >= profile.maxBidsPerImp) reasons.set(line, 'bids-per-imp');
    else if (!seats.has(line.seat) && seats.size >= profile.maxSeatbids) reasons.set(line, 'seatbids');
    else {
      kept.add(line);
      seats.add(line.seat);
      bids.set(line.impId, count + 1);
    }
  }
  return {
    kept: lines.filter((line) => kept.has(line)),
    dropped: [...reasons].map(([line, reason]) => ({ line, reason })),
  };
}
