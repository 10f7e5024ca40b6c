import { MEAN_VALUE, TICKS_PER_VALUE_FACTOR, TICKS_PER_VOLUME_FACTOR } from '../day-law.ts';
import type { BidView, PastTick } from '../history.ts';
import { AGENTS_PER_CATEGORY, DAY_OPPORTUNITIES, TICKS, TRAFFIC_SHARE } from '../rules.ts';
import type { TickTraffic } from '../traffic.ts';

/** Opportunities that are alike: one level of own values, one level of prices. */
export interface Cell {
  readonly count: number;
  readonly meanValue: number;
  /** Standard deviation of values over their mean. */
  readonly deviation: number;
  /** Mean price of the last place. */
  readonly price: number;
}

/** The rest of a day as it may come: what is at hand, and equally likely futures after it. */
export interface Forecast {
  /** The tick at hand and the rest of its block, known but for chance. */
  readonly block: readonly Cell[];
  /** Cells of all later blocks, by scenario. */
  readonly futures: readonly (readonly Cell[])[];
}

/** Values, and with them prices, keep their level for a block of ticks; levels of different blocks are independent. */
const TICKS_PER_BLOCK = TICKS_PER_VALUE_FACTOR;
const MEAN_DEVIATION = 0.5;

/** Mean price of the last place by tick, over the days of training among AuctionNet's policies. */
const USUAL_PRICES: readonly number[] = [
  0.0716, 0.1021, 0.1183, 0.1186, 0.116, 0.1138, 0.1097, 0.1062, 0.1001, 0.1007, 0.1007, 0.099, 0.096, 0.0921,
  0.0902, 0.0865, 0.0974, 0.0894, 0.0833, 0.0797, 0.077, 0.0752, 0.0742, 0.0739, 0.089, 0.0843, 0.081, 0.0782,
  0.0768, 0.0748, 0.0729, 0.0711, 0.0882, 0.0827, 0.08, 0.0792, 0.0793, 0.079, 0.0788, 0.0782, 0.0938, 0.0858,
  0.0796, 0.0754, 0.0739, 0.0742, 0.0729, 0.0725,
];

/** Deviation of the logarithm of a block's prices; 0.1 to 0.25 score alike. */
const PRICE_SPREAD = 0.18;
/** Futures that are looked at; 16 to 64 score alike. */
const SCENARIOS = 32;

/** What `view` shows of the rest of the day. */
export function forecastDay(view: BidView): Forecast {
  const counts = expectedCounts(view);
  const ratio = priceRatio(view);
  const { index } = view.advertiser;
  const mean = view.traffic.means[index]!;
  const deviation = deviationOf(view.traffic, index);
  const usual = usualDeviation(view);
  const blockEnd = (Math.floor(view.tick / TICKS_PER_BLOCK) + 1) * TICKS_PER_BLOCK;
  const level = blockValue(view);
  const block = counts.slice(view.tick, blockEnd).map((count, ahead) => ({
    count,
    meanValue: ahead === 0 ? mean : level,
    deviation: ahead === 0 ? deviation : usual,
    price: USUAL_PRICES[view.tick + ahead]! * ratio,
  }));
  const blocks: { count: number; price: number }[] = [];
  for (let start = blockEnd; start < TICKS; start += TICKS_PER_BLOCK) blocks.push(wholeBlock(counts, start));
  const futures = Array.from({ length: SCENARIOS }, (_none, n) =>
    blocks.map((each, at) => futureCell(index, { ...each, deviation: usual }, n, at)),
  );
  return { block, futures };
}

function wholeBlock(counts: readonly number[], start: number): { count: number; price: number } {
  const part = counts.slice(start, start + TICKS_PER_BLOCK);
  const count = part.reduce((sum, each) => sum + each, 0);
  const prices = part.reduce((sum, each, at) => sum + each * USUAL_PRICES[start + at]!, 0);
  return { count, price: prices / count };
}

/** Irrational steps, three for each of five blocks: fractional parts of square roots of primes. */
const STEPS = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47].map((prime) => Math.sqrt(prime) % 1);

/** Block `at` of scenario `n`: factors of values by the day's law, of prices as on the days of training. */
function futureCell(index: number, usual: Omit<Cell, 'meanValue'>, n: number, at: number): Cell {
  const u = (part: number) => (0.5 + (n + 1) * STEPS[3 * at + part]!) % 1;
  const category = 0.3 + 1.4 * u(0);
  const own = index % AGENTS_PER_CATEGORY === 0 ? 1 : 0.5 + u(1);
  const logit = Math.log(u(2) / (1 - u(2)));
  return {
    ...usual,
    meanValue: MEAN_VALUE * category * own,
    // A logistic number of the same deviation stands for the normal one.
    price: usual.price * Math.exp((PRICE_SPREAD * logit * Math.sqrt(3)) / Math.PI),
  };
}

/** Opportunities by tick: those at hand, then in proportion to the usual share so that the day's total is kept. */
function expectedCounts({ tick, traffic, past, scale }: BidView): readonly number[] {
  const sold = past.reduce((sum, { count }) => sum + count, 0);
  const share = (from: number, to: number) =>
    TRAFFIC_SHARE.slice(from, to).reduce((sum, each) => sum + each, 0);
  const factorEnd = tick - (tick % TICKS_PER_VOLUME_FACTOR) + TICKS_PER_VOLUME_FACTOR;
  const factor = traffic.count / TRAFFIC_SHARE[tick]!;
  const near = factor * share(tick, factorEnd);
  const later =
    Math.max(0, DAY_OPPORTUNITIES * scale - sold - near) / Math.max(1e-9, share(factorEnd, TICKS));
  return TRAFFIC_SHARE.map((usual, at) => (at < factorEnd ? usual * factor : usual * later));
}

/** Prices of this block over the usual ones; 1 before its first tick is sold. */
function priceRatio({ tick, past }: BidView): number {
  if (tick % TICKS_PER_BLOCK === 0) return 1;
  const last = past.at(-1)!;
  return last.meanLeastWinningCost / USUAL_PRICES[tick - 1]!;
}

/** Mean value in this block so far, the tick at hand included. */
function blockValue({ tick, past, traffic, advertiser }: BidView): number {
  const sold: readonly PastTick[] = past.slice(tick - (tick % TICKS_PER_BLOCK));
  const count = sold.reduce((sum, each) => sum + each.count, traffic.count);
  const own = traffic.count * traffic.means[advertiser.index]!;
  return sold.reduce((sum, each) => sum + each.count * each.meanValue, own) / count;
}

/** Standard deviation of an advertiser's values over their mean. */
function deviationOf({ means, meanSquares }: TickTraffic, index: number): number {
  const mean = means[index]!;
  return mean > 0 ? Math.sqrt(Math.max(0, meanSquares[index]! - mean * mean)) / mean : 0;
}

/** An advertiser's own level, to which each tick's deviation adds a fifth of noise: the mean of what was seen and the law's. */
function usualDeviation({ traffic, past, advertiser }: BidView): number {
  const seen = past.reduce((sum, each) => sum + deviationOf(each.traffic, advertiser.index), 0);
  return (MEAN_DEVIATION + seen + deviationOf(traffic, advertiser.index)) / (past.length + 2);
}
