import type { BucketCounts, HistogramName } from './bucket-counts.ts';
import { type LabelsOf, METRICS, type MetricInfo, type MetricName } from './metric-table.ts';

/** What a scrape is answered with. */
export const SCRAPE_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type PlainName = Exclude<MetricName, HistogramName>;

/** Publishes what a part of a process has counted. */
export type Publish = (scrape: Scrape) => void;

/**
 * One answer to Prometheus, in its text format 0.0.4. Parts of a process count as they like, and say what they have counted
 * when somebody asks; each metric's samples stand together, whoever publishes them.
 */
export class Scrape {
  readonly #samples = new Map<MetricName, string[]>();

  /** A sample of a counter or gauge. A series may be given once. */
  add<N extends PlainName>(name: N, labels: LabelsOf<N>, value: number): void {
    this.#linesOf(name).push(`${name}${labelText(labels)} ${numberText(value)}`);
  }

  /** The samples of a histogram: buckets are cumulative. */
  addHistogram<N extends HistogramName>(name: N, labels: LabelsOf<N>, counted: BucketCounts): void {
    const lines = this.#linesOf(name);
    let count = 0;
    for (const [bucket, inBucket] of counted.counts.entries()) {
      count += inBucket;
      const le = numberText(counted.bounds[bucket] ?? Number.POSITIVE_INFINITY);
      lines.push(`${name}_bucket${labelText({ ...labels, le })} ${count}`);
    }
    lines.push(`${name}_sum${labelText(labels)} ${numberText(counted.sum)}`);
    lines.push(`${name}_count${labelText(labels)} ${count}`);
  }

  /** All of it, metrics in the order of the table. */
  text(): string {
    return Object.entries<MetricInfo>(METRICS)
      .filter(([name]) => this.#samples.has(name as MetricName))
      .map(([name, { help, type }]) => {
        const head = `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${type}\n`;
        return `${head}${this.#samples.get(name as MetricName)!.join('\n')}\n`;
      })
      .join('');
  }

  #linesOf(name: MetricName): string[] {
    let lines = this.#samples.get(name);
    if (lines === undefined) {
      lines = [];
      this.#samples.set(name, lines);
    }
    return lines;
  }
}

/** One answer out of what several parts publish. */
export function scrapeText(...parts: readonly Publish[]): string {
  const scrape = new Scrape();
  for (const publish of parts) publish(scrape);
  return scrape.text();
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** In a value, backslash, quote and line feed have a meaning. */
function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : `${value}`;
}
