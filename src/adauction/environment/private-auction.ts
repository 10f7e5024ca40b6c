import { type Day, formatOf, NODES, WEIGHTS } from './day.ts';
import type { DayDeal } from './day-deals.ts';
import { Landscape, normalCdf } from './landscape.ts';
import { SEEN, TRUE } from './meeting.ts';
import { CELLS, SEGMENTS, TICKS, TRAFFIC } from './scenario.ts';

/** Others who are invited, and the deviation of what each bids around the price level. */
const INVITED = 2;
const RIVAL_SIGMA = 0.6;
/** The highest bid of those, relative to the level. */
const RIVALS = new Landscape((price) => normalCdf(Math.log(price) / RIVAL_SIGMA) ** INVITED);
const ALL_TRAFFIC = TRAFFIC.reduce((sum, each) => sum + each, 0);

/** How a campaign bids in a private auction; logarithms of factors. */
export interface Invitation {
  /** From the predicted value to the worth. */
  readonly worth: number;
  /** From the classically shaded price to the bid; the bid is never above the worth. */
  readonly shade: number;
}

/**
 * Auctions among a few who are invited, with an agreed floor: whoever bids most, and not below the floor, pays his bid,
 * or in a second-price market the next one or the floor. Rivals follow the price level of the format; the campaign
 * takes it to be where the floor is.
 */
export class PrivateAuction {
  readonly #day: Day;

  constructor(day: Day) {
    this.#day = day;
  }

  /** Bids on each of the offers of a tick. */
  play(
    { campaign, cpm }: DayDeal,
    offers: number,
    tick: number,
    rule: Invitation,
  ): { readonly taken: number; readonly worth: number; readonly paid: number } {
    const day = this.#day;
    const floor = Math.log(cpm);
    const level = this.#level(campaign, tick);
    let [taken, worth, paid] = [0, 0, 0];
    for (let segment = 0; segment < SEGMENTS; segment += 1) {
      const at = campaign * SEGMENTS + segment;
      for (let node = 0; node < NODES.length; node += 1) {
        const most = day.logValue[at]! + day.logBias[campaign]! + SEEN[node]! + rule.worth;
        if (most < floor) continue;
        const bid = this.#bid(most, floor, RIVALS.shade(most - floor) + rule.shade);
        const count = (offers / SEGMENTS) * WEIGHTS[node]!;
        const chance = RIVALS.win(bid - level);
        taken += count * chance;
        worth += (count * chance * day.value[at]! * TRUE[node]!) / 1_000;
        paid += (count * this.#price(bid, floor, level)) / 1_000;
      }
    }
    return { taken, worth, paid };
  }

  /** The most that so many offers could bring, value less cost, micros, where the price level of each tick is known. */
  bound({ campaign, cpm }: DayDeal, offers: number): number {
    const floor = Math.log(cpm);
    let sum = 0;
    for (let tick = 0; tick < TICKS; tick += 1) {
      const level = this.#level(campaign, tick);
      const each = ((offers / SEGMENTS) * TRAFFIC[tick]!) / ALL_TRAFFIC / 1_000;
      for (let segment = 0; segment < SEGMENTS; segment += 1)
        for (let node = 0; node < NODES.length; node += 1) {
          const value = this.#day.value[campaign * SEGMENTS + segment]! * TRUE[node]!;
          if (value < cpm) continue;
          const bid = this.#bid(Math.log(value), floor, RIVALS.shade(Math.log(value) - level));
          const won = RIVALS.win(bid - level);
          sum += each * WEIGHTS[node]! * (value * won - this.#price(bid, floor, level));
        }
    }
    return sum;
  }

  /** Logarithm of a bid for a worth that is not below the floor, with the logarithm of a factor where the price is one's own. */
  #bid(worth: number, floor: number, shade: number): number {
    return this.#day.scenario.firstPrice ? Math.min(worth, Math.max(floor, worth + shade)) : worth;
  }

  /** Mean price of an auction entered at a bid, 0 for those lost: the bid, or the next one and not below the floor. */
  #price(bid: number, floor: number, level: number): number {
    if (this.#day.scenario.firstPrice) return RIVALS.win(bid - level) * Math.exp(bid);
    const above = RIVALS.secondPrice(bid - level) - RIVALS.secondPrice(floor - level);
    return RIVALS.win(floor - level) * Math.exp(floor) + above * Math.exp(level);
  }

  /** Logarithm of the format’s price level in a tick: the mean over its cells. */
  #level(campaign: number, tick: number): number {
    const first = tick * CELLS + formatOf(campaign) * SEGMENTS;
    let sum = 0;
    for (let cell = first; cell < first + SEGMENTS; cell += 1) sum += this.#day.logLevel[cell]!;
    return sum / SEGMENTS;
  }
}
