import { parseArgs } from 'node:util';
import { scenarioOf } from '../src/adauction/index.ts';
import { RULES, searchTuning } from '../src/learning/index.ts';

/** Seed of the search; with it every trial is the same whenever it is made. */
const SEED = 1;

/** The search for the best tuning of a rule in a scenario, on training days: every trial, and the best. */
export function tuningBench(): object {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string', default: 'drift' },
      rule: { type: 'string', default: 'classical' },
      trials: { type: 'string', default: '200' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const rule = RULES.find(({ name }) => name === values.rule);
  if (rule === undefined)
    throw new Error(`--rule must be one of ${RULES.map(({ name }) => name).join(', ')}`);
  const trials = [...searchTuning(rule, scenarioOf(values.scenario), Number(values.trials), SEED)];
  const best = trials.reduce((a, b) => (b.score > a.score ? b : a));
  return { scenario: values.scenario, rule: rule.name, best, trials };
}
