import { GavotteError } from '../../../kernel/index.ts';

/** What is to be chosen in the classical composition; found by the same search that a learned team gets. */
export interface ClassicalTuning {
  /** η of the dual multiplier, for a policy tick at twice the target. */
  readonly rate: number;
  /** Where the multiplier λ begins. */
  readonly lambda: number;
  /** Part of the distance to the plan that is made good in a tick, 0 to 1. */
  readonly gain: number;
  /** Weight of the newest tick in what prices are believed to be. */
  readonly memory: number;
  /** The exponent of Thompson sampling's chances. */
  readonly sharpness: number;
  /** Part of the worth that is bid at most in a first-price auction, after shading: a factor on the shaded price. */
  readonly shade: number;
}

/** As the server starts. */
export const DEFAULT_TUNING: ClassicalTuning = {
  rate: 0.5,
  lambda: 0.5,
  gain: 1,
  memory: 0.3,
  sharpness: 1,
  shade: 1,
};

/** The tuning that a policy file goes with. @throws GV_BAD_INPUT naming the number that it lacks, or that is below 0. */
export function tuningFrom(numbers: Readonly<Record<string, number>>, source: string): ClassicalTuning {
  for (const name of Object.keys(DEFAULT_TUNING))
    if (!(numbers[name]! >= 0 && numbers[name]! < Infinity))
      throw new GavotteError(
        'GV_BAD_INPUT',
        `${source}: tuning.${name} is ${numbers[name] ?? 'missing'}, which is no number of 0 or more`,
        { fix: 'Use a file as `gavotte train` wrote it, of this version.' },
      );
  return { ...DEFAULT_TUNING, ...numbers };
}
