import { randomStream } from '../../kernel/index.ts';
import type { StrategyMaker } from './history.ts';
import { type DayResult, openDay, playDay } from './play-day.ts';
import type { Population } from './population.ts';
import { AGENTS } from './rules.ts';

/** Which candidates play which days, each in every advertiser's place in turn. */
export interface EvaluateP48Options {
  readonly population: Population;
  readonly candidates: Readonly<Record<string, StrategyMaker>>;
  readonly seed: number | string;
  readonly episodes: { readonly from: number; readonly to: number };
  /** @defaultValue 500,000 */
  readonly opportunities?: number;
  readonly onEpisode?: (episode: number, cells: readonly P48Cell[]) => void;
}

/** One candidate in one place on one day. */
export interface P48Cell extends Omit<DayResult, 'advertiser'> {
  readonly candidate: string;
  readonly episode: number;
  readonly index: number;
  /** Share of the budget that was spent. */
  readonly budgetUse: number;
  readonly cpaLimit: number;
}

/** A mean with the interval in which it lies with 95 %, by 2,000 resamples. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** What a candidate did, over all places and days. */
export interface P48Row {
  readonly candidate: string;
  readonly cells: number;
  readonly expectedScore: Estimate;
  readonly score: number;
  /** Mean of the middle half of the expected scores. */
  readonly interquartileMean: number;
  readonly conversions: number;
  readonly value: number;
  readonly budgetUse: number;
  /** All cost over all value, each value at its limit. */
  readonly costOverLimit: number;
  /** Share of days on which a unit of value cost more than the limit. */
  readonly violated: number;
  readonly winRate: number;
}

/** How much more one candidate scores than another in the same places on the same days. */
export interface P48Difference {
  readonly of: string;
  readonly over: string;
  /** Resampled by place and day. */
  readonly byCell: Estimate;
  /** Resampled by day, as places share the day's traffic: the wider and the safer one. */
  readonly byEpisode: Estimate;
  /** Share of cells in which it scores more. */
  readonly better: number;
}

/** Plays every candidate in every place on every day: the same traffic, chance and rivals for all of them. */
export function playP48(options: EvaluateP48Options): readonly P48Cell[] {
  const { population, candidates, seed, episodes, opportunities, onEpisode } = options;
  const cells: P48Cell[] = [];
  for (let episode = episodes.from; episode <= episodes.to; episode += 1) {
    const day = openDay({ seed, episode, ...(opportunities === undefined ? {} : { opportunities }) });
    const played = Object.entries(candidates).flatMap(([candidate, maker]) =>
      Array.from({ length: AGENTS }, (_none, index): P48Cell => {
        const { advertiser, ...result } = playDay(day, population, { index, maker }).results[index]!;
        const budgetUse = (result.cost * day.scale) / advertiser.budget;
        return { ...result, candidate, episode, index, budgetUse, cpaLimit: advertiser.cpaLimit };
      }),
    );
    cells.push(...played);
    onEpisode?.(episode, played);
  }
  return cells;
}

/** A row for each candidate of `cells`, in order of expected score. */
export function p48Rows(cells: readonly P48Cell[]): readonly P48Row[] {
  const names = [...new Set(cells.map(({ candidate }) => candidate))];
  return names
    .map((name) => rowOf(name, cellsOf(cells, name)))
    .sort((a, b) => b.expectedScore.mean - a.expectedScore.mean);
}

/** Compares two candidates of `cells`, which have the same places and days. */
export function p48Difference(cells: readonly P48Cell[], of: string, over: string): P48Difference {
  const [ours, theirs] = [cellsOf(cells, of), cellsOf(cells, over)];
  const differences = ours.map(({ expectedScore }, n) => expectedScore - theirs[n]!.expectedScore);
  const days = [...new Set(ours.map(({ episode }) => episode))].map((episode) =>
    mean(differences.filter((_difference, n) => ours[n]!.episode === episode)),
  );
  return {
    of,
    over,
    byCell: estimate(differences),
    byEpisode: estimate(days),
    better: mean(differences.map((difference) => (difference > 0 ? 1 : 0))),
  };
}

/** Plays, and sums up: rows of all candidates, and how far the first named is ahead of each other. */
export function evaluateP48(options: EvaluateP48Options): {
  readonly rows: readonly P48Row[];
  readonly differences: readonly P48Difference[];
} {
  const cells = playP48(options);
  const [first, ...others] = Object.keys(options.candidates);
  return { rows: p48Rows(cells), differences: others.map((other) => p48Difference(cells, first!, other)) };
}

/** In the order of days and places, so that cells of two candidates stand beside each other. */
function cellsOf(cells: readonly P48Cell[], candidate: string): readonly P48Cell[] {
  return cells
    .filter((cell) => cell.candidate === candidate)
    .sort((a, b) => a.episode - b.episode || a.index - b.index);
}

function rowOf(candidate: string, cells: readonly P48Cell[]): P48Row {
  const of = (pick: (cell: P48Cell) => number) => mean(cells.map(pick));
  const sorted = cells.map((cell) => cell.expectedScore).sort((a, b) => a - b);
  const quarter = Math.floor(sorted.length / 4);
  return {
    candidate,
    cells: cells.length,
    expectedScore: estimate(cells.map((cell) => cell.expectedScore)),
    score: of((cell) => cell.score),
    interquartileMean: mean(sorted.slice(quarter, sorted.length - quarter)),
    conversions: of((cell) => cell.conversions),
    value: of((cell) => cell.value),
    budgetUse: of((cell) => cell.budgetUse),
    costOverLimit: of((cell) => cell.cost) / of((cell) => cell.value * cell.cpaLimit),
    violated: of((cell) => (cell.cost > cell.value * cell.cpaLimit ? 1 : 0)),
    winRate: of((cell) => cell.wins / cell.opportunities),
  };
}

const RESAMPLES = 2_000;

/** Percentile bootstrap; the same numbers give the same interval. */
function estimate(values: readonly number[]): Estimate {
  const random = randomStream('p48 bootstrap');
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let n = 0; n < values.length; n += 1) sum += values[random.int(values.length)]!;
    return sum / values.length;
  }).sort();
  const at = (share: number) => means[Math.floor(share * (RESAMPLES - 1))]!;
  return { mean: mean(values), low: at(0.025), high: at(0.975) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
