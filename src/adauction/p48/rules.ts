/** Half-hours of a delivery day. */
export const TICKS = 48;
/** Advertisers in every auction: six categories of eight. */
export const AGENTS = 48;
/** Advertisers of one category, one after another. */
export const AGENTS_PER_CATEGORY = 8;
/** Opportunities of a full day, before each tick is rounded down. */
export const DAY_OPPORTUNITIES = 500_000;
/** Places sold in each auction. */
export const SLOTS = 3;
/** The lowest price; a place that would cost no more stays unsold. */
export const RESERVE_PRICE = 0.0001;
/** An advertiser with less than this left does not bid. */
export const MIN_REMAINING_BUDGET = 0.1;
/** Chance that a place is seen; the third is seen only when the second is, so with 0.8 × 0.6. */
export const SEEN_RATES: readonly [number, number, number] = [1, 0.8, 0.6];
/** Chance that each place is seen, whatever became of the others. */
export const EXPOSURE_RATES: readonly [number, number, number] = [1, 0.8, 0.48];

/** Day budgets by advertiser, of AuctionNet's competition (alimama-tech/AuctionNet, Apache-2.0). */
export const BUDGETS: readonly number[] = [
  2900, 4350, 3000, 2400, 4800, 2000, 2050, 3500, 4600, 2000, 2800, 2350, 2050, 2900, 4750, 3450, 2000, 3500,
  2200, 2700, 3100, 2100, 4850, 4100, 2000, 4800, 3050, 4250, 2850, 2250, 2000, 3900, 2000, 3250, 4450, 3550,
  2700, 2100, 4650, 2000, 3400, 2650, 2300, 4100, 4800, 4450, 2000, 2050,
];

/** Most that a conversion should cost on average, by advertiser; same source. */
export const CPA_LIMITS: readonly number[] = [
  100, 70, 90, 110, 60, 130, 120, 80, 70, 130, 100, 110, 120, 90, 60, 80, 130, 80, 110, 100, 90, 120, 60, 70,
  120, 60, 90, 70, 100, 110, 130, 80, 120, 90, 70, 80, 100, 110, 60, 130, 90, 100, 110, 80, 60, 70, 130, 120,
];

/** Share of the day's traffic in each tick, before the day's own factors; same source. */
export const TRAFFIC_SHARE: readonly number[] = [
  0.023012, 0.010762, 0.008822, 0.004816, 0.004799, 0.003329, 0.003393, 0.003033, 0.004299, 0.004863,
  0.011136, 0.01236, 0.018507, 0.017291, 0.026119, 0.02405, 0.036409, 0.033095, 0.038111, 0.032375, 0.037192,
  0.032876, 0.033528, 0.025498, 0.02372, 0.022214, 0.026216, 0.020075, 0.022233, 0.020495, 0.022686, 0.020809,
  0.024124, 0.020575, 0.01999, 0.016486, 0.017456, 0.01689, 0.020426, 0.019787, 0.024951, 0.02512, 0.031101,
  0.028595, 0.030061, 0.025651, 0.02538, 0.025285,
];

/** Episodes by purpose. Nothing is fitted or chosen on the held-out ones: they are for the final table alone. */
export const EPISODES = {
  training: { from: 0, to: 99 },
  validation: { from: 100, to: 119 },
  test: { from: 200, to: 219 },
} as const;

/** Which of the six categories an advertiser is in. */
export function categoryOf(agent: number): number {
  return Math.floor(agent / AGENTS_PER_CATEGORY);
}

/**
 * AuctionNet's score of a day: conversions, less by the square of how far the cost of one is above its limit.
 * With expected conversions it is the expected score.
 */
export function dayScore(conversions: number, cost: number, cpaLimit: number): number {
  const cpa = cost / (conversions + 1e-10);
  return conversions * Math.min(1, (cpaLimit / (cpa + 1e-10)) ** 2);
}
