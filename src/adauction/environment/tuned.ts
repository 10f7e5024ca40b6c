import type { ClassicalTuning } from '../../delivery/index.ts';
import { SCENARIOS } from './scenario.ts';

/**
 * The best classical composition of each of `SCENARIOS`, in their order, by 200 trials on 50 training days each
 * (`gavotte train --preset classical-4`; docs/learning.md has the search).
 */
const TUNED: readonly ClassicalTuning[] = [
  { rate: 0.727, lambda: 2.313, gain: 0.282, memory: 0.353, sharpness: 3.951, shade: 1.32 },
  { rate: 0.767, lambda: 0.194, gain: 0.392, memory: 0.023, sharpness: 1.724, shade: 0.83 },
  { rate: 0.701, lambda: 0.571, gain: 0.338, memory: 0.215, sharpness: 1.948, shade: 0.873 },
  { rate: 0.626, lambda: 0.179, gain: 0.348, memory: 0.015, sharpness: 1.839, shade: 0.915 },
];

/** The tuning for a scenario of that name. */
export function tunedFor(name: string): ClassicalTuning {
  return TUNED[SCENARIOS.findIndex((each) => each.name === name)]!;
}
