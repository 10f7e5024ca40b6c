import {
  AdAuction,
  type MarketData,
  type MarketShift,
  type Scenario,
  scenarioOf,
  withMarketData,
} from '../adauction/index.ts';
import type { ClassicalTuning } from '../delivery/index.ts';
import type { StoredNetwork } from '../neural/index.ts';
import type { TrainingConfig } from './config.ts';
import { SPLITS, WORLD } from './evaluation/play-days.ts';
import { type Gathering, shardsOf } from './gathering.ts';
import { RoleLearner } from './role-learner.ts';
import { type Stage, Trainer } from './trainer.ts';

/** Everything that a team’s training depends on; equal ones end with the same bytes, on any number of threads. */
export interface TeamTraining {
  readonly scenario: string;
  /** Real prices and hours; null for synthetic ones. */
  readonly data: MarketData | null;
  /** How the market has changed since; null where it has not. */
  readonly shift?: MarketShift | null;
  /** Networks to go on from, by role; without them the policies begin as the classical composition. */
  readonly initial?: Readonly<Record<string, StoredNetwork>>;
  /** What the team corrects. */
  readonly tuning: ClassicalTuning;
  readonly config: TrainingConfig;
  readonly stages: readonly Stage[];
  /** Roles that stay classical. */
  readonly left: readonly string[];
  readonly seed: number;
  readonly iterations: number;
  /** Days side by side: shards × days of a shard. Threads share shards. */
  readonly shards: number;
  readonly shardDays: number;
  /** Part of each reward that is the advertiser’s surplus. */
  readonly teamShare: number;
}

/** The part of a training that a thread does. */
export function trainerOf(training: TeamTraining, gathering: Gathering, own: readonly number[]): Trainer {
  const shards = own.map((index) => ({ index, env: envOf(training) }));
  const trainer = new Trainer(
    { ...training, episodes: SPLITS.training.count },
    { own: shards, count: training.shards, gathering },
  );
  for (const { role, actor } of trainer.learners) {
    const network = training.initial?.[role.name];
    if (network !== undefined) actor.load(network.layers);
  }
  return trainer;
}

/** Most numbers that a shard puts into a sum. */
export function mostNumbers(training: TeamTraining): number {
  const env = envOf(training);
  return Math.max(...env.roles.map((role) => RoleLearner.numbers(role, env, training.config)));
}

/** All shards on one thread. */
export function allShards({ shards }: TeamTraining): readonly number[] {
  return shardsOf({ shards, threads: 1 }, 0);
}

/** The market that is trained in. */
export function scenarioTrainedIn({ scenario, data, shift = null }: TeamTraining): Scenario {
  const given = withMarketData(scenarioOf(scenario), data);
  return shift === null ? given : { ...given, shift };
}

function envOf(training: TeamTraining): AdAuction {
  const { tuning, shardDays, teamShare } = training;
  const env = new AdAuction({
    scenario: scenarioTrainedIn(training),
    seed: WORLD,
    episodes: shardDays,
    tuning,
    relative: true,
  });
  env.teamShare = teamShare;
  return env;
}
