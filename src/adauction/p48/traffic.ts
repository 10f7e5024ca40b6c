import type { DayLaw } from './day-law.ts';
import { noiseWord, normalOf } from './keyed-noise.ts';
import { AGENTS, TICKS } from './rules.ts';

/** The opportunities of one tick. */
export interface TickTraffic {
  readonly count: number;
  /** Value of opportunity `pv` for an advertiser, at [pv × 48 + advertiser]. */
  readonly values: Float32Array;
  /** Mean value by advertiser. */
  readonly means: Float64Array;
  /** Mean squared value by advertiser. */
  readonly meanSquares: Float64Array;
}

/** The values of one tick of a day: normal around the tick's mean, never below 0 or above 1. */
export function drawTick(law: DayLaw, tick: number): TickTraffic {
  const count = law.counts[tick]!;
  const values = new Float32Array(count * AGENTS);
  const means = law.means.subarray(tick * AGENTS, (tick + 1) * AGENTS);
  const deviations = law.deviations.subarray(tick * AGENTS, (tick + 1) * AGENTS);
  const { first, second } = law.keys[tick]!.values;
  const sums = new Float64Array(AGENTS);
  const squares = new Float64Array(AGENTS);
  let place = 0;
  for (let pv = 0; pv < count; pv += 1) {
    for (let agent = 0; agent < AGENTS; agent += 1) {
      const drawn = means[agent]! + deviations[agent]! * normalOf(noiseWord(first, second, place));
      const value = drawn > 0 ? (drawn < 1 ? drawn : 1) : 0;
      values[place] = value;
      sums[agent]! += value;
      squares[agent]! += value * value;
      place += 1;
    }
  }
  const mean = (sum: number) => (count === 0 ? 0 : sum / count);
  return { count, values, means: sums.map(mean), meanSquares: squares.map(mean) };
}

/** A whole day of opportunities, 96 MB at full size: drawn once, played by as many as wish. */
export function drawDay(law: DayLaw): readonly TickTraffic[] {
  return Array.from({ length: TICKS }, (_none, tick) => drawTick(law, tick));
}
