import { METRICS, type MetricName } from './metric-table.ts';

/** A name of a histogram. */
export type HistogramName = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends 'histogram' ? N : never;
}[MetricName];

/** Counts of values in the buckets of a histogram: fixed memory, some nanoseconds to add to, nothing allocated. */
export class BucketCounts {
  /** Upper bounds, each included in its bucket. */
  readonly bounds: Float64Array;
  /** One more than bounds: the last holds what is above all of them. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(name: HistogramName) {
    this.bounds = Float64Array.from(METRICS[name].bounds);
    this.counts = new Float64Array(this.bounds.length + 1);
  }

  /** Adds a value in the unit of the bounds; what is not a number is left out, as it would spoil the sum for good. */
  observe(value: number): void {
    if (Number.isNaN(value)) return;
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket += 1;
    this.counts[bucket]! += 1;
    this.sum += value;
  }
}
