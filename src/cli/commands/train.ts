import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { SCENARIOS, type Scenario, scenarioOf, withMarketData } from '../../adauction/index.ts';
import { ROLES } from '../../delivery/index.ts';
import { createRealWorld, GavotteError, type World } from '../../kernel/index.ts';
import {
  PRESETS,
  presetOf,
  runTeam,
  secondsPerIteration,
  type TeamRun,
  type TeamTraining,
  trainingOf,
} from '../../learning/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { TrainingView } from '../training-view.ts';
import { positiveInt, positiveNumber } from './common.ts';
import { DATA_HELP, readMarketData } from './market-data-option.ts';
import { reportTraining } from './train-report.ts';

interface TrainOptions {
  readonly preset: string;
  readonly scenario: string;
  readonly minutes: number;
  readonly iterations?: number;
  readonly seeds: number;
  readonly firstSeed: number;
  readonly threads: number;
  readonly without: readonly string[];
  readonly data?: string;
  readonly out?: string;
  readonly resume?: boolean;
}

/** `gavotte train`: four agents learn together in AdAuction; writes policies, curves and a report. */
export function configure(command: Command, context: CommandContext): void {
  const presets = PRESETS.map(({ name, summary }) => `${name} (${summary})`).join('; ');
  command
    .option('--preset <name>', `how to train: ${presets}`, 'marl-4')
    .option('--scenario <name>', `the market: ${SCENARIOS.map(({ name }) => name).join(', ')}`, 'drift')
    .option('--minutes <n>', 'how long, all seeds together; what fits is measured first', positiveNumber, 10)
    .option('--iterations <n>', 'instead of --minutes: iterations of each seed, which reproduce', positiveInt)
    .option('--seeds <n>', 'trainings, one after the other; the report has their band', positiveInt, 2)
    .option('--first-seed <n>', 'seed of the first training', positiveInt, 1)
    .option('--threads <n>', 'the result does not depend on it', positiveInt, availableParallelism())
    .option('--without <roles>', `leave these classical: some of ${ROLES.join(',')}`, roles, [])
    .option('--data <folder>', DATA_HELP)
    .option('--out <folder>', 'where to write; without it, training/PRESET-SCENARIO')
    .option('--resume', 'go on from the checkpoints of --out; ends as if it had not been stopped')
    .action(context.action((options: TrainOptions) => train(options, context)));
}

/** A list of roles. @throws GV_BAD_INPUT */
function roles(text: string): readonly string[] {
  const list = text.split(',').map((each) => each.trim());
  const unknown = list.find((each) => !(ROLES as readonly string[]).includes(each));
  if (unknown === undefined && list.length < ROLES.length) return list;
  throw new GavotteError('GV_BAD_INPUT', `--without ${text}: ${unknown ?? 'nobody'} is left to learn`, {
    fix: `Name some of ${ROLES.join(', ')}, but not all.`,
  });
}

async function train(options: TrainOptions, { output, signal }: CommandContext): Promise<Report> {
  const world = createRealWorld();
  const scenario = scenarioOf(options.scenario);
  const folder = options.out ?? `training/${options.preset}-${scenario.name}`;
  const trainings = await plannedTrainings(options, scenario, folder, world, signal, (text) =>
    output.note(text),
  );
  const runs: TeamRun[] = [];
  const view = new TrainingView(output, { clock: world.clock, folder, trainings });
  for (const [index, training] of trainings.entries()) {
    if (signal.aborted) break;
    view.begin(index);
    const run = await runTeam(training, {
      storage: world.storage,
      clock: world.clock,
      folder: seedFolder(folder, training),
      threads: options.threads,
      signal,
      resume: await isBegun(world, seedFolder(folder, training)),
      onPoint: (point) => view.update(point),
    });
    runs.push(run);
    view.end(run);
  }
  if (runs.some(({ isDone }) => !isDone) || runs.length < trainings.length) return stopped(folder, options);
  const { data } = trainings[0]!;
  return reportTraining({ world, folder, scenario: withMarketData(scenario, data), runs, output });
}

function seedFolder(folder: string, { seed }: TeamTraining): string {
  return `${folder}/seed-${seed}`;
}

const PLAN = 'trainings.json';

/** What is to be trained: written down first, so that a resumed run knows all of it. */
async function plannedTrainings(
  options: TrainOptions,
  scenario: Scenario,
  folder: string,
  world: World,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<readonly TeamTraining[]> {
  const path = `${folder}/${PLAN}`;
  const known = await world.storage.readText(path).catch(() => null);
  if (options.resume === true) {
    if (known === null)
      throw new GavotteError('GV_BAD_INPUT', `--resume: there is no training in ${folder}`, {
        fix: 'Give the folder of a training with --out, or begin one without --resume.',
      });
    return JSON.parse(known) as readonly TeamTraining[];
  }
  if (known !== null)
    throw new GavotteError('GV_BAD_INPUT', `--out: ${folder} already has a training`, {
      fix: 'Go on with --resume, or give another folder with --out.',
    });
  const preset = presetOf(options.preset);
  const data = await readMarketData(options.data, world.storage);
  const of = (seed: number, iterations: number) =>
    trainingOf(preset, scenario, { seed, iterations, left: options.without, data });
  let { iterations } = options;
  if (iterations === undefined) {
    note('Measuring how much fits …');
    const seconds = await secondsPerIteration(of(options.firstSeed, 1), {
      threads: options.threads,
      signal,
      clock: world.clock,
    });
    iterations = Math.max(1, Math.floor((options.minutes * 60) / options.seeds / seconds));
  }
  const trainings = Array.from({ length: options.seeds }, (_, index) =>
    of(options.firstSeed + index, iterations),
  );
  await world.storage.writeText(path, `${JSON.stringify(trainings, null, 1)}\n`);
  return trainings;
}

/** Whether a seed has a checkpoint to go on from. */
function isBegun({ storage }: World, folder: string): Promise<boolean> {
  return storage.readText(`${folder}/checkpoint.json`).then(
    () => true,
    () => false,
  );
}

function stopped(folder: string, options: TrainOptions): Report {
  const again = `gavotte train --preset ${options.preset} --scenario ${options.scenario} --out ${folder} --resume`;
  return {
    json: { stopped: true, folder, resume: again },
    text: `Stopped; checkpoints are in ${folder}. Go on: ${again}`,
  };
}
