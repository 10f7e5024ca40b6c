import { type Day, formatOf, NODES, PREDICTION_SIGMA, VALUE_SIGMA, WEIGHTS } from './day.ts';
import { exponential } from './exponential.ts';
import { CELLS, SEGMENTS } from './scenario.ts';

/** Deviation of what is predicted, how far it is to be trusted, and what is left unknown. */
export const SEEN_SIGMA = Math.hypot(VALUE_SIGMA, PREDICTION_SIGMA);
export const TRUST = VALUE_SIGMA ** 2 / SEEN_SIGMA ** 2;
export const REST = (VALUE_SIGMA * PREDICTION_SIGMA) / SEEN_SIGMA;
/** Logarithm of what is predicted of an impression’s value at each node, over the cell’s mean. */
export const SEEN: Float64Array = NODES.map((u) => SEEN_SIGMA * u - VALUE_SIGMA ** 2 / 2);
/** The true mean value of impressions of which that is predicted, over the cell’s mean. */
export const TRUE: Float64Array = NODES.map((u) =>
  Math.exp(TRUST * SEEN_SIGMA * u - VALUE_SIGMA ** 2 / 2 + REST ** 2 / 2),
);
const SEEN_FACTORS = SEEN.map(Math.exp);

/** How a bid is made of a worth: log(bid ÷ worth), by log(worth ÷ the price level that is believed). Above 0 is cut. */
export type Shading = (log: number) => number;

/** How a campaign bids in a tick; logarithms of factors. */
export interface BidRule {
  /** From the predicted value to the worth. */
  readonly worth: number;
  /** From the classically shaded price to the bid; the bid is never above the worth. */
  readonly shade: number;
  /** What the campaign believes the price level to be, log CPM micros. */
  readonly believed: number;
  /** From the true value of an impression to what the chosen creatives make of it, and users who tire. */
  readonly creative: number;
}

/** What a campaign met in a tick, as its bidder can know it. Requests are by kind: a cell, and what is predicted there. */
export interface Met {
  /** How many there were. */
  readonly counts: Float64Array;
  /** Logarithm of what an impression is worth where 1 + λ is 1, CPM micros. */
  readonly worths: Float64Array;
  /** Mean logarithm of the price level over all requests, CPM micros. */
  readonly level: number;
}

/** What came of all requests of a tick, if all were taken; money in micros, sums over impressions. */
export class Meeting {
  requests = 0;
  bidCpm = 0;
  wins = 0;
  cost = 0;
  /** True mean value of the wins, and what was predicted of it. */
  value = 0;
  predicted = 0;
  toBeatCpm = 0;
  /** Sum of log price levels. */
  levels = 0;
  /** Wins by segment. */
  readonly bySegment = new Float64Array(SEGMENTS);
  readonly #elasticity: number;
  readonly #firstPrice: boolean;
  readonly #shading: Shading | null;
  /** Of the tick, by cell: logarithm of the price level, and the level, CPM micros. */
  readonly #level = new Float64Array(CELLS);
  readonly #levelCpm = new Float64Array(CELLS);
  #day!: Day;
  #tick = 0;

  /** @param shading what bids are made of worths by, in place of the classical shading. */
  constructor(
    { elasticity, firstPrice }: { readonly elasticity: number; readonly firstPrice: boolean },
    shading: Shading | null = null,
  ) {
    this.#elasticity = elasticity;
    this.#firstPrice = firstPrice;
    this.#shading = shading;
  }

  /**
   * Begins a tick.
   * @param won our share of each cell’s impressions a tick ago, to which others have reacted.
   */
  open(day: Day, tick: number, won: Float64Array): void {
    this.#day = day;
    this.#tick = tick;
    for (let cell = 0; cell < CELLS; cell += 1) {
      const level = day.logLevel[tick * CELLS + cell]! + this.#elasticity * won[cell]!;
      this.#level[cell] = level;
      this.#levelCpm[cell] = exponential(level);
    }
  }

  /** A campaign meets the cells of its format. */
  meet(campaign: number, rule: BidRule): void {
    this.#clear();
    const first = formatOf(campaign) * SEGMENTS;
    const factor = exponential(rule.creative) / 1_000;
    for (let segment = 0; segment < SEGMENTS; segment += 1)
      this.#meetCell(first + segment, segment, campaign * SEGMENTS + segment, rule, factor);
  }

  /**
   * What a campaign met in the tick that was opened last.
   * @param worth logarithm of the factor from the cell’s mean value to the predicted one.
   */
  met(campaign: number, worth: number): Met {
    const counts = new Float64Array(SEGMENTS * NODES.length);
    const worths = new Float64Array(SEGMENTS * NODES.length);
    let [requests, levels] = [0, 0];
    for (let segment = 0; segment < SEGMENTS; segment += 1) {
      const cell = formatOf(campaign) * SEGMENTS + segment;
      const count = this.#day.requests[this.#tick * CELLS + cell]!;
      requests += count;
      levels += count * this.#level[cell]!;
      for (let node = 0; node < NODES.length; node += 1) {
        const kind = segment * NODES.length + node;
        counts[kind] = count * WEIGHTS[node]!;
        worths[kind] = this.#day.logValue[campaign * SEGMENTS + segment]! + worth + SEEN[node]!;
      }
    }
    return { counts, worths, level: levels / requests };
  }

  /** One cell. @param mean place of the campaign’s mean value there; @param factor from CPM to a chosen creative’s value. */
  #meetCell(cell: number, segment: number, mean: number, rule: BidRule, factor: number): void {
    const { landscape, logValue, value, requests } = this.#day;
    const level = this.#level[cell]!;
    const levelCpm = this.#levelCpm[cell]!;
    const firstPrice = this.#firstPrice;
    const shading = this.#shading;
    const worthLog = logValue[mean]! + rule.worth;
    let bids = 0;
    let wins = 0;
    let paid = 0;
    let seen = 0;
    let real = 0;
    for (let node = 0; node < NODES.length; node += 1) {
      const weight = WEIGHTS[node]!;
      const worth = worthLog + SEEN[node]!;
      const shaded =
        shading !== null
          ? worth + shading(worth - rule.believed) + rule.shade
          : firstPrice
            ? worth + landscape.shade(worth - rule.believed) + rule.shade
            : worth;
      const bid = shaded < worth ? shaded : worth;
      const bidCpm = exponential(bid);
      const won = weight * landscape.win(bid - level);
      bids += weight * bidCpm;
      wins += won;
      paid += firstPrice ? won * bidCpm : weight * landscape.secondPrice(bid - level) * levelCpm;
      real += won * TRUE[node]!;
      seen += won * SEEN_FACTORS[node]!;
    }
    const count = requests[this.#tick * CELLS + cell]!;
    this.bidCpm += count * bids;
    this.cost += (count * paid) / 1_000;
    this.value += count * real * value[mean]! * factor;
    this.predicted += count * seen * value[mean]! * factor;
    this.wins += count * wins;
    this.bySegment[segment] = count * wins;
    this.requests += count;
    this.toBeatCpm += count * levelCpm;
    this.levels += count * level;
  }

  #clear(): void {
    this.requests = 0;
    this.bidCpm = 0;
    this.wins = 0;
    this.cost = 0;
    this.value = 0;
    this.predicted = 0;
    this.toBeatCpm = 0;
    this.levels = 0;
  }
}
