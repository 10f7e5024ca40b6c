import { type EpochMs, randomStream } from '../../kernel/index.ts';
import { chance, exponential, normal } from '../draw.ts';
import type { AdFormat } from '../traffic/options.ts';

/** Click rates that people have on average (0.1 % on audio is a visit to the companion). */
const BASE_RATE: Readonly<Record<AdFormat, number>> = {
  banner: 0.002,
  video: 0.004,
  audio: 0.001,
  native: 0.005,
};
/** Of those who click, how many convert. */
const BASE_CONVERSION = 0.05;
/** What a creative has seen of a person is half forgotten after a day. */
const FATIGUE_HALF_LIFE_MS = 86_400_000;

/** What an ad is, to those who see it. */
export interface Shown {
  readonly creative: string;
  readonly format: AdFormat;
  readonly segments: readonly string[];
  /** How often this person saw the creative before, fading over time. */
  readonly seenBefore: number;
}

/** What somebody does after seeing an ad, times after the impression in ms; `undefined` for not at all. */
export interface Reaction {
  readonly clickAfterMs: number | undefined;
  readonly convertAfterMs: number | undefined;
}

/**
 * People who click and convert with rates that are known. Every creative has a quality of its own and an affinity to
 * every segment, drawn once; each view by the same person takes a few percent away until it is forgotten. `appeal`
 * scales click rates, so that short runs see clicks at all.
 */
export class Audience {
  readonly #root;
  readonly #appeal: number;
  readonly #seen = new Map<string, { count: number; at: EpochMs }>();
  readonly #traits = new Map<string, number>();

  constructor(options: { seed: number | string; appeal?: number }) {
    this.#root = randomStream(options.seed).split('audience');
    this.#appeal = options.appeal ?? 1;
  }

  /** The probability of a click. */
  clickRate({ creative, format, segments, seenBefore }: Shown): number {
    const liking = segments.reduce((sum, segment) => sum + this.#trait(`${creative} ${segment}`, 0.5), 0);
    const spread = segments.length === 0 ? 0 : liking / Math.sqrt(segments.length);
    const worn = this.#wear(creative) ** seenBefore;
    const rate = BASE_RATE[format] * this.#appeal * Math.exp(this.#trait(creative, 0.4) + spread) * worn;
    return Math.min(rate, 0.9);
  }

  /** The probability that a click leads to a conversion. */
  conversionRate({ creative, segments }: Shown): number {
    const liking = segments.reduce(
      (sum, segment) => sum + this.#trait(`buys ${creative} ${segment}`, 0.3),
      0,
    );
    return Math.min(BASE_CONVERSION * Math.exp(this.#trait(`buys ${creative}`, 0.5) + liking), 0.9);
  }

  /** How often that person has seen the creative, faded to `now`. */
  seenBefore(person: string, creative: string, now: EpochMs): number {
    const seen = this.#seen.get(`${person} ${creative}`);
    return seen === undefined ? 0 : seen.count * 0.5 ** ((now - seen.at) / FATIGUE_HALF_LIFE_MS);
  }

  /** Shows an ad: counts the view, and draws what happens. `key` names the impression. */
  show(key: string, person: string, shown: Omit<Shown, 'seenBefore'>, now: EpochMs): Reaction {
    const seenBefore = this.seenBefore(person, shown.creative, now);
    this.#seen.set(`${person} ${shown.creative}`, { count: seenBefore + 1, at: now });
    const random = this.#root.split(`show ${key}`);
    const view = { ...shown, seenBefore };
    if (!chance(random, this.clickRate(view))) return { clickAfterMs: undefined, convertAfterMs: undefined };
    const clickAfterMs = 500 + exponential(random, 3_000);
    if (!chance(random, this.conversionRate(view))) return { clickAfterMs, convertAfterMs: undefined };
    const delayMs = chance(random, 0.4)
      ? exponential(random, 3_600_000)
      : exponential(random, 18 * 3_600_000);
    return { clickAfterMs, convertAfterMs: clickAfterMs + delayMs };
  }

  /** A normal number that belongs to the name. */
  #trait(name: string, sigma: number): number {
    let trait = this.#traits.get(name);
    if (trait === undefined) {
      trait = sigma * normal(this.#root.split(name));
      this.#traits.set(name, trait);
    }
    return trait;
  }

  /** What one view leaves of the click rate: between 0.85 and 0.97. */
  #wear(creative: string): number {
    const name = `wear ${creative}`;
    let wear = this.#traits.get(name);
    if (wear === undefined) {
      wear = 0.85 + 0.12 * this.#root.split(name).float();
      this.#traits.set(name, wear);
    }
    return wear;
  }
}
