import { parentPort } from 'node:worker_threads';
import {
  constantAlpha,
  type P48Cell,
  type Population,
  p48Resolver,
  playP48,
  type StrategyMaker,
} from '../src/adauction/index.ts';
import { benchPopulation } from './p48-population.ts';

/** One day for a thread to play. */
export interface P48Work {
  readonly seed: string;
  readonly episode: number;
  readonly opportunities: number;
  /** Names of those to play; `null` for all. */
  readonly candidates: readonly string[] | null;
}

let population: Population | undefined;

function play({ seed, episode, opportunities, candidates }: P48Work): readonly P48Cell[] {
  population ??= benchPopulation(seed);
  const all: Readonly<Record<string, StrategyMaker>> = {
    resolver: p48Resolver(),
    ...population.makers,
    'constant 1.15': constantAlpha(1.15),
  };
  const chosen = Object.entries(all).filter(([name]) => candidates?.includes(name) ?? true);
  return playP48({
    population,
    candidates: Object.fromEntries(chosen),
    seed,
    episodes: { from: episode, to: episode },
    opportunities,
  });
}

parentPort?.on('message', (work: P48Work) => parentPort!.postMessage(play(work)));
