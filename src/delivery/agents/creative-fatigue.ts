/** Exposures are told apart up to here; more count as this many. */
export const MOST_EXPOSURES = 8;
/** The share of its clicks that an ad is believed to keep with each exposure, before anything is known. */
export const PRIOR_KEPT = 0.92;
/** Clicks' worth of that belief: so few clicks say little about a curve. */
const PRIOR_CLICKS = 50;
/** What is kept lies between these; above 1, seeing an ad again would be taken for a reason to click it. */
const LEAST_KEPT = 0.5;
const MOST_KEPT = 1;
/** Halvings of the interval in which the estimate lies; 20 leave less than a millionth. */
const HALVINGS = 20;
/** The prior's impressions: as many at each exposure. */
const PRIOR_SHOWN = new Float64Array(MOST_EXPOSURES + 1).fill(1);

/**
 * How a campaign's ads tire: each exposure multiplies the click rate by κ, learned from clicks by exposure. κ is the
 * likeliest value when clicks are Poisson with rate · κ^exposures, whatever the rate; 50 clicks' worth of prior say
 * 0.92. Exposures are the campaign's, so fatigue lowers what an impression is worth and not the choice among its ads.
 * Users who are shown an ad often differ from others; what is due to that is taken for fatigue.
 */
export class Fatigue {
  readonly #shown = new Float64Array(MOST_EXPOSURES + 1);
  readonly #factors = new Float64Array(MOST_EXPOSURES + 1);
  #clicks = 0;
  /** Exposures before each click, summed. */
  #exposuresAtClicks = 0;

  constructor() {
    this.#keep(PRIOR_KEPT);
  }

  /** The factor on the click rate of one who has seen the campaign `exposures` times. */
  factor(exposures: number): number {
    return this.#factors[placeOf(exposures)]!;
  }

  /** κ: the share that is kept with each exposure. */
  get kept(): number {
    return this.#factors[1]!;
  }

  /** Takes κ as it was told. */
  restore(kept: number): void {
    this.#keep(kept);
  }

  shown(exposures: number): void {
    this.#shown[placeOf(exposures)]! += 1;
  }

  clicked(exposures: number): void {
    this.#clicks += 1;
    this.#exposuresAtClicks += placeOf(exposures);
  }

  /** Learns κ anew from all that was told. */
  refresh(): void {
    let low = LEAST_KEPT;
    let high = MOST_KEPT;
    for (let step = 0; step < HALVINGS; step += 1) {
      const middle = (low + high) / 2;
      if (this.#score(middle) > 0) low = middle;
      else high = middle;
    }
    this.#keep((low + high) / 2);
  }

  #keep(kept: number): void {
    for (let exposures = 0; exposures <= MOST_EXPOSURES; exposures += 1)
      this.#factors[exposures] = kept ** exposures;
  }

  /** The slope of the likelihood in log κ: exposures at clicks beyond those that κ expects. It falls with κ. */
  #score(kept: number): number {
    const prior = PRIOR_CLICKS * (meanAtClicks(PRIOR_SHOWN, PRIOR_KEPT) - meanAtClicks(PRIOR_SHOWN, kept));
    return prior + this.#exposuresAtClicks - this.#clicks * meanAtClicks(this.#shown, kept);
  }
}

/** How many exposures precede a click on average, when impressions are spread as `shown`. */
function meanAtClicks(shown: Float64Array, kept: number): number {
  let weights = 0;
  let exposures = 0;
  for (let exposure = 0; exposure <= MOST_EXPOSURES; exposure += 1) {
    const weight = shown[exposure]! * kept ** exposure;
    weights += weight;
    exposures += exposure * weight;
  }
  return weights > 0 ? exposures / weights : 0;
}

function placeOf(exposures: number): number {
  // Written so that a NaN is no exposure.
  return exposures > 0 ? Math.min(Math.floor(exposures), MOST_EXPOSURES) : 0;
}
