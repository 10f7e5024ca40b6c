/** Prices are told apart in steps of an eighth of an octave (9 %), from 0.01 to about 10 000 per thousand. */
const BINS_PER_OCTAVE = 8;
const BINS = 160;
const LOWEST_CPM = 10_000;
/** The table of best prices is made anew after so many outcomes. */
const REFRESH_EVERY = 128;
/** Weight that outcomes keep at each refresh: the model remembers about 12 000 of them. */
const KEEP = 0.99;
/** Until so many outcomes are known, a price is the prior's. */
export const OUTCOMES_TO_TRUST = 50;
/** The prior: a share of the value that is a usual first-price discount, and is replaced by what is learned. */
export const PRIOR_SHARE = 0.85;
/** Outcomes' worth of belief that every price is as likely as any other; keeps the estimate from certainty. */
const PRIOR_WEIGHT = 4;
/** Steps of expectation-maximisation a refresh; it starts from the last estimate, so few are needed. */
const EM_STEPS = 12;

/** Where each bin begins, in CPM micros; the last entry ends the last bin. */
const EDGES = Float64Array.from(
  { length: BINS + 1 },
  (_, index) => LOWEST_CPM * 2 ** (index / BINS_PER_OCTAVE),
);

/** Place of a price on the grid, with its fraction. */
function placeOf(cpm: number): number {
  const place = Math.log2(cpm / LOWEST_CPM) * BINS_PER_OCTAVE;
  return place > 0 ? Math.min(place, BINS) : 0;
}

function binOf(cpm: number): number {
  return Math.min(BINS - 1, Math.floor(placeOf(cpm)));
}

/**
 * What it takes to win in one market, learned from outcomes as exchanges tell them. Where an exchange names the price
 * to beat, that price is counted; where it only says won or lost, all that is known is that the price was below or
 * above the bid, and the mass is spread by expectation-maximisation over the grid (Turnbull, "The empirical
 * distribution function with arbitrarily grouped, censored and truncated data", 1976). Older outcomes fade.
 * Memory is fixed (about 30 KB); `shade` is a look-up in a table that is made anew every 128 outcomes.
 */
export class WinModel {
  readonly #exact = new Float64Array(BINS);
  /** Won at a bid that stands before bin k: the price is in a bin below k. */
  readonly #wonBelow = new Float64Array(BINS + 1);
  /** Lost at a bid that stands before bin k: the price is in bin k or above. */
  readonly #lostFrom = new Float64Array(BINS + 1);
  readonly #mass = new Float64Array(BINS).fill(1 / BINS);
  /** Chance to win with a bid at edge k. */
  readonly #winAt = new Float64Array(BINS + 1);
  /** Best edge for a value in bin v with a floor in bin f, at v × BINS + f. */
  readonly #best = new Uint8Array(BINS * BINS);
  #outcomes = 0;
  #sinceRefresh = 0;
  #trusted = false;
  #refreshes = 0;

  /** Outcomes counted so far, faded ones too. */
  get outcomes(): number {
    return this.#outcomes;
  }

  /** Whether prices come from outcomes; before that they come from the prior. */
  get trusted(): boolean {
    return this.#trusted;
  }

  /** How often prices were worked out anew. */
  get refreshes(): number {
    return this.#refreshes;
  }

  /** All that prices come from: the chance to win with a bid at each edge of the grid; empty before any are trusted. */
  get winChances(): readonly number[] {
    return this.#trusted ? [...this.#winAt] : [];
  }

  /** Prices as another model did that stated these `winChances`. */
  restore(winChances: readonly number[]): void {
    this.#trusted = winChances.length > 0;
    this.#winAt.set(winChances);
    if (this.#trusted) this.#tabulate();
  }

  /** A win. `priceToBeat` is what the next best bid, or the floor, was, where the exchange tells. CPM micros. */
  won(bidCpm: number, priceToBeat: number | undefined): void {
    if (!(bidCpm > 0)) return;
    // A price to beat above a winning bid is a contradiction: only the win is believed.
    if (priceToBeat !== undefined && priceToBeat >= 0 && priceToBeat <= bidCpm)
      this.#count(this.#exact, binOf(priceToBeat));
    else this.#count(this.#wonBelow, Math.max(1, Math.round(placeOf(bidCpm))));
  }

  /** A loss. `priceToBeat` is what would have won, where the exchange tells. CPM micros. */
  lost(bidCpm: number, priceToBeat: number | undefined): void {
    if (!(bidCpm > 0)) return;
    if (priceToBeat === undefined || !Number.isFinite(priceToBeat))
      this.#count(this.#lostFrom, Math.min(BINS - 1, Math.round(placeOf(bidCpm))));
    // A price to beat below a losing bid says that it was not the price that lost.
    else if (priceToBeat >= bidCpm) this.#count(this.#exact, binOf(priceToBeat));
  }

  /** Chance that a bid of `cpm` wins, as last estimated; 0.5 knows nothing. */
  winRate(cpm: number): number {
    if (!this.#trusted) return 0.5;
    const place = placeOf(cpm);
    const below = Math.floor(place);
    const low = this.#winAt[below]!;
    return below === BINS ? low : low + (place - below) * (this.#winAt[below + 1]! - low);
  }

  /**
   * The first-price bid for a value: the argmax over the grid of (value − bid) × chance to win, at or above the floor
   * and never above the value. 0 when the floor is above the value. CPM micros, whole.
   */
  shade(valueCpm: number, floorCpm: number): number {
    const floor = Math.ceil(Math.max(floorCpm, 0));
    if (!(valueCpm >= floor) || !(valueCpm >= 1)) return 0;
    const wanted = this.#trusted
      ? EDGES[this.#best[binOf(valueCpm) * BINS + binOf(floor)]!]!
      : PRIOR_SHARE * valueCpm;
    return Math.max(floor, Math.floor(Math.min(wanted, valueCpm)));
  }

  #count(counts: Float64Array, bin: number): void {
    counts[bin]! += 1;
    this.#outcomes += 1;
    this.#sinceRefresh += 1;
    const due = this.#trusted ? this.#sinceRefresh >= REFRESH_EVERY : this.#outcomes >= OUTCOMES_TO_TRUST;
    if (due) this.#refresh();
  }

  #refresh(): void {
    this.#sinceRefresh = 0;
    this.#trusted = true;
    this.#refreshes += 1;
    for (let step = 0; step < EM_STEPS; step += 1) this.#spread();
    let below = 0;
    for (let edge = 0; edge < BINS; edge += 1) {
      this.#winAt[edge] = below;
      below += this.#mass[edge]!;
    }
    this.#winAt[BINS] = below;
    for (const counts of [this.#exact, this.#wonBelow, this.#lostFrom])
      for (let bin = 0; bin < counts.length; bin += 1) counts[bin]! *= KEEP;
    this.#tabulate();
  }

  /** One step of expectation-maximisation, in O(bins): each censored outcome is shared out by the present mass. */
  #spread(): void {
    const next = EXPECTED.fill(PRIOR_WEIGHT / BINS);
    // A win before bin k gives each bin below k its mass / (mass below k); summed from the top for all k at once.
    let below = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      below += this.#mass[bin]!;
      SHARES[bin] = this.#wonBelow[bin + 1]! / below;
    }
    let perMass = 0;
    for (let bin = BINS - 1; bin >= 0; bin -= 1) {
      perMass += SHARES[bin]!;
      next[bin]! += this.#exact[bin]! + perMass * this.#mass[bin]!;
    }
    let above = 0;
    for (let bin = BINS - 1; bin >= 0; bin -= 1) {
      above += this.#mass[bin]!;
      SHARES[bin] = this.#lostFrom[bin]! / above;
    }
    perMass = 0;
    let total = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      perMass += SHARES[bin]!;
      total += next[bin]! += perMass * this.#mass[bin]!;
    }
    for (let bin = 0; bin < BINS; bin += 1) this.#mass[bin] = next[bin]! / total;
  }

  /** For each value bin, from the highest floor down: the best edge at or above the floor's bin. */
  #tabulate(): void {
    for (let value = 0; value < BINS; value += 1) {
      const worth = Math.sqrt(EDGES[value]! * EDGES[value + 1]!);
      let best = value;
      let most = (worth - EDGES[value]!) * this.#winAt[value]!;
      for (let edge = value; edge >= 0; edge -= 1) {
        const surplus = (worth - EDGES[edge]!) * this.#winAt[edge]!;
        if (surplus >= most) {
          most = surplus;
          best = edge;
        }
        this.#best[value * BINS + edge] = best;
      }
    }
  }
}

/** Scratch of a refresh; it runs to its end without yielding, so all models share it. */
const EXPECTED = new Float64Array(BINS);
const SHARES = new Float64Array(BINS);
