import { AdAuction, type AdAuctionOptions, type DayMetrics, type Scenario } from '../../adauction/index.ts';
import type { Contender } from './contenders.ts';

/** Which days are for what; nothing is chosen by looking at test days. */
export const SPLITS = {
  training: { first: 0, count: 9_984 },
  validation: { first: 10_000, count: 200 },
  test: { first: 20_000, count: 200 },
} as const;
/** `training`, `validation` or `test`. */
export type Split = keyof typeof SPLITS;

/** Worlds: their days differ by chance only. */
export const WORLD = 1;
const SIDE_BY_SIDE = 50;

/** Impression by impression through the code that serves, or in closed form. */
export type Fidelity = NonNullable<AdAuctionOptions['fidelity']>;

/** Plays `count` days of a split (all by default) from `skip` on; results by day. The same days for every contender. */
export function playDays(
  contender: Contender,
  scenario: Scenario,
  split: Split,
  count: number = SPLITS[split].count,
  skip = 0,
  fidelity: Fidelity = 'aggregated',
): readonly DayMetrics[] {
  const days = new Map<number, DayMetrics>();
  for (let done = 0; done < count; done += SIDE_BY_SIDE) {
    const episodes = Math.min(SIDE_BY_SIDE, count - done);
    const { tuning, shading } = contender;
    const options = { scenario, seed: WORLD, episodes, tuning, fidelity };
    const env = new AdAuction(shading === undefined ? options : { ...options, shading });
    env.onDay = (metrics, number) => days.set(number, metrics);
    env.begin(SPLITS[split].first + skip + done, 0);
    for (let tick = 0; tick < env.episodeSteps; tick += 1) {
      contender.act(env, tick);
      env.step();
    }
  }
  return [...days].sort(([a], [b]) => a - b).map(([, metrics]) => metrics);
}
