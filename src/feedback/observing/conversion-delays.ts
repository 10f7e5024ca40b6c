/** Delays are told apart by factors of two, from a minute to about six weeks. */
const BINS = 17;
const SHORTEST_MS = 60_000;
/** Before anything is known: half of what will come has come after so long, as if so many conversions had told. */
const PRIOR_HALF_MS = 12 * 3_600_000;
const PRIOR_WEIGHT = 5;

/**
 * How long after the click conversions come. What has not come yet is not lost: by the product-limit estimate over clicks of
 * all ages (Kaplan and Meier, 1958, on delays; the problem: Chapelle, "Modeling delayed feedback in display advertising",
 * KDD 2014), `shareBy` tells which share of a click's conversions has come by an age.
 *
 * Delays that are seen are of young clicks more often short, as their long ones are still to come; so a delay counts among
 * those clicks only that were old enough to show it.
 */
export class ConversionDelays {
  /** Conversions by delay, and clicks that reached each age. */
  readonly #came = new Float64Array(BINS);
  readonly #ages: number[] = [];

  /** A click was made at a time, in milliseconds. */
  clicked(at: number): void {
    this.#ages.push(at);
    // The oldest have shown all they will: what they told is in the counts.
    if (this.#ages.length > MOST_CLICKS) this.#ages.splice(0, MOST_CLICKS / 10);
  }

  /** A conversion came so long after its click. */
  converted(delayMs: number): void {
    this.#came[binOf(delayMs)]! += 1;
  }

  /** Share, 0 to 1, of the conversions of a click that have come when it is `ageMs` old, as seen at `now`. */
  shareBy(ageMs: number, now: number): number {
    const hazards = this.#rates(now);
    const whole = hazards.reduce((sum, each) => sum + each, 0);
    if (!(whole > 0) || !(ageMs > 0)) return 0;
    const bin = binOf(ageMs);
    let come = 0;
    for (let each = 0; each < bin; each += 1) come += hazards[each]!;
    return Math.min(1, (come + partOf(bin, ageMs) * hazards[bin]!) / whole);
  }

  /** Conversions per click that was old enough, by delay. */
  #rates(now: number): readonly number[] {
    const reached = new Float64Array(BINS);
    for (const at of this.#ages) reached[Math.min(BINS - 1, binOf(now - at))]! += 1;
    // A click of an age was old enough for every shorter delay.
    for (let bin = BINS - 2; bin >= 0; bin -= 1) reached[bin]! += reached[bin + 1]!;
    const perClick = this.#ages.length === 0 ? 1 : (sumOf(this.#came) + 1) / (this.#ages.length + 1);
    return Array.from({ length: BINS }, (_, bin) => {
      const prior = PRIOR_WEIGHT * (priorShare(edgeOf(bin + 1)) - priorShare(edgeOf(bin)));
      return (this.#came[bin]! + prior) / (reached[bin]! + PRIOR_WEIGHT / perClick);
    });
  }
}

/** Clicks that are remembered to know how many reached an age. */
const MOST_CLICKS = 100_000;

function edgeOf(bin: number): number {
  return bin === 0 ? 0 : SHORTEST_MS * 2 ** (bin - 1);
}

function binOf(delayMs: number): number {
  if (!(delayMs >= SHORTEST_MS)) return 0;
  return Math.min(BINS - 1, 1 + Math.floor(Math.log2(delayMs / SHORTEST_MS)));
}

function partOf(bin: number, ageMs: number): number {
  const [from, to] = [edgeOf(bin), edgeOf(bin + 1)];
  return Math.min(1, (ageMs - from) / (to - from));
}

function priorShare(ms: number): number {
  return 1 - 2 ** (-ms / PRIOR_HALF_MS);
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
