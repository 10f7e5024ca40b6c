/** Values below this have a bucket each; above, every doubling has as many: an error of at most 1.6 %. */
const LINEAR = 64;
const DOUBLINGS = 26;

/** Quantiles of a histogram, in the unit of its values. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Counts of whole numbers in buckets that grow with them, as HdrHistogram's do: fixed memory, cheap to add to. */
export class Histogram {
  readonly #counts = new Float64Array(LINEAR + (LINEAR / 2) * DOUBLINGS);
  #count = 0;
  #max = 0;

  /** Adds a value of 0 or more; what is above 2^32 counts as that. */
  add(value: number): void {
    const whole = Math.min(Math.max(Math.round(value), 0), 0xffff_ffff);
    this.#counts[bucketOf(whole)]! += 1;
    this.#count += 1;
    this.#max = Math.max(this.#max, whole);
  }

  /** The value that a share of all (0 to 1) is at or below: the upper end of its bucket. 0 when empty. */
  quantile(share: number): number {
    let left = Math.ceil(this.#count * share);
    if (left === 0) return 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket += 1) {
      left -= this.#counts[bucket]!;
      if (left <= 0) return Math.min(upperOf(bucket), this.#max);
    }
    return this.#max;
  }

  quantiles(): Quantiles {
    return {
      count: this.#count,
      p50: this.quantile(0.5),
      p90: this.quantile(0.9),
      p99: this.quantile(0.99),
      p999: this.quantile(0.999),
      max: this.#max,
    };
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#max = 0;
  }
}

function bucketOf(value: number): number {
  if (value < LINEAR) return value;
  const doubling = 31 - Math.clz32(value) - 5;
  // The top six bits of the value: 32 to 63.
  const top = value / 2 ** doubling;
  return LINEAR + (doubling - 1) * (LINEAR / 2) + Math.floor(top) - LINEAR / 2;
}

function upperOf(bucket: number): number {
  if (bucket < LINEAR) return bucket;
  const beyond = bucket - LINEAR;
  const doubling = Math.floor(beyond / (LINEAR / 2)) + 1;
  const top = (beyond % (LINEAR / 2)) + LINEAR / 2;
  return (top + 1) * 2 ** doubling - 1;
}
