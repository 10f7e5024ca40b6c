/** Prices are told apart in steps of a quarter of an octave, from a cent to about 16,000 a thousand. */
const BINS = 84;
const BINS_PER_OCTAVE = 4;
const LOWEST_CPM = 10_000;
/** What a period's end leaves of what is known of a market. */
const KEPT = 0.8;

/** What is known of the prices of a market. */
export interface PriceLevel {
  readonly market: string;
  /** Prices to beat that were told, faded. */
  readonly told: number;
  /** Mean and deviation of their natural logarithm, CPM micros. */
  readonly logMean: number;
  readonly logDeviation: number;
  /** Share of bids that won, faded. */
  readonly winRate: number;
}

interface Market {
  readonly bins: Float64Array;
  won: number;
  lost: number;
  /** Since the last period's end: how many, and the sum of logarithms. */
  count: number;
  logs: number;
}

/** What it takes to win, by market, over all bidders, where exchanges tell the price to beat. */
export class PriceLevels {
  readonly #markets = new Map<string, Market>();

  /** A bid ended. `toBeat` is what it took to win, CPM micros, where it was told. */
  ended(market: string, isWon: boolean, toBeat: number | null): void {
    const known = this.#market(market);
    if (isWon) known.won += 1;
    else known.lost += 1;
    if (toBeat === null || !(toBeat > 0)) return;
    known.bins[binOf(toBeat)]! += 1;
    known.count += 1;
    known.logs += Math.log(toBeat);
  }

  get levels(): readonly PriceLevel[] {
    return [...this.#markets].map(([market, { bins, won, lost }]) => {
      let [told, sum, squares] = [0, 0, 0];
      for (const [bin, weight] of bins.entries()) {
        const log = logOf(bin);
        told += weight;
        sum += weight * log;
        squares += weight * log * log;
      }
      const mean = told > 0 ? sum / told : 0;
      const deviation = told > 0 ? Math.sqrt(Math.max(0, squares / told - mean * mean)) : 0;
      const winRate = won + lost > 0 ? won / (won + lost) : 0;
      return { market, told, logMean: mean, logDeviation: deviation, winRate };
    });
  }

  /** A period ends: what is known fades. Returns the mean logarithm of the prices told in it, by market. */
  endPeriod(): ReadonlyMap<string, { readonly count: number; readonly logMean: number }> {
    const ended = new Map<string, { count: number; logMean: number }>();
    for (const [market, known] of this.#markets) {
      if (known.count > 0) ended.set(market, { count: known.count, logMean: known.logs / known.count });
      known.count = 0;
      known.logs = 0;
      known.won *= KEPT;
      known.lost *= KEPT;
      for (const bin of known.bins.keys()) known.bins[bin]! *= KEPT;
    }
    return ended;
  }

  #market(market: string): Market {
    let known = this.#markets.get(market);
    if (known === undefined) {
      known = { bins: new Float64Array(BINS), won: 0, lost: 0, count: 0, logs: 0 };
      this.#markets.set(market, known);
    }
    return known;
  }
}

function binOf(cpm: number): number {
  return Math.max(0, Math.min(BINS - 1, Math.floor(Math.log2(cpm / LOWEST_CPM) * BINS_PER_OCTAVE)));
}

function logOf(bin: number): number {
  return Math.log(LOWEST_CPM) + ((bin + 0.5) / BINS_PER_OCTAVE) * Math.LN2;
}
