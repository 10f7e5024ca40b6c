import { type Scenario, tunedFor } from '../../adauction/index.ts';
import { DEFAULT_TUNING } from '../../delivery/index.ts';
import type { World } from '../../kernel/index.ts';
import {
  type Candidate,
  classicalContender,
  type Evaluation,
  evaluate,
  htmlReport,
  LOOK_DAYS,
  lookAt,
  RULES,
  type RunCurves,
  SPLITS,
  scalarsOf,
  type TeamRun,
  tunedRule,
} from '../../learning/index.ts';
import { evaluationRows, showEvaluation } from '../evaluation-table.ts';
import type { Output, Report } from '../output.ts';
import { candidatesOf, jsonOf } from './evaluate.ts';

/** What finished trainings came to: a table, a page with the curves, and the best policy in a place of its own. */
export async function reportTraining(done: {
  readonly world: World;
  readonly folder: string;
  readonly scenario: Scenario;
  readonly runs: readonly TeamRun[];
  readonly output: Output;
}): Promise<Report> {
  const { world, folder, scenario, runs, output } = done;
  const best = runs.reduce((a, b) => (b.best!.surplus > a.best!.surplus ? b : a));
  const policy = `${folder}/policy.json`;
  const chosen = await world.storage.readText(`${folder}/seed-${best.training.seed}/policy.json`);
  await world.storage.writeText(policy, chosen);
  output.note('Playing days that chose nothing …');
  const rules = RULES.filter(({ name }) => name !== 'classical').map(
    (rule): Candidate => ({ name: rule.name, runs: [rule.make(tunedRule(rule, scenario))] }),
  );
  const evaluation = evaluate({
    scenario,
    split: 'validation',
    // Looks during training chose by the others.
    skip: LOOK_DAYS,
    days: SPLITS.validation.count - LOOK_DAYS,
    candidates: [
      ...(await candidatesOf('classical', scenario, false, world)),
      ...(await candidatesOf(folder, scenario, true, world)),
      ...(await candidatesOf('default', scenario, false, world)),
      ...rules,
    ],
  });
  await world.storage.writeText(
    `${folder}/evaluation.json`,
    `${JSON.stringify(jsonOf(evaluation), null, 1)}\n`,
  );
  const report = `${folder}/report.html`;
  await world.storage.writeText(report, page(runs, scenario, evaluation));
  const test = `gavotte evaluate --policies classical,${folder} --scenario ${scenario.name} --ablate`;
  const text = [
    ...showEvaluation(evaluation, output.width),
    '',
    `Report: ${report}. Policy of seed ${best.training.seed}: ${policy}; serve it: gavotte serve bidder --policy ${policy}`,
    `On the test days, each use of which is recorded: ${test}`,
  ];
  return { json: { folder, policy, report, evaluation: jsonOf(evaluation) }, text: text.join('\n') };
}

function page(runs: readonly TeamRun[], scenario: Scenario, evaluation: Evaluation): string {
  const { config, iterations, left } = runs[0]!.training;
  const seeds = runs.map(({ training }) => training.seed).join(', ');
  const seconds = runs.reduce((sum, { points }) => sum + points.at(-1)!.seconds, 0);
  const levels = [
    classicalContender('classical', tunedFor(scenario.name)),
    classicalContender('default', DEFAULT_TUNING),
  ].map((contender) => ({ name: contender.name, y: lookAt(contender, scenario).surplus / 1e6 }));
  const roles = Object.keys(runs[0]!.points[0]!.rewards).filter((role) => !left.includes(role));
  const ofRoles = (prefix: string) => roles.map((role) => `${prefix}/${role}`);
  return htmlReport({
    title: `A team for ${scenario.name}`,
    facts: [
      ['seeds', seeds],
      ['iterations of each', String(iterations)],
      ['agent-steps of each', runs[0]!.points.at(-1)!.agentSteps.toLocaleString('en')],
      ['seconds of training', seconds.toFixed(0)],
      ['critics', config.centralCritic ? 'central (MAPPO)' : 'own (IPPO)'],
      ['roles that stay classical', left.length === 0 ? 'none' : left.join(', ')],
      ['tuning of the classical composition', JSON.stringify(tunedFor(scenario.name))],
    ],
    runs: runs.map(curvesOf),
    plots: [
      {
        title: `Surplus of the ${LOOK_DAYS} validation days that choose the policy`,
        yLabel: 'USD',
        curves: ['validation/surplus'],
        levels,
      },
      {
        title: 'Reward over that of the classical composition, while exploring',
        yLabel: 'budgets of a tick',
        curves: ofRoles('reward'),
      },
      {
        title: 'Pacing error on validation days',
        yLabel: 'of a mean tick',
        curves: ['validation/pacing error'],
      },
      { title: 'Critic’s loss', yLabel: 'of the returns’ variance', curves: ofRoles('valueLoss') },
      { title: 'Entropy of policies', yLabel: 'nats', curves: ofRoles('entropy') },
      { title: 'How far updates move', yLabel: 'KL', curves: ofRoles('kl') },
    ],
    tables: [
      {
        title: `${evaluation.days} validation days that chose nothing`,
        rows: evaluationRows(evaluation),
        note: 'Surplus is value less cost less penalties, expected, as interquartile mean with a bootstrap 95 % interval; a tie is an interval that has 0 in it. Hindsight knows the day beforehand and is a bound.',
      },
    ],
  });
}

function curvesOf({ training, points }: TeamRun): RunCurves {
  const curves: Record<string, [number, number][]> = {};
  for (const point of points)
    for (const { tag, value } of scalarsOf(point)) {
      curves[tag] ??= [];
      curves[tag].push([point.agentSteps, value]);
    }
  return { seed: training.seed, curves };
}
