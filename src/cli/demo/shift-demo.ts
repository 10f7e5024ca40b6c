import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MarketShift } from '../../adauction/index.ts';
import { TEAM_SCHEMA, TeamPolicy } from '../../delivery/index.ts';
import { type Retrained, type RetrainingReason, retrain, retrainingOf } from '../../feedback/index.ts';
import { createRealWorld, GavotteError, type World } from '../../kernel/index.ts';
import { presetOf, secondsPerIteration } from '../../learning/index.ts';
import { openLedger, sqliteStore } from '../../ledger/index.ts';
import { type PolicyFile, readPolicyFile } from '../../neural/index.ts';
import type { OutcomeLog } from '../../outcomes/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { SAMPLE_TEAM } from './sample-team.ts';
import { shiftReport } from './shift-report.ts';
import { type CanaryResult, ShiftStage } from './shift-stage.ts';

/** What happens to the market: others bid 1.6 times as much, and what was best in each campaign has worn out. */
const SHIFT: MarketShift = { prices: 1.6, best: 0.3 };
const DAYS_BEFORE = 8;
/** The shift is found within so many days, or the demo says that it was not. */
const MOST_DAYS_TO_FIND = 12;
const SHADOW_DAYS = 2;
const CANARY_DAYS = 6;
const CANARY_SHARE = 0.5;
const DAYS_AFTER = 8;

/** How the demo of a changing market runs. */
export interface ShiftDemoOptions {
  /** Seconds of training. */
  readonly trainSeconds: number;
  /** Of a day of the market; each is about eight records. */
  readonly impressions: number;
  readonly openLog: (world: World, folder: string) => Promise<OutcomeLog>;
}

/** What became of the candidate. */
export interface CandidateFate {
  readonly isPromoted: boolean;
  readonly says: string;
}

/**
 * A market in which a team serves changes half way: prices rise and the best creatives wear out. The feedback agent reads
 * the outcome log, finds it, trains the team anew for the market it found, judges the candidate, lets it run beside and
 * then for a part of the advertisers, and promotes it or says why not.
 */
export async function runShiftDemo(options: ShiftDemoOptions, context: CommandContext): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'gavotte-shift-'));
  const world = createRealWorld();
  const books = world.storage.openDatabase(join(folder, 'ledger.db'));
  const ledger = await openLedger({ store: sqliteStore(books), clock: world.clock });
  const log = await options.openLog(world, join(folder, 'outcomes'));
  const incumbent = readPolicyFile(SAMPLE_TEAM, 'the demo’s team', TEAM_SCHEMA);
  const stage = await ShiftStage.open({
    ledger,
    log,
    incumbent,
    output: context.output,
    clock: world.clock,
    impressions: options.impressions,
  });
  try {
    return await perform(stage, incumbent, world, folder, options, context);
  } finally {
    await stage.close();
    await log.close();
    await ledger.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function perform(
  stage: ShiftStage,
  incumbent: PolicyFile,
  world: World,
  folder: string,
  options: ShiftDemoOptions,
  { output, signal }: CommandContext,
): Promise<Report> {
  const stopped = () => {
    if (signal.aborted) throw new GavotteError('GV_CANCELLED', 'stopped; nothing is left behind');
  };
  output.note(`A market of 12 campaigns, ${DAYS_BEFORE} days as the team knows it.`);
  await stage.play('before', DAYS_BEFORE, stopped);
  stage.shift(SHIFT);
  output.note(
    `The market changes: others bid ${SHIFT.prices} times as much, and the best creative of each campaign keeps ${SHIFT.best * 100} % of its effect. Nobody tells the agents.`,
  );
  const reason = await stage.playUntilReason('after the shift', MOST_DAYS_TO_FIND, stopped);
  if (reason === null)
    return shiftReport(stage, null, { isPromoted: false, says: 'the change was not found' }, null);
  output.note(`Found after ${stage.daysSinceShift} days: ${reason.says}.`);
  const retrained = await train(incumbent, reason, world, folder, options, {
    output,
    signal,
  } as CommandContext);
  const { relative, verdict } = retrained.judged;
  const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
  const judged = `${percent(relative.value)} (${percent(relative.low)} … ${percent(relative.high)})`;
  output.note(
    `On 150 simulated days of the market as it was found, the candidate brings ${judged}: ${verdict}.`,
  );
  stopped();
  const fate = await admit(stage, retrained, judged, stopped, (text) => output.note(text));
  await stage.play(fate.fate.isPromoted ? 'after the new policy' : 'after, as before', DAYS_AFTER, stopped);
  const compared = stage.comparedOnSameDays(incumbent, retrained.file);
  return shiftReport(stage, { reason, retrained, canary: fate.canary }, fate.fate, compared);
}

async function train(
  incumbent: PolicyFile,
  { shift }: RetrainingReason,
  { storage, clock }: World,
  folder: string,
  { trainSeconds }: ShiftDemoOptions,
  { output, signal }: CommandContext,
): Promise<Retrained> {
  const given = { preset: presetOf('demo-4'), scenario: 'deals', shift, incumbent, seed: 1 };
  const threads = availableParallelism();
  const running = { threads, signal, clock };
  const seconds = await secondsPerIteration(retrainingOf({ ...given, iterations: 1 }), running);
  const iterations = Math.max(1, Math.floor(trainSeconds / seconds));
  output.note(
    `Training anew, from the policy that serves, in the market as it was found: ${iterations} iterations.`,
  );
  const retrained = await retrain({
    ...given,
    ...running,
    storage,
    folder: join(folder, 'training'),
    iterations,
    onIteration: () => {},
  });
  output.note(
    `Trained ${retrained.agentSteps.toLocaleString('en-US')} agent-steps in ${retrained.iterations} iterations.`,
  );
  return retrained;
}

/** Shadow, canary, promotion; or why not. */
async function admit(
  stage: ShiftStage,
  { file, judged }: Retrained,
  gain: string,
  stopped: () => void,
  note: (text: string) => void,
): Promise<{ readonly fate: CandidateFate; readonly canary: CanaryResult | null }> {
  if (judged.verdict !== 'win')
    return {
      fate: { isPromoted: false, says: `quarantined: no gain is shown in simulation, ${gain}` },
      canary: null,
    };
  stage.team.propose(new TeamPolicy(file));
  await stage.play('shadow', SHADOW_DAYS, stopped);
  const { decisions, distance } = stage.team.shadow;
  note(
    `Shadow: ${decisions.toLocaleString('en-US')} actions asked for, ${distance.toFixed(3)} apart on average.`,
  );
  stage.team.share = CANARY_SHARE;
  const canary = await stage.playCanary('canary', CANARY_DAYS, stopped);
  const range = `${(100 * canary.value).toFixed(1)} % (${(100 * canary.low).toFixed(1)} … ${(100 * canary.high).toFixed(1)})`;
  note(
    `Canary: ${canary.canaries} of ${canary.pairs} advertiser-days by the candidate: ${range} beside the others.`,
  );
  if (canary.high < 0) {
    stage.team.propose(null);
    return { fate: { isPromoted: false, says: `quarantined: the canary lost, ${range}` }, canary };
  }
  stage.team.propose(null);
  stage.team.incumbent = new TeamPolicy(file);
  return {
    fate: { isPromoted: true, says: `promoted: ${gain} in simulation, and the canary shows no loss` },
    canary,
  };
}
