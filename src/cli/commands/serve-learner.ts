import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { SCENARIOS, scenarioOf } from '../../adauction/index.ts';
import {
  FeedbackAgent,
  PolicyStore,
  type RetrainingReason,
  retrain,
  retrainingOf,
} from '../../feedback/index.ts';
import { createRealWorld, GavotteError, type World } from '../../kernel/index.ts';
import { presetOf, secondsPerIteration } from '../../learning/index.ts';
import { type OutcomeSource, openKafkaLog, readSegmentedLog } from '../../outcomes/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { positiveInt, positiveNumber } from './common.ts';
import { READ_OUTCOMES, USUAL_OUTCOMES } from './outcomes-option.ts';

interface LearnerOptions {
  readonly outcomes: string;
  readonly kafka?: string;
  readonly policies: string;
  readonly scenario: string;
  readonly preset: string;
  readonly periodMinutes: number;
  readonly everyPeriods?: number;
  readonly minutes: number;
  readonly promote?: boolean;
}

const WAIT_MS = 1_000;
const RETRY_MS = 5_000;
const MINUTE_MS = 60_000;
const ACTOR = 'learner';

/** `gavotte serve learner`. */
export function configureLearner(command: Command, context: CommandContext): void {
  command
    .description(
      'reads outcomes, finds what has changed, trains the promoted team anew, judges it, stores it',
    )
    .option('--outcomes <folder>', READ_OUTCOMES, USUAL_OUTCOMES)
    .option('--kafka <host:port>', 'read them from a broker instead')
    .option('--policies <folder>', 'the store with the promoted policy; candidates go there', 'policies')
    .option(
      '--scenario <name>',
      `the market to train in: ${SCENARIOS.map(({ name }) => name).join(', ')}`,
      'deals',
    )
    .option('--preset <name>', 'how to train', 'marl-4')
    .option('--period-minutes <n>', 'the step in which change is looked for', positiveNumber, 60)
    .option('--every-periods <n>', 'train anew after so many periods, too', positiveInt)
    .option('--minutes <n>', 'how long a training may take', positiveNumber, 10)
    .option(
      '--promote',
      'let a candidate serve that gains in simulation; without it a person does: policy promote',
    )
    .action(context.action((options: LearnerOptions) => runLearner(options, context)));
}

async function runLearner(options: LearnerOptions, { output, signal }: CommandContext): Promise<Report> {
  const world = createRealWorld();
  scenarioOf(options.scenario);
  presetOf(options.preset);
  const store = new PolicyStore({ storage: world.storage, clock: world.clock, folder: options.policies });
  if ((await store.promoted()) === undefined)
    throw new GavotteError('GV_BAD_INPUT', `no policy of ${options.policies} is promoted`, {
      fix: `Add the one that serves: gavotte policy add POLICY.json --policies ${options.policies} --promote --reason TEXT.`,
    });
  const log = await openSource(options, world);
  const periodMs = options.periodMinutes * MINUTE_MS;
  const consumer = await log.consumer('learner', { from: 'start' });
  const agent = new FeedbackAgent({ consumer, periodMs, everyPeriods: options.everyPeriods ?? null });
  output.note('Learning until Ctrl-C.');
  let trainings = 0;
  try {
    while (!signal.aborted) {
      await readOnce(agent, world, signal, (text) => output.note(text));
      const { reason } = agent;
      if (reason === null || signal.aborted) continue;
      output.note(`${reason.why}: ${reason.says}.`);
      trainings += 1;
      output.note(await trainOnce(store, reason, options, world, signal));
      agent.trainedFor(reason.shift);
    }
  } finally {
    await agent.close();
    await log.close();
  }
  const { report } = agent.market;
  return {
    json: { trainings, ...report },
    text: `Read ${report.records} records of ${report.periods} periods; trained ${trainings} times.`,
  };
}

function openSource({ outcomes, kafka }: LearnerOptions, world: World): Promise<OutcomeSource> {
  if (kafka === undefined) return readSegmentedLog({ world, folder: outcomes });
  return openKafkaLog({ clock: world.clock, brokers: [kafka] });
}

async function readOnce(
  agent: FeedbackAgent,
  { clock }: World,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<void> {
  try {
    if ((await agent.read(WAIT_MS)) === 0) await clock.sleep(WAIT_MS, signal).catch(() => {});
  } catch (thrown) {
    const error = GavotteError.from(thrown);
    if (error.recovery !== 'transient') throw error;
    note(`warning: ${error.message}`);
    await clock.sleep(RETRY_MS, signal).catch(() => {});
  }
}

/** Trains once and stores what came of it; says what. */
async function trainOnce(
  store: PolicyStore,
  { shift, says }: RetrainingReason,
  options: LearnerOptions,
  { storage, clock }: World,
  signal: AbortSignal,
): Promise<string> {
  const served = (await store.promoted())!;
  const incumbent = await store.read(served.hash);
  const seed = (await store.list()).length;
  const given = { preset: presetOf(options.preset), scenario: options.scenario, shift, incumbent, seed };
  const running = { threads: availableParallelism(), signal, clock };
  const seconds = await secondsPerIteration(retrainingOf({ ...given, iterations: 1 }), running);
  const iterations = Math.max(1, Math.floor((options.minutes * 60) / seconds));
  const folder = `${options.policies}/training-${seed}`;
  const retrained = await retrain({
    ...given,
    ...running,
    storage,
    folder,
    iterations,
    onIteration: () => {},
  });
  const { relative, verdict } = retrained.judged;
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const gain = `${percent(relative.value)} (${percent(relative.low)} … ${percent(relative.high)}) in simulation`;
  const hash = await store.add(retrained.file, ACTOR, `trained for: ${says}`);
  if (verdict !== 'win') await store.move(hash, 'quarantined', ACTOR, `no gain is shown: ${gain}`);
  else if (options.promote === true) await store.move(hash, 'promoted', ACTOR, gain);
  const { state } = await store.find(hash);
  return `${retrained.agentSteps.toLocaleString('en-US')} agent-steps; ${hash.slice(0, 12)} is ${state}: ${gain}.`;
}
