import type { Steering } from '../../delivery/index.ts';
import { advertiserOf, type Day, formatOf, NODES, PURPOSE, WEIGHTS } from './day.ts';
import { SEEN, TRUE } from './meeting.ts';
import type { DaySums } from './metrics.ts';
import { FORMATS, LEVELS, SEGMENTS, TICKS, TRAFFIC } from './scenario.ts';

/** A deal of the day. Its money is its own, funded by its booking. */
export interface DayDeal {
  readonly kind: 'PG' | 'PD';
  readonly campaign: number;
  /** Agreed CPM, micros. */
  readonly cpm: number;
  /** Impressions agreed. */
  readonly impressions: number;
}

const ALL_TRAFFIC = TRAFFIC.reduce((sum, each) => sum + each, 0);
/** What is agreed, over the impressions of the format. */
const SHARE_OF_FORMAT = 0.06;
/** Offers come for a tenth more than is agreed, give or take. */
const OVER_OFFER = 1.1;
const OFFER_SIGMA = 0.25;
/** A guaranteed impression that was not bought costs twice its price. */
const PENALTY = 2;

/**
 * Guaranteed and preferred deals. A guaranteed one is always bought until it is delivered; a preferred one is a first
 * refusal at its price, and taken where the worth (as corrected) is not below it.
 */
export class DealDesk {
  readonly #day: Day;
  readonly deals: readonly DayDeal[];
  readonly #delivered: Float64Array;

  constructor(day: Day) {
    this.#day = day;
    this.deals = dealsOf(day);
    this.#delivered = new Float64Array(this.deals.length);
  }

  /** One tick of all deals; adds to the sums, and to value and cost of the campaigns’ tick. */
  play(
    tick: number,
    paced: Float64Array,
    steering: Steering,
    sums: DaySums,
    value: Float64Array,
    cost: Float64Array,
  ): void {
    for (const [index, deal] of this.deals.entries()) {
      const room = deal.impressions - this.#delivered[index]!;
      const offers = Math.min(room, offered(this.#day, deal, index, tick));
      if (offers <= 0) continue;
      const log = Math.log(paced[deal.campaign]!) - steering.bid[deal.campaign]!;
      const { taken, worth, wanted } =
        deal.kind === 'PG' ? this.#all(deal, offers) : this.#best(deal, offers, log);
      this.#delivered[index]! += taken;
      const paid = (taken * deal.cpm) / 1_000;
      value[deal.campaign]! += worth;
      cost[deal.campaign]! += paid;
      sums.value += worth;
      sums.cost += paid;
      sums.wins += taken;
      sums.realisedValue += worth;
      if (deal.kind === 'PG') sums.delivered += taken;
      else {
        sums.worthTaking += wanted;
        sums.taken += Math.min(taken, wanted);
      }
    }
  }

  /** Guaranteed impressions. */
  get owed(): number {
    return this.deals.reduce((sum, { kind, impressions }) => sum + (kind === 'PG' ? impressions : 0), 0);
  }

  /** What missed guarantees cost, micros. */
  penalty(): number {
    let sum = 0;
    for (const [index, { kind, impressions, cpm }] of this.deals.entries())
      if (kind === 'PG') sum += (PENALTY * cpm * Math.max(0, impressions - this.#delivered[index]!)) / 1_000;
    return sum;
  }

  /** The most that all deals could bring, value less cost less penalties, micros. */
  bound(): number {
    let sum = 0;
    for (const [index, deal] of this.deals.entries()) {
      let offers = 0;
      for (let tick = 0; tick < TICKS; tick += 1) offers += offered(this.#day, deal, index, tick);
      const whole = Math.min(deal.impressions, offers);
      const cost = (whole * deal.cpm) / 1_000;
      if (deal.kind === 'PG')
        sum +=
          this.#all(deal, whole).worth - cost - (PENALTY * deal.cpm * (deal.impressions - whole)) / 1_000;
      else sum += this.#profit(deal, whole);
    }
    return sum;
  }

  /** Value less cost of offers that are worth their price, by what can be predicted. */
  #profit({ campaign, cpm }: DayDeal, offers: number): number {
    let sum = 0;
    for (let segment = 0; segment < SEGMENTS; segment += 1)
      for (let node = 0; node < NODES.length; node += 1) {
        const value = this.#day.value[campaign * SEGMENTS + segment]! * TRUE[node]!;
        sum += ((offers / SEGMENTS) * WEIGHTS[node]! * Math.max(0, value - cpm)) / 1_000;
      }
    return sum;
  }

  /** Impressions that the campaign’s deals are behind their plan, over those agreed. */
  behind(campaign: number, tick: number): number {
    let [missing, agreed] = [0, 0];
    for (const [index, deal] of this.deals.entries()) {
      if (deal.campaign !== campaign) continue;
      missing += Math.max(0, (deal.impressions * tick) / TICKS - this.#delivered[index]!);
      agreed += deal.impressions;
    }
    return agreed > 0 ? missing / agreed : 0;
  }

  /** Money of the campaign’s deals over that of its advertiser. */
  shareOfBudget(campaign: number): number {
    let money = 0;
    for (const deal of this.deals)
      if (deal.campaign === campaign) money += (deal.impressions * deal.cpm) / 1_000;
    return money / (money + this.#day.budgets[advertiserOf(campaign)]!);
  }

  /** Every offer of a guaranteed deal, which is paid whatever it is worth. */
  #all({ campaign }: DayDeal, offers: number): { taken: number; worth: number; wanted: number } {
    return { taken: offers, worth: (offers * meanValue(this.#day, campaign)) / 1_000, wanted: offers };
  }

  /** Those whose worth is not below the price, by what is predicted; `wanted` by predictions that are right. */
  #best(
    { campaign, cpm }: DayDeal,
    offers: number,
    log: number,
  ): { taken: number; worth: number; wanted: number } {
    let [taken, worth, wanted] = [0, 0, 0];
    for (let segment = 0; segment < SEGMENTS; segment += 1) {
      const value = this.#day.value[campaign * SEGMENTS + segment]!;
      for (let node = 0; node < NODES.length; node += 1) {
        const count = (offers / SEGMENTS) * WEIGHTS[node]!;
        if (value * TRUE[node]! >= cpm) wanted += count;
        const seen = Math.log(value * this.#day.bias[campaign]!) + SEEN[node]!;
        if (seen - log < Math.log(cpm)) continue;
        taken += count;
        worth += (count * value * TRUE[node]!) / 1_000;
      }
    }
    return { taken, worth, wanted };
  }
}

/** Two guaranteed and two preferred deals; none where the scenario has none. */
function dealsOf(day: Day): readonly DayDeal[] {
  if (!day.scenario.deals) return [];
  return [0, 4, 8, 1].map((campaign, index) => {
    const level = LEVELS[formatOf(campaign)]!;
    const size = 0.5 + day.draws.uniform(PURPOSE.deal, index);
    let usual = 0;
    for (let tick = 0; tick < TICKS; tick += 1) usual += day.forecast[tick * FORMATS + formatOf(campaign)]!;
    return {
      kind: index < 2 ? 'PG' : 'PD',
      campaign,
      cpm: Math.round(level * (index < 2 ? 1.2 : 1)),
      impressions: Math.round(usual * SHARE_OF_FORMAT * size),
    };
  });
}

/** Impressions that a deal offers in a tick: its part by the traffic, with luck. */
function offered(day: Day, deal: DayDeal, index: number, tick: number): number {
  const luck = Math.exp(OFFER_SIGMA * day.draws.normal(PURPOSE.dealSupply, tick, index));
  return ((deal.impressions * TRAFFIC[tick]!) / ALL_TRAFFIC) * OVER_OFFER * luck;
}

/** Mean true value of a campaign’s impressions over all segments, CPM micros. */
function meanValue(day: Day, campaign: number): number {
  let sum = 0;
  for (let segment = 0; segment < SEGMENTS; segment += 1)
    sum += day.value[campaign * SEGMENTS + segment]! / SEGMENTS;
  return sum;
}
