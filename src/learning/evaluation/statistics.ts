import { assert, type RandomStream } from '../../kernel/index.ts';

/** An estimate with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Interquartile mean: the mean of what is left when a quarter of the values is cut off at each end. Robust to outliers
 * as the median is, and with less noise (Agarwal et al., "Deep reinforcement learning at the edge of the statistical
 * precipice", 2021). NaN of nothing.
 */
export function interquartileMean(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(sorted.length / 4);
  let sum = 0;
  for (let index = cut; index < sorted.length - cut; index += 1) sum += sorted[index]!;
  return sum / (sorted.length - 2 * cut);
}

/** Resamples of a bootstrap. */
export const RESAMPLES = 2_000;

/**
 * A statistic of scores with its 95 % percentile interval, by bootstrap: each resample draws training runs, and
 * episodes within each run, with replacement. Strata (scenarios) are kept apart by calling it once for each.
 * @param scores by run, then by episode; all runs have the same episodes, and every figure is finite.
 */
export function bootstrap(
  scores: readonly Float64Array[],
  statistic: (values: Float64Array) => number,
  random: RandomStream,
): Estimate {
  const runs = scores.length;
  const episodes = scores[0]?.length ?? 0;
  assert(runs > 0 && episodes > 0, 'a bootstrap needs at least one run and one episode');
  const all = new Float64Array(runs * episodes);
  for (const [run, of] of scores.entries()) all.set(of, run * episodes);
  const drawn = new Float64Array(runs * episodes);
  const estimates = new Float64Array(RESAMPLES);
  const picks = new Uint32Array(episodes);
  for (let resample = 0; resample < RESAMPLES; resample += 1) {
    // All runs met the same days: one draw of days for all keeps their common luck.
    for (let episode = 0; episode < episodes; episode += 1) picks[episode] = random.int(episodes);
    for (let run = 0; run < runs; run += 1) {
      const from = scores[random.int(runs)]!;
      for (let episode = 0; episode < episodes; episode += 1)
        drawn[run * episodes + episode] = from[picks[episode]!]!;
    }
    estimates[resample] = statistic(drawn);
  }
  estimates.sort();
  return {
    value: statistic(all),
    low: estimates[Math.floor(0.025 * RESAMPLES)]!,
    high: estimates[Math.ceil(0.975 * RESAMPLES) - 1]!,
  };
}

/** What a comparison of two policies on the same episodes came to. */
export interface Comparison {
  /** Interquartile mean of the differences, challenger − opponent, in the scores’ unit. */
  readonly difference: Estimate;
  /** The same over the magnitude of the opponent’s interquartile mean. */
  readonly relative: Estimate;
  /** Share of episodes on which the challenger was better; ties count half. */
  readonly better: Estimate;
  /** `win` and `loss` only when the interval of the difference excludes 0. */
  readonly verdict: 'win' | 'tie' | 'loss';
}

/**
 * Compares two policies that met the same days.
 * @param challenger scores by training run and episode.
 * @param opponent scores by episode; a policy that is not trained has one run.
 */
export function compare(
  challenger: readonly Float64Array[],
  opponent: Float64Array,
  random: RandomStream,
): Comparison {
  const differences = challenger.map((run) => run.map((score, episode) => score - opponent[episode]!));
  const difference = bootstrap(differences, interquartileMean, random.split('difference'));
  const scale = Math.abs(interquartileMean(opponent));
  const better = bootstrap(
    differences.map((run) => run.map((each) => (each > 0 ? 1 : each === 0 ? 0.5 : 0))),
    meanOf,
    random.split('better'),
  );
  const over = (value: number) => (scale > 0 ? value / scale : Number.NaN);
  return {
    difference,
    relative: { value: over(difference.value), low: over(difference.low), high: over(difference.high) },
    better,
    verdict: difference.low > 0 ? 'win' : difference.high < 0 ? 'loss' : 'tie',
  };
}

/** Mean; NaN of nothing. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index]!;
  return sum / values.length;
}
