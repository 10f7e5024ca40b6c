/** A deviation of half of this many deviations is let pass; what is to be found is about this large. */
const SHIFT = 1;
/** Where the sum raises an alarm: with the above, by chance once in some 470 observations of normal numbers (two-sided). */
const ALARM = 5;
/** Observations that say what is usual. */
export const REFERENCE = 5;
/** What is usual has at least this deviation, so that a quiet start does not make every breath an alarm. */
const LEAST_DEVIATION = 1e-3;

/** What a detector says of its series. */
export interface DriftState {
  /** Observations so far, those that said what is usual included. */
  readonly seen: number;
  readonly usual: number;
  readonly deviation: number;
  /** The larger of the two sums; an alarm at 5. */
  readonly sum: number;
  /** Observations since the change began, as far as the sum tells; 0 without alarm. */
  readonly since: number;
  /** Mean of these over what is usual; 0 without alarm. */
  readonly change: number;
  readonly isAlarm: boolean;
}

/**
 * Finds a lasting change in the mean of a series by the two-sided cumulative sum (Page, "Continuous inspection schemes",
 * 1954) of deviations from what was usual in its first observations. An alarm stays until `restart`.
 */
export class DriftDetector {
  readonly #least: number;
  readonly #reference: number[] = [];
  #usual = 0;
  #deviation = 0;
  #seen = 0;
  readonly #up = new OneSide();
  readonly #down = new OneSide();

  /** @param leastDeviation of a single observation, where something is known of its noise. */
  constructor(leastDeviation: number = LEAST_DEVIATION) {
    this.#least = leastDeviation;
  }

  /** One observation; a value that is no number is passed over. Returns the state after it. */
  observe(value: number): DriftState {
    if (!Number.isFinite(value)) return this.state;
    this.#seen += 1;
    if (this.#reference.length < REFERENCE) this.#learn(value);
    else if (!this.state.isAlarm) {
      const deviation = (value - this.#usual) / this.#deviation;
      this.#up.add(deviation - SHIFT / 2, value);
      this.#down.add(-deviation - SHIFT / 2, value);
    } else this.#side.follow(value);
    return this.state;
  }

  get state(): DriftState {
    const side = this.#side;
    const isAlarm = side.sum >= ALARM;
    return {
      seen: this.#seen,
      usual: this.#usual,
      deviation: this.#deviation,
      sum: side.sum,
      since: isAlarm ? side.count : 0,
      change: isAlarm ? side.mean - this.#usual : 0,
      isAlarm,
    };
  }

  /** What comes now is what is usual. */
  restart(): void {
    this.#reference.length = 0;
    this.#seen = 0;
    this.#up.clear();
    this.#down.clear();
  }

  get #side(): OneSide {
    return this.#up.sum >= this.#down.sum ? this.#up : this.#down;
  }

  #learn(value: number): void {
    this.#reference.push(value);
    const count = this.#reference.length;
    this.#usual = this.#reference.reduce((sum, each) => sum + each, 0) / count;
    const squares = this.#reference.reduce((sum, each) => sum + (each - this.#usual) ** 2, 0);
    // Of few observations the deviation is uncertain: a little more than was seen.
    this.#deviation = Math.max(this.#least, 1.2 * Math.sqrt(squares / Math.max(1, count - 1)));
  }
}

/** The sum of one direction, and the observations since it last was 0. */
class OneSide {
  sum = 0;
  count = 0;
  #total = 0;

  get mean(): number {
    return this.count === 0 ? 0 : this.#total / this.count;
  }

  add(deviation: number, value: number): void {
    this.sum = Math.max(0, this.sum + deviation);
    if (this.sum === 0) this.clear();
    else this.follow(value);
  }

  follow(value: number): void {
    this.count += 1;
    this.#total += value;
  }

  clear(): void {
    this.sum = 0;
    this.count = 0;
    this.#total = 0;
  }
}
