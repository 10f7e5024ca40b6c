import type { Steering } from '../../delivery/index.ts';
import { advertiserOf, type Day, NODES, WEIGHTS } from './day.ts';
import { type DayDeal, dealsOf, offered } from './day-deals.ts';
import { SEEN, TRUE } from './meeting.ts';
import type { DaySums } from './metrics.ts';
import { type Invitation, PrivateAuction } from './private-auction.ts';
import { SEGMENTS, TICKS } from './scenario.ts';

/** A guaranteed impression that was not bought costs twice its price. */
const PENALTY = 2;

/** What came of some offers of a deal; money in micros. */
interface Outcome {
  readonly taken: number;
  readonly worth: number;
  readonly paid: number;
}

/**
 * The deals of a day. A guaranteed one is always bought until it is delivered; a preferred one is a first refusal at its
 * price, and taken where the worth (as corrected) is not below it; in a private auction the campaign bids against those
 * who are invited too.
 */
export class DealDesk {
  readonly #day: Day;
  readonly #logShade: number;
  readonly #auction: PrivateAuction;
  readonly deals: readonly DayDeal[];
  readonly #delivered: Float64Array;

  /** `shade` is a factor on the price that shading would bid in a private auction. */
  constructor(day: Day, shade: number) {
    this.#day = day;
    this.#logShade = Math.log(shade);
    this.#auction = new PrivateAuction(day);
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
      const { taken, worth, paid } = this.#buy(deal, offers, tick, paced[deal.campaign]!, steering, sums);
      this.#delivered[index]! += taken;
      value[deal.campaign]! += worth;
      cost[deal.campaign]! += paid;
      sums.value += worth;
      sums.cost += paid;
      sums.wins += taken;
      sums.realisedValue += worth;
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
      if (deal.kind === 'PG') {
        const { worth, paid } = this.#all(deal, whole);
        sum += worth - paid - (PENALTY * deal.cpm * (deal.impressions - whole)) / 1_000;
      } else if (deal.kind === 'PD') sum += this.#profit(deal, whole);
      else sum += this.#auction.bound(deal, whole);
    }
    return sum;
  }

  /** Offers of a tick, each as its kind of deal says. */
  #buy(
    deal: DayDeal,
    offers: number,
    tick: number,
    paced: number,
    steering: Steering,
    sums: DaySums,
  ): Outcome {
    const { campaign, kind } = deal;
    const worth = steering.bid[campaign]! - Math.log(paced);
    if (kind === 'PD') return this.#best(deal, offers, worth, sums);
    if (kind === 'PA') {
      const rule: Invitation = { worth, shade: this.#logShade + steering.shade[campaign]! };
      return this.#auction.play(deal, offers, tick, rule);
    }
    sums.delivered += offers;
    return this.#all(deal, offers);
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
      if (deal.campaign !== campaign || deal.kind === 'PA') continue;
      missing += Math.max(0, (deal.impressions * tick) / TICKS - this.#delivered[index]!);
      agreed += deal.impressions;
    }
    return agreed > 0 ? missing / agreed : 0;
  }

  /** Money of the campaign’s deals over that of its advertiser. */
  shareOfBudget(campaign: number): number {
    let money = 0;
    for (const deal of this.deals)
      if (deal.campaign === campaign && deal.kind !== 'PA') money += (deal.impressions * deal.cpm) / 1_000;
    return money / (money + this.#day.budgets[advertiserOf(campaign)]!);
  }

  /** Every offer of a guaranteed deal, which is paid whatever it is worth. */
  #all({ campaign, cpm }: DayDeal, offers: number): Outcome {
    return {
      taken: offers,
      worth: (offers * meanValue(this.#day, campaign)) / 1_000,
      paid: (offers * cpm) / 1_000,
    };
  }

  /** Those whose worth is not below the price, by what is predicted; what predictions that are right would take is counted. */
  #best({ campaign, cpm }: DayDeal, offers: number, log: number, sums: DaySums): Outcome {
    const logCpm = Math.log(cpm);
    let [taken, worth, wanted] = [0, 0, 0];
    for (let segment = 0; segment < SEGMENTS; segment += 1) {
      const at = campaign * SEGMENTS + segment;
      const value = this.#day.value[at]!;
      const least = logCpm - log - this.#day.logValue[at]! - this.#day.logBias[campaign]!;
      for (let node = 0; node < NODES.length; node += 1) {
        const count = (offers / SEGMENTS) * WEIGHTS[node]!;
        if (value * TRUE[node]! >= cpm) wanted += count;
        if (SEEN[node]! < least) continue;
        taken += count;
        worth += (count * value * TRUE[node]!) / 1_000;
      }
    }
    sums.worthTaking += wanted;
    sums.taken += Math.min(taken, wanted);
    return { taken, worth, paid: (taken * cpm) / 1_000 };
  }
}

/** Mean true value of a campaign’s impressions over all segments, CPM micros. */
function meanValue(day: Day, campaign: number): number {
  let sum = 0;
  for (let segment = 0; segment < SEGMENTS; segment += 1)
    sum += day.value[campaign * SEGMENTS + segment]! / SEGMENTS;
  return sum;
}
