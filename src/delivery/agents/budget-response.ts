import type { ResponseCurve } from './budget-tranches.ts';

/** Hours remembered by campaign: two days, so that each hour of the day is seen twice. */
export const MOST_HOURS = 48;
/** Hours' worth of belief that a campaign's first micro brings what a micro brings on average. */
const VALUE_WEIGHT = 1;
/** How uncertain the scale is at first: a deviation of a factor of 3. */
const SCALE_DEVIATION = Math.log(3);
/** Scales tried, from a 16th to 64 times the prior's, each twice the last; closer ones fit noise. */
const SCALES = Array.from({ length: 11 }, (_, index) => 2 ** (index - 4));
/** What each costs for its distance from the prior's: the square of deviations. */
const FARS = SCALES.map((factor) => (Math.log(factor) / SCALE_DEVIATION) ** 2);
/** Hours' worth of belief that an hour's value misses its curve by half. */
const NOISE_WEIGHT = 2;
const NOISE_SHARE = 0.25;

/** What one hour cost and brought, in micros. */
export interface SpendHour {
  readonly spend: number;
  readonly value: number;
}

/**
 * The hours of one campaign and the curve they lie on. Sums are of the open hour until `close`. Hours are remembered
 * for two days.
 */
export class ResponseHistory {
  readonly #hours: SpendHour[] = [];
  #spend = 0;
  #value = 0;

  /** What came in since the last call, in micros; figures that are negative or not finite are not counted. */
  add(spendMicros: number, valueMicros: number): void {
    if (spendMicros > 0 && spendMicros < Infinity) this.#spend += spendMicros;
    if (valueMicros > 0 && valueMicros < Infinity) this.#value += valueMicros;
  }

  /** Ends the open hour. Value that came without a micro of spend, from earlier impressions, waits for the next one. */
  close(): void {
    if (this.#spend < 1) return;
    this.#hours.push({ spend: this.#spend, value: this.#value });
    if (this.#hours.length > MOST_HOURS) this.#hours.shift();
    this.#spend = 0;
    this.#value = 0;
  }

  /** The hours remembered, the oldest first. */
  get hours(): readonly SpendHour[] {
    return this.#hours;
  }
}

/**
 * The response curve of an hour. For each of 11 scales the value of the first micro follows by least squares, weighted
 * by 1/spend as variance grows with spend; the scale is the likeliest by its residual and its distance from
 * `priorScale`. Both are shrunk: the first micro towards `averageValue` (value per micro over all campaigns), the
 * scale towards `priorScale`, so without hours the curve is these two. All in micros; both priors above 0.
 */
export function fitResponse(
  hours: readonly SpendHour[],
  averageValue: number,
  priorScale: number,
): ResponseCurve {
  const prior = { valuePerMicro: averageValue, scaleMicros: priorScale };
  const counted = hours.filter(({ spend }) => spend >= 1);
  if (counted.length === 0) return prior;
  let spent = 0;
  for (const { spend } of counted) spent += spend;
  const meanSpend = spent / counted.length;
  const reaches = new Float64Array(counted.length);
  const noise = NOISE_WEIGHT * NOISE_SHARE * averageValue * averageValue * meanSpend;
  let best: ResponseCurve = prior;
  let leastLoss = Infinity;
  for (let index = 0; index < SCALES.length; index += 1) {
    const scaleMicros = SCALES[index]! * priorScale;
    for (let hour = 0; hour < counted.length; hour += 1)
      reaches[hour] = reachOf(counted[hour]!.spend, scaleMicros);
    const valuePerMicro = firstMicro(counted, reaches, averageValue, VALUE_WEIGHT * meanSpend);
    const residual = noise + residualOf(counted, reaches, valuePerMicro);
    const loss = (counted.length + NOISE_WEIGHT) * Math.log(residual) + FARS[index]!;
    if (loss < leastLoss) {
      leastLoss = loss;
      best = { valuePerMicro, scaleMicros };
    }
  }
  return best;
}

/** The least-squares value of the first micro, with `weight` micros' worth of the average. */
function firstMicro(
  hours: readonly SpendHour[],
  reaches: Float64Array,
  averageValue: number,
  weight: number,
): number {
  let products = weight * averageValue;
  let squares = weight;
  for (let index = 0; index < hours.length; index += 1) {
    const { spend, value } = hours[index]!;
    const reach = reaches[index]!;
    products += (reach * value) / spend;
    squares += (reach * reach) / spend;
  }
  return products / squares;
}

function residualOf(hours: readonly SpendHour[], reaches: Float64Array, valuePerMicro: number): number {
  let residual = 0;
  for (let index = 0; index < hours.length; index += 1) {
    const { spend, value } = hours[index]!;
    residual += (value - valuePerMicro * reaches[index]!) ** 2 / spend;
  }
  return residual;
}

/** What a spend brings where the first micro brings 1. */
function reachOf(spend: number, scale: number): number {
  return -scale * Math.expm1(-spend / scale);
}
