import { type Scenario, tunedFor } from '../../adauction/index.ts';
import { type ClassicalTuning, DEFAULT_TUNING } from '../../delivery/index.ts';
import type { Rule } from './rules/rule.ts';

/** By scenario and rule: rate, lambda, gain, memory, sharpness, shade. */
const TUNINGS: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  'stationary-sp': {
    static: [2.91, 1.508, 0.416, 0.041, 1.466, 0.817],
    'bang-bang': [0.606, 1.709, 0.642, 0.22, 2.07, 0.847],
    pid: [2.78, 0.049, 1, 0.106, 2.347, 2.522],
    dmd: [1.113, 3.186, 0.172, 0.624, 2.602, 0.877],
    're-solve': [0.709, 1.415, 1, 0.239, 2.466, 0.445],
    throttle: [0.372, 1.428, 0.508, 0.576, 2.575, 0.738],
    ortb1: [0.48, 1.31, 0.338, 0.893, 2.3021, 1.991],
    ortb2: [0.425, 1.122, 0.602, 0.49, 1.941, 1.762],
    'online-lp': [0.102, 3.168, 0.36, 0.343, 2.072, 1.1],
    rlb: [0.632, 2.204, 0.321, 0.755, 2.053, 0.525],
    'min-pacing': [0.838, 1.043, 0.274, 0.431, 2.397, 1.067],
  },
  'stationary-fp': {
    static: [0.088, 0.631, 0.267, 0.101, 3.438, 0.723],
    'bang-bang': [0.742, 0.824, 1, 0.873, 2.358, 0.801],
    pid: [1.928, 0.078, 1, 0.16, 2.338, 0.684],
    dmd: [1.019, 0.213, 0.125, 0.073, 2.689, 0.79],
    're-solve': [0.698, 0.62, 1, 0.274, 1.824, 0.75],
    throttle: [0.068, 0.409, 0.308, 0.086, 2.92, 0.673],
    ortb1: [0.335, 0.294, 0.202, 0.167, 4.122, 0.975],
    ortb2: [3.364, 0.069, 0.847, 0.147, 3.738, 0.831],
    'online-lp': [0.121, 0.277, 0.237, 0.16, 3.491, 0.831],
    rlb: [0.107, 0.411, 0.17, 0.081, 3.464, 0.806],
    'min-pacing': [0.897, 0.954, 0.476, 0.373, 3.995, 0.835],
  },
  drift: {
    static: [0.094, 0.235, 0.571, 0.109, 3.968, 0.69],
    'bang-bang': [0.6, 0.154, 0.865, 0.028, 3.582, 0.881],
    pid: [3.044, 0.078, 0.893, 0.107, 2.166, 0.857],
    dmd: [0.851, 0.346, 0.131, 0.115, 1.847, 0.76],
    're-solve': [0.795, 0.487, 1, 0.462, 1.468, 0.717],
    throttle: [0.07, 0.438, 0.498, 0.129, 2.985, 0.699],
    ortb1: [0.561, 0.36, 0.229, 0.801, 2.728, 1.171],
    ortb2: [1.127, 0.335, 0.345, 0.502, 3.56, 0.926],
    'online-lp': [1.01, 0.481, 0.059, 0.25, 1.736, 0.813],
    rlb: [0.905, 0.539, 0.443, 0.176, 4.116, 0.878],
    'min-pacing': [0.762, 0.587, 0.458, 0.163, 1.974, 0.844],
  },
  deals: {
    static: [0.092, 0.325, 0.458, 0.108, 3.09, 0.733],
    'bang-bang': [0.6, 0.154, 0.865, 0.028, 3.582, 0.881],
    pid: [2.497, 0.082, 0.954, 0.123, 1.621, 0.727],
    dmd: [0.851, 0.346, 0.131, 0.115, 1.847, 0.76],
    're-solve': [0.795, 0.487, 1, 0.462, 1.468, 0.717],
    throttle: [0.07, 0.438, 0.498, 0.129, 2.985, 0.699],
    ortb1: [0.702, 0.502, 0.287, 0.72, 2.832, 1.172],
    ortb2: [1.148, 0.479, 0.312, 0.451, 3.493, 0.896],
    'online-lp': [0.06, 0.7, 0.305, 0.123, 2.465, 0.807],
    rlb: [0.95, 0.506, 0.242, 0.098, 3.065, 0.962],
    'min-pacing': [0.785, 2.152, 0.441, 0.578, 2.343, 0.828],
  },
};

/**
 * The tuning of a rule for a scenario: the best of 200 trials on 50 training days each (`npm run bench -- tuning`).
 * Rules that have nothing to choose have the default.
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
