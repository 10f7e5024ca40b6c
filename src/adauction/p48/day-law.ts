import { randomStream } from '../../kernel/index.ts';
import { normal } from '../draw.ts';
import { type NoiseKey, noiseKey, normalQuantile } from './keyed-noise.ts';
import { AGENTS, AGENTS_PER_CATEGORY, DAY_OPPORTUNITIES, TICKS, TRAFFIC_SHARE } from './rules.ts';

/** Mean value of an opportunity, over advertisers and days. */
export const MEAN_VALUE = 0.0005;
/** Ticks over which the day's factor of traffic stays. */
export const TICKS_PER_VOLUME_FACTOR = 4;
/** Ticks over which an advertiser's level of values stays. */
export const TICKS_PER_VALUE_FACTOR = 8;

/** What one day is drawn from: everything random about it except the single opportunities. */
export interface DayLaw {
  /** Opportunities by tick. */
  readonly counts: readonly number[];
  /** Mean value by [tick × 48 + advertiser]: the chance of a conversion when the ad is seen. */
  readonly means: Float64Array;
  /** Standard deviation, same places. */
  readonly deviations: Float64Array;
  /** By advertiser: the true chance of a conversion, on average, for each unit of value. */
  readonly truths: Float64Array;
  /** Keys of single opportunities, by tick. */
  readonly keys: readonly TickKeys[];
}

/** Keys of what is random in one tick, each numbered by opportunity, or by opportunity × 48 + advertiser. */
export interface TickKeys {
  readonly values: NoiseKey;
  readonly exposures: NoiseKey;
  readonly conversions: NoiseKey;
}

/** Which day: days of one seed and number are the same, whatever is played on them. */
export interface DayOptions {
  readonly seed: number | string;
  readonly episode: number;
  /**
   * Opportunities of the day; budgets are taken in proportion, so that a thinner day has the same prices.
   * @defaultValue 500,000
   */
  readonly opportunities?: number;
}

/** AuctionNet's NeurIPSPvGen as a law: same distributions, draws of our own (kept apart by purpose and place). */
export function drawDayLaw(options: DayOptions): DayLaw {
  const day = randomStream(options.seed).split(`p48 episode ${options.episode}`);
  const counts = drawCounts(day.split('volume'), options.opportunities ?? DAY_OPPORTUNITIES);
  const means = drawMeans(day.split('means'));
  return {
    counts,
    means,
    deviations: drawDeviations(day.split('deviations'), means),
    truths: drawTruths(day.split('truths')),
    keys: counts.map((_count, tick) => {
      const keys = day.split(`tick ${tick}`);
      return {
        values: noiseKey(keys),
        exposures: noiseKey(keys),
        conversions: noiseKey(keys),
      };
    }),
  };
}

type Stream = ReturnType<typeof randomStream>;

/** A number of [from, to) for each span of ticks, repeated over it. */
function drawSteps(random: Stream, ticksPerStep: number, from: number, to: number): readonly number[] {
  const steps = Array.from({ length: TICKS / ticksPerStep }, () => from + (to - from) * random.float());
  return Array.from({ length: TICKS }, (_none, tick) => steps[Math.floor(tick / ticksPerStep)]!);
}

function drawCounts(random: Stream, opportunities: number): readonly number[] {
  const factors = drawSteps(random, TICKS_PER_VOLUME_FACTOR, 0.6, 1.4);
  const shares = TRAFFIC_SHARE.map((share, tick) => share * factors[tick]!);
  const scale = sum(TRAFFIC_SHARE) / sum(shares);
  return shares.map((share) => Math.floor(share * scale * opportunities));
}

/** Advertisers of a category rise and fall together; all but its first have a curve of their own on top. */
function drawMeans(random: Stream): Float64Array {
  const means = new Float64Array(TICKS * AGENTS);
  let category: readonly number[] = [];
  for (let agent = 0; agent < AGENTS; agent += 1) {
    const isFirst = agent % AGENTS_PER_CATEGORY === 0;
    if (isFirst) category = drawSteps(random, TICKS_PER_VALUE_FACTOR, 0.3, 1.7);
    const own = isFirst ? null : drawSteps(random, TICKS_PER_VALUE_FACTOR, 0.5, 1.5);
    for (let tick = 0; tick < TICKS; tick += 1) {
      const mean = MEAN_VALUE * category[tick]! * (own === null ? 1 : own[tick]!);
      means[tick * AGENTS + agent] = Math.min(1, Math.max(0.01 * MEAN_VALUE, mean));
    }
  }
  return means;
}

function drawDeviations(random: Stream, means: Float64Array): Float64Array {
  const outside = (ratio: number) => (ratio < 0 ? 0.1 : ratio > 1 ? 1 : ratio);
  const deviations = new Float64Array(TICKS * AGENTS);
  for (let agent = 0; agent < AGENTS; agent += 1) {
    const own = outside(0.5 + 0.1 * normal(random));
    for (let tick = 0; tick < TICKS; tick += 1) {
      const ratio = outside(own + 0.2 * own * normal(random));
      deviations[tick * AGENTS + agent] = ratio * means[tick * AGENTS + agent]!;
    }
  }
  return deviations;
}

/**
 * AuctionNet draws a conversion with a chance that is normal around the value, with sigma = ratio × value, cut off at
 * bounds of the advertiser's day. Given the value, that is one Bernoulli draw of the mean chance, value × (1 + mean ratio ×
 * mean of the cut normal): no cut reaches 0 or 1, so nothing else of sigma is left in the outcome.
 */
function drawTruths(random: Stream): Float64Array {
  return Float64Array.from({ length: AGENTS }, () => {
    const ratio = meanSigmaRatio(drawSigmaRatio(random));
    return 1 + ratio * meanOfCutNormal(2 * random.float(), 2 * random.float());
  });
}

/** The centre of an advertiser's ratios of sigma to value. */
export function drawSigmaRatio(random: Stream): number {
  const ratio = Math.abs(0.15 + 0.06 * normal(random));
  return ratio > 0.3 ? 0.2 : ratio;
}

const QUANTILES = 1_000;

/** Mean of an advertiser's ratios: |N(centre, centre / 2)|, at most 0.3. */
export function meanSigmaRatio(centre: number): number {
  let total = 0;
  for (let n = 0; n < QUANTILES; n += 1) {
    const drawn = centre * (1 + normalQuantile((n + 0.5) / QUANTILES) / 2);
    total += Math.min(0.3, Math.abs(drawn));
  }
  return total / QUANTILES;
}

/** Mean of a standard normal number that is known to lie in [−below, above]. */
function meanOfCutNormal(below: number, above: number): number {
  let density = 0;
  let moment = 0;
  for (let n = 0; n < QUANTILES; n += 1) {
    const z = -below + ((below + above) * (n + 0.5)) / QUANTILES;
    const weight = Math.exp((-z * z) / 2);
    density += weight;
    moment += z * weight;
  }
  return moment / density;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
