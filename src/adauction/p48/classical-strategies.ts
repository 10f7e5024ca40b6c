import { type Advertiser, linearBid, type Strategy, type StrategyMaker } from './history.ts';
import { TICKS } from './rules.ts';

/** AuctionNet's `Abid`: bids `cpaLimit ÷ mean value × value²`. */
export const abid: StrategyMaker =
  () =>
  ({ advertiser, traffic }) => {
    const mean = traffic.means[advertiser.index]!;
    return { linear: 0, quadratic: mean > 0 ? advertiser.cpaLimit / mean : 0 };
  };

/** The same multiple of the CPA limit all day. */
export function constantAlpha(multiple: number): StrategyMaker {
  return ({ cpaLimit }) =>
    () =>
      linearBid(multiple * cpaLimit);
}

/** What AuctionNet's PID takes for the money left before its first look. */
const PID_FIRST_REMAINING = 100;
const PID_FIRST_ALPHA = 15;

/**
 * AuctionNet's `PID` as coded: the multiplier rises by a fifth while the money would last too long at the last tick's cost,
 * and falls by three tenths while it would not last. The cost it sees after the first tick is wrong, as in the original.
 */
export const pid: StrategyMaker = () => {
  let alpha = PID_FIRST_ALPHA;
  let lastRemaining = PID_FIRST_REMAINING;
  return ({ tick, remaining, scale }) => {
    if (tick === 0) return linearBid(alpha);
    const now = remaining / scale;
    const needed = ((lastRemaining - now) * (TICKS - tick)) / now;
    lastRemaining = now;
    if (needed < 0.7) alpha *= 1.2;
    else if (needed > 1.1) alpha *= 0.7;
    return linearBid(alpha);
  };
};

/** What was to be had on one past day: the cost of all opportunities with at most that cost per conversion. */
export interface CostCurve {
  /** Ascending. */
  readonly cumCost: readonly number[];
  readonly cpa: readonly number[];
}

/** Curves by `tick_category`: what is left of the day from that tick. */
export type CostCurves = Readonly<Record<string, CostCurve>>;

/**
 * AuctionNet's `OnlineLP`: the cost per conversion at which the money left would just be spent on the day of the curves,
 * the CPA limit when the curve ends before, and never more than 1.5 times that limit.
 */
export function onlineLp(curves: CostCurves): StrategyMaker {
  return (advertiser: Advertiser): Strategy =>
    ({ tick, remaining, scale }) => {
      const curve = curves[`${tick}_${advertiser.category}`];
      const money = remaining / scale;
      const row = curve === undefined ? -1 : firstAbove(curve.cumCost, money);
      const alpha = row === -1 ? advertiser.cpaLimit : curve!.cpa[row]!;
      return linearBid(Math.min(1.5 * advertiser.cpaLimit, alpha));
    };
}

/** The first place of an ascending list with more than `value`, or −1. */
function firstAbove(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low === values.length ? -1 : low;
}
