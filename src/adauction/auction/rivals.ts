import { type EpochMs, MICROS_PER_UNIT, type RandomStream, randomStream } from '../../kernel/index.ts';
import { chance, logNormal, normal } from '../draw.ts';
import { COUNTRIES } from '../traffic/countries.ts';
import type { AdFormat, PlaceKind } from '../traffic/options.ts';

const HOUR_MS = 3_600_000;
/** Hourly drift of the log price: AR(1), as in the market study (0.95 and 0.08 each half hour). */
const DRIFT_KEPT = 0.9;
const DRIFT_SIGMA = 0.11;
/** Older shocks weigh less than a hundredth. */
const DRIFT_HOURS = 44;

/** Median highest rival bid, USD CPM. */
const LEVEL_USD: Readonly<Record<AdFormat, number>> = { banner: 1.1, video: 7, audio: 5, native: 1.6 };
/** Demand by hour of day UTC, as a multiple: evenings are dearer. */
const HOURS = [
  1.08, 1.05, 1.0, 0.95, 0.9, 0.86, 0.84, 0.85, 0.88, 0.92, 0.95, 0.97, 0.98, 1.0, 1.0, 1.02, 1.04, 1.06,
  1.08, 1.1, 1.12, 1.13, 1.12, 1.1,
];
/** Share of imps that nobody else bids on, and of deals in which another buyer takes part. */
const NO_RIVAL = 0.1;
const IN_PRIVATE = 0.4;

/** What the other buyers bid on one imp, CPM micros of USD; 0 where there is no bid. */
export interface RivalBids {
  readonly highest: number;
  readonly second: number;
  /** Bids under the same private deal as ours. */
  readonly inDeal: number;
  /** Whether a rival's bid that equals ours wins. */
  readonly winsTies: boolean;
}

/** The market that an imp is sold in. */
export interface RivalCell {
  readonly format: AdFormat;
  readonly country: string;
  readonly place: PlaceKind;
  readonly time: EpochMs;
}

/** The bids of others: the same for the same imp whatever we do. */
export interface Rivals {
  bids(impKey: string, cell: RivalCell): RivalBids;
}

/** Nobody else bids: everything valid wins at its floor. */
export const NO_RIVALS: Rivals = {
  bids: () => ({ highest: 0, second: 0, inDeal: 0, winsTies: false }),
};

/**
 * A synthetic price landscape: the highest rival bid is a mixture of two log-normal crowds (many cheap bids, a fifth of
 * them retargeters who pay three times as much), around a level by format, country, kind of place and hour that drifts.
 * `level` scales it all. Synthetic: shaped after the quantiles of the iPinYou price histograms, fitted to nothing.
 */
export function rivalLandscape(options: { seed: number | string; level?: number }): Rivals {
  const root = randomStream(options.seed).split('rivals');
  const driftOf = drift(root.split('drift'));
  const scale = options.level ?? 1;
  return {
    bids: (impKey, cell) => {
      const random = root.split(impKey);
      const country = COUNTRIES.find(({ code }) => code === cell.country)?.priceLevel ?? 0.5;
      const televised = cell.place === 'ctv' ? 2.5 : 1;
      const level =
        LEVEL_USD[cell.format] *
        scale *
        country *
        televised *
        hourOf(cell.time) *
        driftOf(cell.format, cell.country, cell.time);
      const highest = chance(random, 0.2) ? logNormal(random, level * 3, 0.5) : logNormal(random, level, 0.6);
      const second = highest * random.float() ** 0.4;
      const alone = chance(random, NO_RIVAL);
      return {
        highest: alone ? 0 : microsOf(highest),
        second: alone ? 0 : microsOf(second),
        inDeal: chance(random, IN_PRIVATE) ? microsOf(highest * 1.3) : 0,
        winsTies: chance(random, 0.5),
      };
    },
  };
}

function microsOf(usd: number): number {
  return Math.round(usd * MICROS_PER_UNIT);
}

function hourOf(time: EpochMs): number {
  return HOURS[Math.floor(time / HOUR_MS) % 24]!;
}

/** The drift of a cell in an hour; a sum over past shocks, so that any hour can be asked for first. */
function drift(root: RandomStream): (format: string, country: string, time: EpochMs) => number {
  const known = new Map<string, number>();
  return (format, country, time) => {
    const hour = Math.floor(time / HOUR_MS);
    const key = `${format} ${country} ${hour}`;
    let factor = known.get(key);
    if (factor === undefined) {
      let log = 0;
      for (let ago = 0; ago < DRIFT_HOURS; ago += 1) {
        log += DRIFT_KEPT ** ago * DRIFT_SIGMA * normal(root.split(`${format} ${country} ${hour - ago}`));
      }
      factor = Math.exp(log);
      known.set(key, factor);
    }
    return factor;
  };
}
