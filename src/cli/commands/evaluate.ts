import type { Command } from 'commander';
import { SCENARIOS, type Scenario, scenarioOf, withMarketData } from '../../adauction/index.ts';
import { DEFAULT_TUNING, TEAM_SCHEMA, TeamPolicy } from '../../delivery/index.ts';
import { createRealWorld, GavotteError, type World } from '../../kernel/index.ts';
import {
  type Candidate,
  classicalContender,
  type Evaluation,
  evaluate,
  RULES,
  recordTestDays,
  SPLITS,
  type Split,
  teamContender,
  tunedRule,
} from '../../learning/index.ts';
import { type PolicyFile, readPolicyFile } from '../../neural/index.ts';
import type { CommandContext } from '../command.ts';
import { showEvaluation } from '../evaluation-table.ts';
import type { Report } from '../output.ts';
import { positiveInt } from './common.ts';
import { evaluateP48Days, p48DaysOf } from './evaluate-p48.ts';
import { DATA_HELP, readMarketData } from './market-data-option.ts';

/** Training days that are played when nobody says how many: the split has thousands. */
const TRAINING_DAYS = 200;

interface EvaluateOptions {
  readonly policies: string;
  readonly scenario: string;
  readonly split: string;
  readonly days?: number;
  readonly data?: string;
  readonly exact?: boolean;
  readonly ablate?: boolean;
  readonly log: string;
}

/** `gavotte evaluate`: policies on the same held-out days, with intervals. */
export function configure(command: Command, context: CommandContext): void {
  const rules = RULES.map(({ name }) => name).join(', ');
  command
    .requiredOption(
      '--policies <list>',
      `what to compare, the first with all others: policy files, folders of \`train\`, ${rules}, default (not tuned)`,
    )
    .option('--scenario <name>', `the market: ${SCENARIOS.map(({ name }) => name).join(', ')}, p48`, 'drift')
    .option('--split <name>', 'days: test (each use is recorded), validation or training', 'test')
    .option('--days <n>', 'how many of them; without it, all', positiveInt)
    .option('--exact', 'impression by impression through the code that serves; some hundred times slower')
    .option('--data <folder>', DATA_HELP)
    .option('--ablate', 'also each team without each of its roles, which is then classical')
    .option('--log <file>', 'where uses of test days are recorded', 'test-days.ndjson')
    .action(context.action((options: EvaluateOptions) => compare(options, context)));
}

async function compare(options: EvaluateOptions, context: CommandContext): Promise<Report> {
  const world = createRealWorld();
  const split = splitOf(options.split);
  const isP48 = options.scenario === 'p48';
  const most = isP48 ? p48DaysOf(split) : split === 'training' ? TRAINING_DAYS : SPLITS[split].count;
  const days = options.days ?? most;
  if (days > most)
    throw new GavotteError('GV_BAD_INPUT', `--days: there are ${most} ${split} days`, {
      fix: `Give at most ${most}.`,
    });
  if (!isP48) return comparePolicies({ ...options, days }, split, world, context);
  const policies = options.policies.split(',').map((name) => name.trim());
  const onReady = async () => {
    if (split === 'test') await noteUse(options, days, policies, world, context);
  };
  const { env, output } = context;
  const { storage } = world;
  return evaluateP48Days({ policies, split, days, data: env.GAVOTTE_DATA, storage, output, onReady });
}

async function comparePolicies(
  options: EvaluateOptions & { readonly days: number },
  split: Split,
  world: World,
  context: CommandContext,
): Promise<Report> {
  const { output } = context;
  const data = await readMarketData(options.data, world.storage);
  const scenario = withMarketData(scenarioOf(options.scenario), data);
  const { days } = options;
  const candidates: Candidate[] = [];
  for (const name of options.policies.split(','))
    candidates.push(...(await candidatesOf(name.trim(), scenario, options.ablate === true, world)));
  if (split === 'test') {
    const names = candidates.map(({ name }) => name);
    await noteUse(options, days, names, world, context);
  }
  const evaluation = evaluate({
    scenario,
    split,
    days,
    ...(options.exact === true ? { fidelity: 'exact' as const } : {}),
    candidates,
    onRun: (name, run) => output.note(`  played ${name}, run ${run + 1}`),
  });
  return { json: jsonOf(evaluation), text: showEvaluation(evaluation, output.width).join('\n') };
}

async function noteUse(
  { scenario, log }: EvaluateOptions,
  days: number,
  policies: readonly string[],
  { clock, storage }: World,
  { output }: CommandContext,
): Promise<void> {
  const at = new Date(clock.now()).toISOString();
  const uses = await recordTestDays(storage, log, { at, scenario, days, policies });
  output.note(`Use ${uses} of the test days of ${scenario}, recorded in ${log}`);
}

/** An evaluation as JSON: days as plain lists. */
export function jsonOf(evaluation: Evaluation): object {
  return {
    ...evaluation,
    rows: evaluation.rows.map((row) => ({ ...row, days: row.days.map((run) => [...run]) })),
  };
}

function splitOf(name: string): Split {
  if (Object.hasOwn(SPLITS, name)) return name as Split;
  throw new GavotteError('GV_BAD_INPUT', `--split: there is no split ${JSON.stringify(name)}`, {
    fix: `Use one of: ${Object.keys(SPLITS).join(', ')}.`,
  });
}

/** The candidates that a name of `--policies` means: a team, and with `ablate` the team without each role. */
export async function candidatesOf(
  name: string,
  scenario: Scenario,
  ablate: boolean,
  world: World,
): Promise<readonly Candidate[]> {
  if (name === 'default') return [{ name, runs: [classicalContender(name, DEFAULT_TUNING)] }];
  const rule = RULES.find((each) => each.name === name);
  if (rule !== undefined) return [{ name, runs: [rule.make(tunedRule(rule, scenario))] }];
  const files = await policyFiles(name, world);
  const team = (label: string, without: string | null): Candidate => ({
    name: label,
    runs: files.map((file) => {
      const policy = new TeamPolicy(file);
      return teamContender(
        label,
        policy.tuning,
        policy,
        policy.roles.filter((role) => role !== without),
      );
    }),
  });
  const roles = ablate ? Object.keys(files[0]!.networks) : [];
  return [team(name, null), ...roles.map((role) => team(`… without ${role}`, role))];
}

/** The policy of a file, or one for each seed of a folder that `train` wrote. */
async function policyFiles(name: string, { storage }: World): Promise<readonly PolicyFile[]> {
  const read = async (path: string) => readPolicyFile(await storage.readText(path), path, TEAM_SCHEMA);
  if (name.endsWith('.json')) return [await read(name)];
  const trainings = await storage.readText(`${name}/trainings.json`).catch(() => {
    throw new GavotteError('GV_BAD_INPUT', `--policies: ${JSON.stringify(name)} is no policy`, {
      fix: `Name a policy file (….json), a folder that \`gavotte train\` wrote, default, or one of ${RULES.map((rule) => rule.name).join(', ')}.`,
    });
  });
  const seeds = (JSON.parse(trainings) as readonly { readonly seed: number }[]).map(({ seed }) => seed);
  return Promise.all(seeds.map((seed) => read(`${name}/seed-${seed}/policy.json`)));
}
