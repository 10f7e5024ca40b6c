import type { Scenario } from '../adauction/index.ts';
import { type ClassicalTuning, DEFAULT_TUNING } from '../delivery/index.ts';
import { Draws } from '../kernel/index.ts';
import { playDays } from './evaluation/play-days.ts';
import type { Rule } from './evaluation/rules/rule.ts';
import { interquartileMean } from './evaluation/statistics.ts';

/** One trial of the search. */
export interface TuningTrial {
  readonly trial: number;
  readonly tuning: ClassicalTuning;
  /** Interquartile mean of the surplus over the days, relative to that of the default tuning. */
  readonly score: number;
}

const DAYS = 50;

/**
 * Random search for a rule’s best tuning, on training days. The first trial is the default; half of the others are
 * anywhere, half near the best so far.
 * @yields each trial as it ends.
 */
export function* searchTuning(
  rule: Rule,
  scenario: Scenario,
  trials: number,
  seed: number,
): Generator<TuningTrial> {
  const scoreOf = (tuning: ClassicalTuning) =>
    interquartileMean(playDays(rule.make(tuning), scenario, 'training', DAYS).map(({ surplus }) => surplus));
  const usual = scoreOf(DEFAULT_TUNING);
  let best: TuningTrial = { trial: 0, tuning: DEFAULT_TUNING, score: 1 };
  yield best;
  for (let trial = 1; trial < trials; trial += 1) {
    const draws = new Draws(seed, trial);
    const tuning = trial % 2 === 0 ? near(best.tuning, draws) : anywhere(draws);
    const done = { trial, tuning, score: scoreOf(tuning) / usual };
    if (done.score > best.score) best = done;
    yield done;
  }
}

function anywhere(draws: Draws): ClassicalTuning {
  const between = (index: number, low: number, high: number) => low * (high / low) ** draws.uniform(index);
  return {
    rate: between(0, 0.03, 3),
    lambda: between(1, 0.05, 4),
    gain: draws.uniform(2),
    memory: between(3, 0.02, 1),
    sharpness: between(4, 0.3, 4),
    shade: between(5, 0.7, 1.4),
  };
}

function near(tuning: ClassicalTuning, draws: Draws): ClassicalTuning {
  const step = (index: number, value: number) => value * Math.exp(0.2 * draws.normal(index));
  return {
    rate: step(0, tuning.rate),
    lambda: step(1, tuning.lambda),
    gain: Math.min(1, step(2, Math.max(0.05, tuning.gain))),
    memory: Math.min(1, step(3, tuning.memory)),
    sharpness: step(4, tuning.sharpness),
    shade: step(5, tuning.shade),
  };
}
