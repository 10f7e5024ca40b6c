import type { Draws } from '../../kernel/index.ts';
import { PURPOSE } from './day.ts';
import { exponential } from './exponential.ts';
import { CAMPAIGNS, CREATIVES } from './scenario.ts';

/** Belief about a creative before it is shown: clicks at the mean rate. */
const PRIOR_CLICKS = 3;
/** Each candidate is shown at least this often, as in the served agent. */
const LEAST_CHANCE = 0.02;
/** Sharpness at which the softmax below is closest to the chances of being best, over deviations. */
const TO_CHANCES = 1.6;
const MOST_ENTROPY = Math.log(CREATIVES);

/**
 * Creative selection in closed form: the chance of each creative of being the best by clicks so far, as a softmax of
 * means over their deviation, to the power of `sharpness`, and never below the floor.
 */
export class CreativeMix {
  readonly #shown = new Float64Array(CAMPAIGNS * CREATIVES);
  readonly #clicked = new Float64Array(CAMPAIGNS * CREATIVES);
  readonly #chances = new Float64Array(CREATIVES);
  /** Entropy of the chances last chosen, over that of a uniform choice. */
  openness = 1;

  reset(): void {
    this.#shown.fill(0);
    this.#clicked.fill(0);
  }

  /** Mean of `factors` (by campaign and creative) over the chances, which are kept for `show`. */
  choose(campaign: number, factors: Float64Array, clickRate: number, sharpness: number): number {
    const at = campaign * CREATIVES;
    const unseen = PRIOR_CLICKS / clickRate;
    let best = 0;
    let deviation = 0;
    for (let creative = 0; creative < CREATIVES; creative += 1) {
      const views = this.#shown[at + creative]! + unseen;
      const clicks = this.#clicked[at + creative]! + PRIOR_CLICKS;
      const rate = clicks / views;
      this.#chances[creative] = rate;
      if (rate > best) best = rate;
      deviation += Math.sqrt(clicks) / views / CREATIVES;
    }
    let whole = 0;
    for (let creative = 0; creative < CREATIVES; creative += 1) {
      const behind = (this.#chances[creative]! - best) / deviation;
      this.#chances[creative] = exponential(TO_CHANCES * sharpness * behind);
      whole += this.#chances[creative]!;
    }
    let mean = 0;
    let entropy = 0;
    for (let creative = 0; creative < CREATIVES; creative += 1) {
      const chance = LEAST_CHANCE + ((1 - CREATIVES * LEAST_CHANCE) * this.#chances[creative]!) / whole;
      this.#chances[creative] = chance;
      mean += chance * factors[at + creative]!;
      entropy -= chance * Math.log(chance);
    }
    this.openness = entropy / MOST_ENTROPY;
    return mean;
  }

  /** `wins` impressions were shown in a tick by the chances last chosen; returns the clicks that came. */
  show(
    campaign: number,
    wins: number,
    factors: Float64Array,
    clickRate: number,
    draws: Draws,
    tick: number,
  ): number {
    let all = 0;
    for (let creative = 0; creative < CREATIVES; creative += 1) {
      const at = campaign * CREATIVES + creative;
      const shown = wins * this.#chances[creative]!;
      const mean = shown * clickRate * factors[at]!;
      const clicks = poisson(mean, draws.uniform(PURPOSE.clicks, tick, at));
      this.#shown[at]! += shown;
      this.#clicked[at]! += clicks;
      all += clicks;
    }
    return all;
  }
}

/** The Poisson quantile: how many clicks come where `mean` are expected. */
function poisson(mean: number, uniform: number): number {
  let chance = exponential(-mean);
  let below = chance;
  let count = 0;
  while (below < uniform && count < 1_000) {
    count += 1;
    chance *= mean / count;
    below += chance;
  }
  return count;
}
