/**
 * Chance by counter: the draw for a purpose, a tick and a member of an episode is always the same, whatever else was
 * drawn, so every policy meets the same day, and a replay is bit-identical. One call is a few nanoseconds (mixing of
 * MurmurHash3; Appleby, 2011).
 */
export class Draws {
  readonly #key: number;

  constructor(seed: number, episode: number) {
    this.#key = mix(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ mix(episode + 0x7f4a7c15));
  }

  /** A number in (0, 1). */
  uniform(purpose: number, a = 0, b = 0): number {
    const word = mix(
      this.#key ^ mix(Math.imul(purpose + 1, 0x9e3779b1) ^ mix(Math.imul(a + 1, 0x85ebca77) ^ b)),
    );
    return (word + 0.5) / 0x1_0000_0000;
  }

  /** A standard normal number. */
  normal(purpose: number, a = 0, b = 0): number {
    return normalQuantile(this.uniform(purpose, a, b));
  }
}

function mix(value: number): number {
  let word = value | 0;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

/** The normal quantile (Acklam's rational approximation; relative error below 1.2e-9). */
export function normalQuantile(p: number): number {
  if (p < 0.02425) return tail(Math.sqrt(-2 * Math.log(p)));
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - p)));
  const q = p - 0.5;
  const r = q * q;
  const above =
    ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
    2.506628277459239;
  const below =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
    1;
  return (q * above) / below;
}

function tail(q: number): number {
  const above =
    ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) *
      q +
      4.374664141464968) *
      q +
    2.938163982698783;
  const below =
    (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q +
    1;
  return above / below;
}
