import { Draws } from '../../kernel/index.ts';
import { type Landscape, syntheticLandscape } from './landscape.ts';
import {
  ADVERTISERS,
  CAMPAIGNS,
  CELLS,
  CREATIVES,
  FORMAT_SHARES,
  FORMATS,
  LEVELS,
  PRICES,
  type Scenario,
  SEGMENTS,
  TICKS,
  TRAFFIC,
} from './scenario.ts';

/** What draws are for; each has numbers of its own. */
export const PURPOSE = {
  volume: 0,
  tick: 1,
  surge: 2,
  surgeAt: 3,
  surgeBy: 4,
  mix: 5,
  level: 6,
  drift: 7,
  regime: 8,
  regimeBy: 9,
  value: 10,
  affinity: 11,
  creative: 12,
  bias: 13,
  budget: 14,
  fatigue: 15,
  wins: 16,
  clicks: 17,
  stale: 18,
  deal: 19,
  dealSupply: 20,
  arrival: 21,
  user: 22,
  choice: 23,
  seen: 24,
  rival: 25,
  click: 26,
  delay: 27,
  wait: 28,
  prices: 29,
  hours: 30,
} as const;

const AR_KEPT = 0.95;
/** Rates at which people click, before creative and segment: what a "click" is worth follows from the value. */
const CLICK_RATE = 0.03;
/** An impression's own deviation of log value, and that of what is predicted of it. */
export const VALUE_SIGMA = 0.5;
export const PREDICTION_SIGMA = 0.35;
/** Nodes and weights of Gauss–Hermite quadrature for a standard normal number. */
export const NODES = Float64Array.of(-2.8569700138728, -1.3556261799742, 0, 1.3556261799742, 2.8569700138728);
export const WEIGHTS = Float64Array.of(
  0.0112574113277,
  0.2220759220056,
  0.5333333333333,
  0.2220759220056,
  0.0112574113277,
);

const LANDSCAPE = syntheticLandscape();

/**
 * Everything of a day that no policy changes: how many come, what others bid, what impressions are worth, what each
 * advertiser may spend. From the scenario and the episode's number alone.
 */
export class Day {
  readonly scenario: Scenario;
  /** Its number. */
  readonly episode: number;
  readonly draws: Draws;
  readonly landscape: Landscape;
  /** Impressions by tick and cell, [TICKS × CELLS]; and what a forecast expects of a tick and a format. */
  readonly requests = new Float64Array(TICKS * CELLS);
  readonly forecast = new Float64Array(TICKS * FORMATS);
  /** Logarithm of the price level, CPM micros, [TICKS × CELLS]. */
  readonly logLevel = new Float64Array(TICKS * CELLS);
  /** Mean true value, CPM micros, of an impression with an average creative, [CAMPAIGNS × SEGMENTS]. */
  readonly value = new Float64Array(CAMPAIGNS * SEGMENTS);
  /** Its logarithm. */
  readonly logValue = new Float64Array(CAMPAIGNS * SEGMENTS);
  /** Factor of each creative on that, [CAMPAIGNS × CREATIVES]; their mean over a uniform choice is 1. */
  readonly creative = new Float64Array(CAMPAIGNS * CREATIVES);
  /** Factor by which predictions are off. */
  readonly bias = new Float64Array(CAMPAIGNS);
  /** What one exposure leaves of the value. */
  readonly wear = new Float64Array(CAMPAIGNS);
  /** Logarithms of `bias` and `wear`. */
  readonly logBias = new Float64Array(CAMPAIGNS);
  readonly logWear = new Float64Array(CAMPAIGNS);
  /** Clicks per impression, on average; a click is worth the value over it. */
  readonly clickRate = CLICK_RATE;
  /** Micros that an advertiser may spend in the open market. */
  readonly budgets = new Float64Array(ADVERTISERS);

  constructor(scenario: Scenario, seed: number, episode: number) {
    this.scenario = scenario;
    this.episode = episode;
    this.draws = new Draws(seed, episode);
    this.landscape = this.#oneOf(scenario.market?.landscapes, PURPOSE.prices) ?? LANDSCAPE;
    this.#drawTraffic();
    this.#drawPrices();
    const { campaignsOf = episode } = scenario;
    const campaigns = campaignsOf === episode ? this.draws : new Draws(seed, campaignsOf);
    this.#drawCampaigns(campaigns);
    this.#drawBudgets(campaigns);
  }

  /** One of what is given, by the day’s number; undefined where nothing is given. */
  #oneOf<T>(given: readonly T[] | undefined, purpose: number): T | undefined {
    return given?.[Math.floor(this.draws.uniform(purpose) * given.length)];
  }

  #drawTraffic(): void {
    const { draws, scenario } = this;
    const volume = Math.exp(scenario.daySigma * draws.normal(PURPOSE.volume));
    const surging = draws.uniform(PURPOSE.surge) < scenario.surge;
    const surgeAt = Math.floor(draws.uniform(PURPOSE.surgeAt) * (TICKS - 4));
    const surgeBy = 1.5 + 1.5 * draws.uniform(PURPOSE.surgeBy);
    const mix = Float64Array.from({ length: SEGMENTS }, (_, segment) =>
      Math.exp(0.4 * draws.normal(PURPOSE.mix, segment)),
    );
    const whole = mix.reduce((sum, each) => sum + each, 0);
    const curve = this.#oneOf(scenario.market?.curves, PURPOSE.hours);
    for (let tick = 0; tick < TICKS; tick += 1) {
      const surge = surging && tick >= surgeAt && tick < surgeAt + 4 ? surgeBy : 1;
      const noise = Math.exp(scenario.tickSigma * draws.normal(PURPOSE.tick, tick));
      const surprise = curve === undefined ? 1 : curve[tick]! / TRAFFIC[tick]!;
      const usual = (scenario.impressions / TICKS) * TRAFFIC[tick]!;
      for (let format = 0; format < FORMATS; format += 1) {
        const expected = usual * FORMAT_SHARES[format]!;
        this.forecast[tick * FORMATS + format] = expected;
        for (let segment = 0; segment < SEGMENTS; segment += 1)
          this.requests[tick * CELLS + format * SEGMENTS + segment] =
            (expected * surprise * volume * surge * noise * mix[segment]!) / whole;
      }
    }
  }

  #drawPrices(): void {
    const { draws, scenario } = this;
    for (let format = 0; format < FORMATS; format += 1) {
      const shifted = LEVELS[format]! * (scenario.shift?.prices ?? 1);
      const day = Math.log(shifted) + scenario.levelSigma * draws.normal(PURPOSE.level, format);
      const drifts = Float64Array.from(
        { length: SEGMENTS },
        (_, segment) =>
          (scenario.driftSigma / Math.sqrt(1 - AR_KEPT ** 2)) *
          draws.normal(PURPOSE.drift, TICKS, format * SEGMENTS + segment),
      );
      let regime = 0;
      for (let tick = 0; tick < TICKS; tick += 1) {
        if (draws.uniform(PURPOSE.regime, tick, format) < scenario.regime)
          regime = Math.log(0.6 + 1.2 * draws.uniform(PURPOSE.regimeBy, tick, format));
        for (let segment = 0; segment < SEGMENTS; segment += 1) {
          const cell = format * SEGMENTS + segment;
          if (tick > 0)
            drifts[segment] =
              AR_KEPT * drifts[segment]! + scenario.driftSigma * draws.normal(PURPOSE.drift, tick, cell);
          this.logLevel[tick * CELLS + cell] = day + regime + drifts[segment]! + Math.log(PRICES[tick]!);
        }
      }
    }
  }

  #drawCampaigns(draws: Draws): void {
    for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1) {
      const level = LEVELS[formatOf(campaign)]! * 1.6 * Math.exp(0.3 * draws.normal(PURPOSE.value, campaign));
      for (let segment = 0; segment < SEGMENTS; segment += 1)
        this.value[campaign * SEGMENTS + segment] =
          level * Math.exp(0.5 * draws.normal(PURPOSE.affinity, campaign, segment));
      let whole = 0;
      for (let creative = 0; creative < CREATIVES; creative += 1) {
        const quality = Math.exp(0.35 * draws.normal(PURPOSE.creative, campaign, creative));
        this.creative[campaign * CREATIVES + creative] = quality;
        whole += quality / CREATIVES;
      }
      for (let creative = 0; creative < CREATIVES; creative += 1)
        this.creative[campaign * CREATIVES + creative]! /= whole;
      if (this.scenario.shift !== undefined) this.#wearBest(campaign, this.scenario.shift.best);
      this.bias[campaign] = Math.exp(0.15 * draws.normal(PURPOSE.bias, campaign));
      this.wear[campaign] = 0.85 + 0.12 * draws.uniform(PURPOSE.fatigue, campaign);
    }
    this.logValue.set(this.value.map(Math.log));
    this.logBias.set(this.bias.map(Math.log));
    this.logWear.set(this.wear.map(Math.log));
  }

  #wearBest(campaign: number, factor: number): void {
    const own = this.creative.subarray(campaign * CREATIVES, (campaign + 1) * CREATIVES);
    own[own.indexOf(Math.max(...own))]! *= factor;
  }

  /** A part of what an advertiser would spend on a usual day if money were no object, so that it is one. */
  #drawBudgets(draws: Draws): void {
    for (let advertiser = 0; advertiser < ADVERTISERS; advertiser += 1) {
      let spend = 0;
      for (let format = 0; format < FORMATS; format += 1) {
        const campaign = advertiser * FORMATS + format;
        const level = LEVELS[format]!;
        const usual = this.scenario.impressions * FORMAT_SHARES[format]!;
        for (let segment = 0; segment < SEGMENTS; segment += 1) {
          const log = Math.log(this.value[campaign * SEGMENTS + segment]! / level);
          const bid = log + this.landscape.shade(log);
          const price = this.scenario.firstPrice
            ? Math.exp(bid) * this.landscape.win(bid)
            : this.landscape.secondPrice(log);
          spend += ((usual / SEGMENTS) * (price * level)) / 1_000;
        }
      }
      const share = 0.25 + 0.4 * draws.uniform(PURPOSE.budget, advertiser);
      this.budgets[advertiser] = Math.max(1, Math.floor(spend * share));
    }
  }
}

/** Which format a campaign is of. */
export function formatOf(campaign: number): number {
  return campaign % FORMATS;
}

/** Whose campaign it is. */
export function advertiserOf(campaign: number): number {
  return Math.floor(campaign / FORMATS);
}
