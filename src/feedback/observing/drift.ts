/** What is to be found is a change of about so many deviations. */
const SHIFT = 1;
/** Where the sum raises an alarm: of normal numbers, by chance once in some 465 (two-sided); 1 series of 20 in its first 25. */
const ALARM = 5;
/** While a sum is above this, observations are kept out of what is usual: they may be of the change. */
const SUSPICIOUS = 4;
/** Observations before which nothing is usual yet. */
export const REFERENCE = 3;
/** What is usual has at least this deviation, so that a quiet start does not make every breath an alarm. */
const LEAST_DEVIATION = 1e-3;
/** Usual size of a change, before it is seen: half, on a scale of logarithms. */
const PRIOR_CHANGE = 0.5;
/** Newest observations that are remembered. */
const NEWEST = 64;

/** What a detector says of its series. */
export interface DriftState {
  /** Observations so far. */
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
 * 1954), self-starting (Hawkins, "Self-starting cusum charts for location and scale", 1987): each observation is compared
 * with all before it, as Student's t knows how uncertain these leave what is usual. An alarm stays until `restart`.
 */
export class DriftDetector {
  readonly #least: number;
  /** Of what is usual: how many, their mean, and the sum of squared deviations. */
  #count = 0;
  #mean = 0;
  #squares = 0;
  #seen = 0;
  /** The newest observations, oldest first. */
  readonly #newest: number[] = [];
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
    this.#newest.push(value);
    if (this.#newest.length > NEWEST) this.#newest.shift();
    if (this.state.isAlarm) this.#side.follow(value);
    else {
      if (this.#count >= REFERENCE) {
        const score = this.#scoreOf(value);
        this.#up.add(score - SHIFT / 2, value);
        this.#down.add(-score - SHIFT / 2, value);
      }
      if (this.#side.sum <= SUSPICIOUS) this.#learn(value);
    }
    return this.state;
  }

  get state(): DriftState {
    const side = this.#side;
    const isAlarm = side.sum >= ALARM;
    return {
      seen: this.#seen,
      usual: this.#mean,
      deviation: this.#deviation,
      sum: side.sum,
      since: isAlarm ? side.count : 0,
      change: isAlarm ? side.mean - this.#mean : 0,
      isAlarm,
    };
  }

  /**
   * How far the newest `count` observations are from what was usual, for a change whose time is known from elsewhere: their
   * mean, drawn towards 0 by as much as it may be chance (a normal prior around no change).
   */
  changeOverLast(count: number): number {
    const last = this.#newest.slice(-count);
    if (last.length === 0 || this.#count < REFERENCE) return 0;
    const change = last.reduce((sum, value) => sum + value, 0) / last.length - this.#mean;
    const noise = this.#deviation ** 2 * (1 / last.length + 1 / this.#count);
    return (change * PRIOR_CHANGE ** 2) / (PRIOR_CHANGE ** 2 + noise);
  }

  /** What comes now is what is usual. */
  restart(): void {
    this.#count = 0;
    this.#mean = 0;
    this.#squares = 0;
    this.#seen = 0;
    this.#newest.length = 0;
    this.#up.clear();
    this.#down.clear();
  }

  get #side(): OneSide {
    return this.#up.sum >= this.#down.sum ? this.#up : this.#down;
  }

  get #deviation(): number {
    return Math.max(this.#least, Math.sqrt(this.#squares / Math.max(1, this.#count - 1)));
  }

  /** The normal score of an observation: Student’s t of what is usual, made normal (Wallace, 1959). */
  #scoreOf(value: number): number {
    const freedom = this.#count - 1;
    const t = (value - this.#mean) / (this.#deviation * Math.sqrt(1 + 1 / this.#count));
    const score =
      ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * Math.log1p((t * t) / freedom));
    return t < 0 ? -score : score;
  }

  #learn(value: number): void {
    this.#count += 1;
    const before = value - this.#mean;
    this.#mean += before / this.#count;
    this.#squares += before * (value - this.#mean);
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
