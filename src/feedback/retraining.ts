import { type MarketShift, type Scenario, scenarioOf } from '../adauction/index.ts';
import { TEAM_SCHEMA, TeamPolicy } from '../delivery/index.ts';
import { type Clock, randomStream, type Storage } from '../kernel/index.ts';
import {
  type Comparison,
  compare,
  type IterationFigures,
  type Preset,
  playDays,
  runTeam,
  type TeamTraining,
  teamContender,
  trainingOf,
} from '../learning/index.ts';
import { type PolicyFile, readPolicyFile } from '../neural/index.ts';

/** A policy that is there explores less than one that knows nothing: the logarithm of its deviation. */
const WARM_LOG_STD = -1.5;
/** Validation days on which a candidate is judged beside the incumbent, those that choose among its looks left out. */
const JUDGED_DAYS = 150;
const LOOK_DAYS = 50;

/** How to train anew. */
export interface RetrainingOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  /** Where checkpoints, curves and the policy are written. */
  readonly folder: string;
  readonly preset: Preset;
  readonly scenario: string;
  /** How the market was found to have changed since the scenario. */
  readonly shift: MarketShift;
  /** The policy that serves, from which training goes on. */
  readonly incumbent: PolicyFile;
  readonly seed: number;
  readonly iterations: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onIteration: (figures: Pick<IterationFigures, 'iteration' | 'agentSteps'>) => void;
}

/** What training anew has brought. */
export interface Retrained {
  readonly file: PolicyFile;
  readonly iterations: number;
  readonly agentSteps: number;
  /** The candidate beside the incumbent on days of the changed market that neither learned from, in closed form. */
  readonly judged: Comparison;
}

/** The training that retraining is: the preset’s, in the market as it was found, from the networks that serve. */
export function retrainingOf(
  given: Pick<RetrainingOptions, 'preset' | 'scenario' | 'shift' | 'incumbent' | 'seed' | 'iterations'>,
): TeamTraining {
  const { preset, scenario, shift, incumbent, seed, iterations } = given;
  const warm = { ...preset, config: { ...preset.config, logStd: WARM_LOG_STD } };
  const training = trainingOf(warm, scenarioOf(scenario), { seed, iterations, left: [] });
  const { tuning } = new TeamPolicy(incumbent);
  return { ...training, tuning, shift, initial: incumbent.networks };
}

/**
 * Trains the team that serves anew for the market as it was found, and judges it beside itself as it was.
 * @throws GV_CANCELLED when stopped before there is a candidate.
 */
export async function retrain(options: RetrainingOptions): Promise<Retrained> {
  const { storage, clock, folder, threads, signal, incumbent, scenario, shift } = options;
  const training = retrainingOf(options);
  let agentSteps = 0;
  const run = await runTeam(training, {
    storage,
    clock,
    folder,
    threads,
    signal,
    resume: false,
    onPoint: (point) => {
      agentSteps = point.agentSteps;
      options.onIteration(point);
    },
  });
  const path = `${folder}/policy.json`;
  const file = readPolicyFile(await storage.readText(path), path, TEAM_SCHEMA);
  const market = { ...scenarioOf(scenario), shift };
  return {
    file,
    agentSteps,
    iterations: run.points.length,
    judged: judge(file, incumbent, market),
  };
}

/** A candidate beside the incumbent, paired by day: interquartile means of the days’ surplus. */
export function judge(candidate: PolicyFile, incumbent: PolicyFile, market: Scenario): Comparison {
  const surplusOf = (file: PolicyFile) => {
    const team = new TeamPolicy(file);
    const days = playDays(
      teamContender('team', team.tuning, team),
      market,
      'validation',
      JUDGED_DAYS,
      LOOK_DAYS,
    );
    return Float64Array.from(days, ({ surplus }) => surplus);
  };
  return compare([surplusOf(candidate)], surplusOf(incumbent), randomStream('judge'));
}
