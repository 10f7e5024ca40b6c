import type { Command } from 'commander';
import { SCENARIOS, type Scenario, scenarioOf } from '../../adauction/index.ts';
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

interface EvaluateOptions {
  readonly policies: string;
  readonly scenario: string;
  readonly split: string;
  readonly days: number;
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
    .option('--scenario <name>', `the market: ${SCENARIOS.map(({ name }) => name).join(', ')}`, 'drift')
    .option('--split <name>', 'days: test (each use is recorded), validation or training', 'test')
    .option('--days <n>', 'how many of them', positiveInt, SPLITS.test.count)
    .option('--ablate', 'also each team without each of its roles, which is then classical')
    .option('--log <file>', 'where uses of test days are recorded', 'test-days.ndjson')
    .action(context.action((options: EvaluateOptions) => compare(options, context)));
}

async function compare(options: EvaluateOptions, { output }: CommandContext): Promise<Report> {
  const world = createRealWorld();
  const scenario = scenarioOf(options.scenario);
  const split = splitOf(options.split);
  if (options.days > SPLITS[split].count)
    throw new GavotteError('GV_BAD_INPUT', `--days: there are ${SPLITS[split].count} ${split} days`, {
      fix: `Give at most ${SPLITS[split].count}.`,
    });
  const candidates: Candidate[] = [];
  for (const name of options.policies.split(','))
    candidates.push(...(await candidatesOf(name.trim(), scenario, options.ablate === true, world)));
  if (split === 'test') {
    const use = {
      at: new Date(world.clock.now()).toISOString(),
      scenario: scenario.name,
      days: options.days,
      policies: candidates.map(({ name }) => name),
    };
    const uses = await recordTestDays(world.storage, options.log, use);
    output.note(`Use ${uses} of the test days of ${scenario.name}, recorded in ${options.log}`);
  }
  const evaluation = evaluate({
    scenario,
    split,
    days: options.days,
    candidates,
    onRun: (name, run) => output.note(`  played ${name}, run ${run + 1}`),
  });
  return { json: jsonOf(evaluation), text: showEvaluation(evaluation, output.width).join('\n') };
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
