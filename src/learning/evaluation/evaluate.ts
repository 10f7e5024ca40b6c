import { type DayMetrics, hindsightSurplus, type Scenario } from '../../adauction/index.ts';
import { type RandomStream, randomStream } from '../../kernel/index.ts';
import { bestConstantSurplus } from './best-constant.ts';
import type { Contender } from './contenders.ts';
import { type Fidelity, playDays, SPLITS, type Split, WORLD } from './play-days.ts';
import {
  bootstrap,
  type Comparison,
  compare,
  type Estimate,
  interquartileMean,
  meanOf,
} from './statistics.ts';

/** A policy to be judged: one contender for each run of its training, one in all where nothing is trained. */
export interface Candidate {
  readonly name: string;
  readonly runs: readonly Contender[];
}

/** Means over days and runs of what is told of a day, beside the surplus. */
export type DayMeans = Readonly<Record<Exclude<keyof DayMetrics, 'surplus'>, number>>;

/** What one policy came to. */
export interface EvaluationRow {
  readonly name: string;
  readonly runs: number;
  /** Interquartile mean of the days’ surplus with its 95 % interval, micros. */
  readonly surplus: Estimate;
  /** (surplus − that of the reference `static`) ÷ (the bound − that), by interquartile means; null without `static`. */
  readonly normalised: number | null;
  /** Against the opponent, day by day; null for the opponent itself. */
  readonly against: Comparison | null;
  /** Mean of what was missing to the bound, micros per impression won. */
  readonly regretPerWin: number;
  readonly means: DayMeans;
  /** Surplus by run and day, micros. */
  readonly days: readonly Float64Array[];
}

/** What is compared, and on which days. */
export interface EvaluateOptions {
  readonly scenario: Scenario;
  readonly split: Split;
  /** How many days of the split, from `skip` on. */
  readonly days: number;
  readonly skip?: number;
  /** @defaultValue 'aggregated' */
  readonly fidelity?: Fidelity;
  /** The first is the opponent of all others. */
  readonly candidates: readonly Candidate[];
  /** Told after each run of each candidate. */
  readonly onRun?: (name: string, run: number) => void;
}

/** A table of policies on the same days. */
export interface Evaluation {
  readonly scenario: string;
  readonly split: Split;
  readonly fidelity: Fidelity;
  /** Numbers of the first day and how many there are. */
  readonly first: number;
  readonly days: number;
  readonly opponent: string;
  /** The most surplus that these days had in them: interquartile mean, micros. */
  readonly bound: number;
  /** The same with the best constant multiplier of each day; null where `static` is not compared, or days are exact. */
  readonly constantBound: number | null;
  readonly rows: readonly EvaluationRow[];
}

/** Resampling is by this, so that a table is the same whenever it is made. */
const SEED = 'evaluation';
/** Name of the reference for `normalised`. */
const STATIC = 'static';

/** Plays all candidates on the same days, and compares each with the first (design §8; Agarwal et al., 2021). */
export function evaluate(options: EvaluateOptions): Evaluation {
  const { scenario, split, candidates, days, skip = 0, fidelity = 'aggregated' } = options;
  const first = SPLITS[split].first + skip;
  const bounds = Float64Array.from({ length: days }, (_, day) =>
    hindsightSurplus(scenario, WORLD, first + day),
  );
  const played = candidates.map(({ name, runs }) =>
    runs.map((contender, run) => {
      const metrics = playDays(contender, scenario, split, days, skip, fidelity);
      options.onRun?.(name, run);
      return metrics;
    }),
  );
  const scores = played.map((runs) =>
    runs.map((metrics) => Float64Array.from(metrics, (day) => day.surplus)),
  );
  const fixed = scores[candidates.findIndex(({ name }) => name === STATIC)];
  const reference = fixed === undefined ? null : interquartileMean(fixed[0]!);
  const bound = interquartileMean(bounds);
  const rows = candidates.map(({ name, runs }, index): EvaluationRow => {
    const own = scores[index]!;
    const random = randomStream(`${SEED} ${name}`);
    const surplus = bootstrap(own, interquartileMean, random.split('surplus'));
    return {
      name,
      runs: runs.length,
      surplus,
      normalised: reference === null ? null : (surplus.value - reference) / (bound - reference),
      against: index === 0 ? null : against(own, scores[0]!, random),
      regretPerWin: regret(played[index]!, bounds),
      means: meansOf(played[index]!.flat()),
      days: own,
    };
  });
  return {
    scenario: scenario.name,
    split,
    fidelity,
    first,
    days,
    opponent: candidates[0]!.name,
    bound,
    constantBound: constantBoundOf(options),
    rows,
  };
}

function constantBoundOf({
  candidates,
  scenario,
  split,
  days,
  skip = 0,
  fidelity,
}: EvaluateOptions): number | null {
  const fixed = candidates.find(({ name }) => name === STATIC);
  if (fixed === undefined || fidelity === 'exact') return null;
  return interquartileMean(bestConstantSurplus(scenario, split, days, skip, fixed.runs[0]!.tuning));
}

/** An opponent of several runs is their mean, day by day. */
function against(
  own: readonly Float64Array[],
  opponent: readonly Float64Array[],
  random: RandomStream,
): Comparison {
  const mean = opponent[0]!.map((_, day) => meanOf(opponent.map((run) => run[day]!)));
  return compare(own, mean, random);
}

function regret(runs: readonly (readonly DayMetrics[])[], bounds: Float64Array): number {
  const [missing, wins] = [
    meanOf(runs.flatMap((days) => days.map((day, index) => bounds[index]! - day.surplus))),
    meanOf(runs.flat().map((day) => day.wins)),
  ];
  return wins > 0 ? missing / wins : Number.NaN;
}

function meansOf(days: readonly DayMetrics[]): DayMeans {
  const { surplus: _, ...names } = days[0]!;
  return Object.fromEntries(
    Object.keys(names).map((name) => [name, meanOf(days.map((day) => day[name as keyof DayMetrics]))]),
  ) as DayMeans;
}
