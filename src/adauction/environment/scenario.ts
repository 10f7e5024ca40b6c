import type { RealMarket } from './market-data.ts';

/** Sizes of AdAuction-v0. */
export const TICKS = 48;
export const ADVERTISERS = 4;
/** Display, video and audio; each advertiser has one campaign of each, so it never bids against itself. */
export const FORMATS = 3;
export const SEGMENTS = 8;
export const CREATIVES = 4;
/** Rows of a role in one episode. */
export const CAMPAIGNS = ADVERTISERS * FORMATS;
/** Format and segment. */
export const CELLS = FORMATS * SEGMENTS;
/** A policy tick, as the server counts it. */
export const TICK_MS = 1_800_000;

/** What kind of days a scenario has. Logarithmic deviations are natural. */
export interface Scenario {
  readonly name: string;
  readonly firstPrice: boolean;
  /** Impressions of a day, on average. */
  readonly impressions: number;
  /** Deviation of a day's volume, and of each tick's. */
  readonly daySigma: number;
  readonly tickSigma: number;
  /** Chance of a two-hour surge of 1.5 to 3 times the traffic. */
  readonly surge: number;
  /** Deviation of a day's price level by format, and the AR(1) shocks of each cell and tick. */
  readonly levelSigma: number;
  readonly driftSigma: number;
  /** Chance per tick and format that the price regime changes, by 0.6 to 1.8 times. */
  readonly regime: number;
  /** By how much others bid more for each share of impressions that we win. */
  readonly elasticity: number;
  /** Real prices and hours, where they take the place of synthetic ones. */
  readonly market?: RealMarket;
  /** Whether there are guaranteed, preferred and private deals. */
  readonly deals: boolean;
  /** Whose campaigns run each day: those of the day of this number, as in a market that goes on; without it, each day’s own. */
  readonly campaignsOf?: number;
  /** How the market has changed from what it was, where it has. */
  readonly shift?: MarketShift;
}

/** A lasting change of a market. */
export interface MarketShift {
  /** Factor on the prices of others. */
  readonly prices: number;
  /** Factor on what the best creative of each campaign is worth: people have seen enough of it. */
  readonly best: number;
}

const STATIONARY: Omit<Scenario, 'name' | 'firstPrice'> = {
  impressions: 50_000,
  daySigma: 0.15,
  tickSigma: 0.1,
  surge: 0,
  levelSigma: 0.15,
  driftSigma: 0,
  regime: 0,
  elasticity: 0,
  deals: false,
};
const DRIFT: Omit<Scenario, 'name'> = {
  ...STATIONARY,
  firstPrice: true,
  surge: 0.1,
  levelSigma: 0.3,
  driftSigma: 0.08,
  regime: 0.02,
  elasticity: 0.3,
};

/** The scenarios that policies are compared in. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'stationary-sp', firstPrice: false, ...STATIONARY },
  { name: 'stationary-fp', firstPrice: true, ...STATIONARY },
  { name: 'drift', ...DRIFT },
  { name: 'deals', ...DRIFT, deals: true },
];

/** Traffic of each half hour relative to the mean: 114 regions (Avito), by the hour. */
export const TRAFFIC: Float64Array = Float64Array.from(
  [
    0.34, 0.23, 0.19, 0.2, 0.25, 0.34, 0.48, 0.7, 1.05, 1.44, 1.69, 1.76, 1.74, 1.72, 1.66, 1.6, 1.51, 1.4,
    1.3, 1.18, 1.05, 0.9, 0.74, 0.53,
  ].flatMap((hour) => [hour, hour]),
);
/** Price of each half hour relative to the mean: evenings are dearer. */
export const PRICES: Float64Array = Float64Array.from(
  [
    1.05, 1.0, 0.95, 0.9, 0.86, 0.84, 0.85, 0.88, 0.92, 0.95, 0.97, 0.98, 1.0, 1.0, 1.02, 1.04, 1.06, 1.08,
    1.1, 1.12, 1.13, 1.12, 1.1, 1.08,
  ].flatMap((hour) => [hour, hour]),
);
/** Median highest other bid by format: display, video, audio; CPM micros USD. */
export const LEVELS: readonly number[] = [1_100_000, 7_000_000, 5_000_000];
/** Share of traffic by format. */
export const FORMAT_SHARES: readonly number[] = [0.6, 0.25, 0.15];
/** People that a format reaches in a day, over its impressions. */
export const USERS = 0.3;
