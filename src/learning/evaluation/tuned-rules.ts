import { type Scenario, tunedFor } from '../../adauction/index.ts';
import { type ClassicalTuning, DEFAULT_TUNING } from '../../delivery/index.ts';
import type { Rule } from './rules.ts';

/** By scenario and rule: rate, lambda, gain, memory, sharpness, shade. */
const TUNINGS: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {};

/**
 * The tuning of a rule for a scenario: the best of 200 trials on 50 training days each (`npm run bench -- tuning`).
 * A rule that was not searched for has the default.
 */
export function tunedRule({ name }: Rule, scenario: Scenario): ClassicalTuning {
  if (name === 'classical') return tunedFor(scenario.name);
  const found = TUNINGS[scenario.name]?.[name];
  if (found === undefined) return DEFAULT_TUNING;
  const [rate, lambda, gain, memory, sharpness, shade] = found as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { rate, lambda, gain, memory, sharpness, shade };
}
