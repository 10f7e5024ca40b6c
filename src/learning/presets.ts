import { type Scenario, tunedFor } from '../adauction/index.ts';
import { ROLES } from '../delivery/index.ts';
import { GavotteError } from '../kernel/index.ts';
import { FAST, PAPER, type TrainingConfig } from './config.ts';
import type { TeamTraining } from './team-training.ts';

/** A named way to train. */
export interface Preset {
  readonly name: string;
  readonly summary: string;
  readonly config: TrainingConfig;
}

/** The four roles, trained together. */
export const PRESETS: readonly Preset[] = [
  { name: 'marl-4', summary: 'four roles, central critics, four epochs, small critics', config: FAST },
  {
    name: 'marl-4-paper',
    summary: 'the settings of the MAPPO paper: ten epochs, larger critics',
    config: PAPER,
  },
  {
    name: 'demo-4',
    summary: 'as marl-4, with networks of a few kilobytes',
    config: { ...FAST, actor: [16, 16] },
  },
  {
    name: 'ippo-4',
    summary: 'as marl-4, but critics see no more than the agents (IPPO)',
    config: { ...FAST, centralCritic: false },
  },
];

/** Days side by side, and the parts in which threads take them. */
const SHARDS = 4;
const SHARD_DAYS = 16;

/** @throws GV_BAD_INPUT naming those there are. */
export function presetOf(name: string): Preset {
  const found = PRESETS.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new GavotteError('GV_BAD_INPUT', `--preset: there is no preset ${JSON.stringify(name)}`, {
    fix: `Use one of: ${PRESETS.map((each) => each.name).join(', ')}.`,
  });
}

/** What a preset leaves open. */
export type TrainingChoices = Pick<TeamTraining, 'seed' | 'iterations' | 'left'> &
  Partial<Pick<TeamTraining, 'data'>>;

/** The training that a preset means. @param left roles that stay classical. */
export function trainingOf(
  { config }: Preset,
  scenario: Scenario,
  { seed, iterations, left, data = null }: TrainingChoices,
): TeamTraining {
  const roles = ROLES.filter((role) => !left.includes(role));
  return {
    scenario: scenario.name,
    data,
    tuning: tunedFor(scenario.name),
    config,
    stages: [
      { roles, share: 0.8, rate: 1 },
      { roles, share: 0.2, rate: 0.3 },
    ],
    left,
    seed,
    iterations,
    shards: SHARDS,
    shardDays: SHARD_DAYS,
    teamShare: 0.5,
  };
}
