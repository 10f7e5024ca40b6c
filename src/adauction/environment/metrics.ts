import { CAMPAIGNS, TICKS } from './scenario.ts';

/** What a day came to. Money in micros; values are expected ones, without the luck of clicks, unless named otherwise. */
export interface DayMetrics {
  /** Value less cost less penalties for guaranteed impressions that were missed: what policies are compared by. */
  readonly surplus: number;
  readonly value: number;
  /** Value of the clicks that came, and are still to come. */
  readonly realisedValue: number;
  readonly cost: number;
  /** Value over cost; 0 when nothing was spent. */
  readonly roas: number;
  /** Spent in the open market, over its budget. */
  readonly utilisation: number;
  /** Root mean square of what ticks spent beyond or below the ideal, which follows the traffic, over the mean tick’s. */
  readonly pacingError: number;
  /** Share of campaigns that spent 90 % of their advertiser’s part in the first half of the day. */
  readonly quickSpend: number;
  /** Most that any advertiser spent beyond its budget; the environment keeps it at 0. */
  readonly overspend: number;
  /** Guaranteed impressions that were delivered, over those owed; 1 without deals. */
  readonly guaranteed: number;
  /** Preferred impressions that were taken of those worth it. */
  readonly preferred: number;
  readonly wins: number;
  /** Ticks in which a campaign was held back by money or pace. */
  readonly guardHits: number;
}

/** Sums of one episode while it runs. */
export class DaySums {
  value = 0;
  realisedValue = 0;
  cost = 0;
  openCost = 0;
  penalty = 0;
  wins = 0;
  guardHits = 0;
  owed = 0;
  delivered = 0;
  worthTaking = 0;
  taken = 0;
  /** Open spend of each campaign by tick, [TICKS × CAMPAIGNS]. */
  readonly spend = new Float64Array(TICKS * CAMPAIGNS);

  reset(): void {
    this.value = 0;
    this.realisedValue = 0;
    this.cost = 0;
    this.openCost = 0;
    this.penalty = 0;
    this.wins = 0;
    this.guardHits = 0;
    this.owed = 0;
    this.delivered = 0;
    this.worthTaking = 0;
    this.taken = 0;
    this.spend.fill(0);
  }

  /** @param budgets of the advertisers; @param traffic share of each tick. */
  metrics(budgets: Float64Array, traffic: Float64Array): DayMetrics {
    const budget = budgets.reduce((sum, each) => sum + each, 0);
    const byTick = Float64Array.from({ length: TICKS }, (_, tick) => {
      let sum = 0;
      for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1)
        sum += this.spend[tick * CAMPAIGNS + campaign]!;
      return sum;
    });
    const whole = traffic.reduce((sum, each) => sum + each, 0);
    let squares = 0;
    for (let tick = 0; tick < TICKS; tick += 1)
      squares += (byTick[tick]! - (budget * traffic[tick]!) / whole) ** 2;
    let quick = 0;
    let overspend = 0;
    const each = CAMPAIGNS / budgets.length;
    for (const [advertiser, own] of budgets.entries()) {
      let [first, all] = [0, 0];
      for (let tick = 0; tick < TICKS; tick += 1)
        for (let campaign = advertiser * each; campaign < (advertiser + 1) * each; campaign += 1) {
          all += this.spend[tick * CAMPAIGNS + campaign]!;
          if (tick < TICKS / 2) first += this.spend[tick * CAMPAIGNS + campaign]!;
        }
      if (first >= 0.9 * own) quick += 1 / budgets.length;
      overspend = Math.max(overspend, all - own);
    }
    return {
      surplus: this.value - this.cost - this.penalty,
      value: this.value,
      realisedValue: this.realisedValue,
      cost: this.cost,
      roas: this.cost > 0 ? this.value / this.cost : 0,
      utilisation: this.openCost / budget,
      pacingError: Math.sqrt(squares / TICKS) / (budget / TICKS),
      quickSpend: quick,
      overspend: Math.max(0, overspend),
      guaranteed: this.owed > 0 ? this.delivered / this.owed : 1,
      preferred: this.worthTaking > 0 ? this.taken / this.worthTaking : 1,
      wins: this.wins,
      guardHits: this.guardHits,
    };
  }
}
