import { type Day, NODES, PREDICTION_SIGMA, VALUE_SIGMA, WEIGHTS } from './day.ts';
import { CELLS, FORMATS, SEGMENTS } from './scenario.ts';

/** Deviation of what is predicted, how far it is to be trusted, and what is left unknown. */
export const SEEN_SIGMA = Math.hypot(VALUE_SIGMA, PREDICTION_SIGMA);
export const TRUST = VALUE_SIGMA ** 2 / SEEN_SIGMA ** 2;
export const REST = (VALUE_SIGMA * PREDICTION_SIGMA) / SEEN_SIGMA;
/** Logarithm of what is predicted of an impression’s value at each node, over the cell’s mean. */
export const SEEN: readonly number[] = NODES.map((u) => SEEN_SIGMA * u - VALUE_SIGMA ** 2 / 2);
/** The true mean value of impressions of which that is predicted, over the cell’s mean. */
export const TRUE: readonly number[] = NODES.map((u) =>
  Math.exp(TRUST * SEEN_SIGMA * u - VALUE_SIGMA ** 2 / 2 + REST ** 2 / 2),
);
const SEEN_FACTORS = SEEN.map(Math.exp);

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

  constructor({ elasticity, firstPrice }: { readonly elasticity: number; readonly firstPrice: boolean }) {
    this.#elasticity = elasticity;
    this.#firstPrice = firstPrice;
  }

  /**
   * A campaign meets the cells of its format.
   * @param won our share of each cell’s impressions a tick ago, to which others have reacted.
   */
  meet(day: Day, tick: number, campaign: number, rule: BidRule, won: Float64Array): void {
    this.#clear();
    const format = campaign % FORMATS;
    const { landscape } = day;
    const factor = Math.exp(rule.creative) / 1_000;
    for (let segment = 0; segment < SEGMENTS; segment += 1) {
      const cell = format * SEGMENTS + segment;
      const requests = day.requests[tick * CELLS + cell]!;
      const level = day.logLevel[tick * CELLS + cell]! + this.#elasticity * won[cell]!;
      const levelCpm = Math.exp(level);
      const value = day.value[campaign * SEGMENTS + segment]!;
      const worthLog = Math.log(value) + rule.worth;
      let wins = 0;
      for (let node = 0; node < NODES.length; node += 1) {
        const count = requests * WEIGHTS[node]!;
        const worth = worthLog + SEEN[node]!;
        const shaded = worth + landscape.shade(worth - rule.believed) + rule.shade;
        const bid = this.#firstPrice && shaded < worth ? shaded : worth;
        const chance = landscape.win(bid - level);
        const bidCpm = Math.exp(bid);
        const price = this.#firstPrice ? chance * bidCpm : landscape.secondPrice(bid - level) * levelCpm;
        this.bidCpm += count * bidCpm;
        this.cost += (count * price) / 1_000;
        this.value += count * chance * value * TRUE[node]! * factor;
        this.predicted += count * chance * value * SEEN_FACTORS[node]! * factor;
        wins += count * chance;
      }
      this.wins += wins;
      this.bySegment[segment] = wins;
      this.requests += requests;
      this.toBeatCpm += requests * levelCpm;
      this.levels += requests * level;
    }
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
