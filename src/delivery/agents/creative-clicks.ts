import { thompsonChances } from './creative-propensities.ts';

/** How far creatives of one campaign are believed to differ before they are seen to: deviation over mean. */
const PRIOR_SPREAD = 0.5;
/** Creatives' worth of that belief. */
const SPREAD_WEIGHT = 2;
/** Clicks' worth of evidence that the shared prior is for each creative, at least and at most. */
const LEAST_PRIOR_CLICKS = 1;
const MOST_PRIOR_CLICKS = 100;
/** Clicks' worth that a creative's rate in the campaign is for its rate in a segment. */
const SEGMENT_PRIOR_CLICKS = 10;
/** A table is stale after a click, or after so many impressions and this share of all. */
const STALE_AFTER = 16;
const STALE_SHARE = 1 / 16;
/** Sets of candidates whose chances are kept by table: sizes and formats make few; more are computed each time. */
const MOST_SETS = 32;
/** Creatives up to here are a bit in the key of a set; with more, the key is a text. */
const MOST_BITS = 31;
/** Rates stay within these, so that no shape of a Beta is 0. */
const LEAST_RATE = 1e-6;

/** Clicks per impression expected before anything is known, and for how many impressions that counts. */
export interface ClickPrior {
  readonly rate: number;
  readonly impressions: number;
}

/** The shapes of a Beta. */
interface Beta {
  readonly alpha: number;
  readonly beta: number;
}

/**
 * The prior that the creatives of a campaign share, by empirical Bayes: its mean is the campaign's rate, its strength
 * comes from how far apart their rates are beyond what chance makes of one rate (method of moments for the
 * beta-binomial; Kleinman, 1973), and counts 1 to 100 clicks.
 */
export function sharedPrior(shown: Float64Array, clicked: Float64Array, prior: ClickPrior): Beta {
  const impressions = shown.reduce((sum, count) => sum + count, 0);
  const clicks = clicked.reduce((sum, count) => sum + count, 0);
  const raw = (clicks + prior.rate * prior.impressions) / (impressions + prior.impressions);
  const mean = Math.min(1 - LEAST_RATE, Math.max(LEAST_RATE, raw));
  const chance = mean * (1 - mean);
  let squares = 0;
  let countsSquared = 0;
  let creatives = 0;
  for (const [creative, count] of shown.entries()) {
    if (count <= 0) continue;
    squares += count * (Math.min(1, clicked[creative]! / count) - mean) ** 2;
    countsSquared += count * count;
    creatives += 1;
  }
  let variance = (PRIOR_SPREAD * mean) ** 2;
  const scale = impressions - countsSquared / impressions;
  if (creatives > 1 && scale > 0) {
    const found = Math.max(0, (squares - (creatives - 1) * chance) / scale);
    variance = (SPREAD_WEIGHT * variance + (creatives - 1) * found) / (SPREAD_WEIGHT + creatives - 1);
  }
  const alpha = mean * (chance / variance - 1);
  const kept = Math.min(MOST_PRIOR_CLICKS, Math.max(LEAST_PRIOR_CLICKS, alpha));
  return { alpha: kept, beta: (kept * (1 - mean)) / mean };
}

/** What is known of a campaign's creatives for all users, or for those of one segment. */
export class ClickTable {
  readonly #prior: ClickPrior;
  /** The campaign's table; `null` when this is it. */
  readonly #campaign: ClickTable | null;
  readonly shown: Float64Array;
  readonly clicked: Float64Array;
  /** Shapes of each creative's Beta, as of the last refresh. */
  readonly alphas: number[];
  readonly betas: number[];
  readonly #chances = new Map<number | string, Float64Array>();
  #mostRate = 0;
  #all = 0;
  #news = 0;
  #clickNews = false;

  constructor(creatives: number, prior: ClickPrior, campaign: ClickTable | null) {
    this.#prior = prior;
    this.#campaign = campaign;
    this.shown = new Float64Array(creatives);
    this.clicked = new Float64Array(creatives);
    this.alphas = new Array<number>(creatives).fill(1);
    this.betas = new Array<number>(creatives).fill(1);
    this.refresh();
  }

  /** An impression; one that was dulled by fatigue counts less. */
  addShown(creative: number, weight: number): void {
    this.shown[creative]! += weight;
    this.#all += 1;
    this.#news += 1;
  }

  addClicked(creative: number): void {
    this.clicked[creative]! += 1;
    this.#clickNews = true;
  }

  /** Whether enough came in since the last refresh for another to change something. */
  get stale(): boolean {
    return this.#clickNews || (this.#news >= STALE_AFTER && this.#news >= STALE_SHARE * this.#all);
  }

  /** Expected clicks per impression. */
  rate(creative: number): number {
    const alpha = this.alphas[creative]!;
    return alpha / (alpha + this.betas[creative]!);
  }

  /** The highest of the rates. */
  get mostRate(): number {
    return this.#mostRate;
  }

  /** The chance of each creative, by index, when these are the candidates; made at the first call for them. */
  chances(candidates: readonly number[]): Float64Array {
    const key = keyOf(candidates);
    let chances = this.#chances.get(key);
    if (chances === undefined) {
      chances = new Float64Array(this.shown.length);
      this.#compute(candidates, chances);
      if (this.#chances.size < MOST_SETS) this.#chances.set(key, chances);
    }
    return chances;
  }

  /** Takes Betas as they were told. */
  restore(alphas: readonly number[], betas: readonly number[]): void {
    for (const [creative, alpha] of alphas.entries()) {
      this.alphas[creative] = alpha;
      this.betas[creative] = betas[creative]!;
    }
    this.#boundRate();
    this.#chances.clear();
  }

  /** Makes the Betas and all chances anew. Off the bid path: some 25 µs for each set of candidates seen. */
  refresh(): void {
    // A segment's prior leaves its own clicks out of the campaign's, which must have them in.
    if (this.#campaign?.stale === true) this.#campaign.refresh();
    this.#news = 0;
    this.#clickNews = false;
    const prior = this.#campaign === null ? sharedPrior(this.shown, this.clicked, this.#prior) : undefined;
    for (let creative = 0; creative < this.shown.length; creative += 1) {
      const { alpha, beta } = prior ?? this.#segmentPrior(creative);
      const clicks = this.clicked[creative]!;
      this.alphas[creative] = alpha + clicks;
      // A click may come before its impression is billed, or without it.
      this.betas[creative] = beta + Math.max(0, this.shown[creative]! - clicks);
    }
    this.#boundRate();
    for (const chances of this.#chances.values()) {
      const candidates = [...chances.keys()].filter((creative) => chances[creative]! > 0);
      this.#compute(candidates, chances);
    }
  }

  #boundRate(): void {
    this.#mostRate = this.alphas.reduce((most, _, creative) => Math.max(most, this.rate(creative)), 0);
  }

  #compute(candidates: readonly number[], chances: Float64Array): void {
    const made = thompsonChances(
      candidates.map((creative) => this.alphas[creative]!),
      candidates.map((creative) => this.betas[creative]!),
    );
    for (const [index, creative] of candidates.entries()) chances[creative] = made[index]!;
  }

  /** The creative's Beta in the campaign without this segment's part, cut down to 10 clicks' worth. */
  #segmentPrior(creative: number): Beta {
    const campaign = this.#campaign!;
    const clicks = this.clicked[creative]!;
    const alpha = Math.max(LEAST_PRIOR_CLICKS, campaign.alphas[creative]! - clicks);
    const misses = Math.max(0, this.shown[creative]! - clicks);
    const beta = Math.max(LEAST_PRIOR_CLICKS, campaign.betas[creative]! - misses);
    const share = Math.min(1, SEGMENT_PRIOR_CLICKS / alpha);
    return { alpha: alpha * share, beta: beta * share };
  }
}

/** One key for one set of candidates, in whatever order. */
function keyOf(candidates: readonly number[]): number | string {
  let bits = 0;
  for (const creative of candidates) {
    if (creative >= MOST_BITS) return [...candidates].sort((a, b) => a - b).join(' ');
    bits |= 1 << creative;
  }
  return bits;
}
