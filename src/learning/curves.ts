import { z } from 'zod';
import { GavotteError } from '../kernel/index.ts';
import { eventFileHeader, type Scalar, scalarsEvent } from './report/tensorboard.ts';

const update = z.strictObject({
  valueLoss: z.number(),
  entropy: z.number(),
  kl: z.number(),
  clipped: z.number(),
});
const look = z.strictObject({
  iteration: z.int(),
  surplus: z.number(),
  pacingError: z.number(),
  utilisation: z.number(),
});
const point = z.strictObject({
  iteration: z.int(),
  agentSteps: z.int(),
  stage: z.int(),
  rewards: z.record(z.string(), z.number()),
  updates: z.record(z.string(), update),
  /** Seconds of training so far. */
  seconds: z.number(),
  /** The look at validation days after this iteration, if there was one. */
  look: look.nullable(),
});

/** One iteration of a run, as it is plotted. */
export type CurvePoint = z.infer<typeof point>;

/** One line of JSON for each iteration. */
export function curveLines(points: readonly CurvePoint[]): string {
  return points.map((each) => `${JSON.stringify(each)}\n`).join('');
}

/** @throws GV_BAD_INPUT naming the line that is none. */
export function parseCurveLines(text: string, source: string): readonly CurvePoint[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const parsed = point.safeParse(jsonOf(line));
      if (parsed.success) return parsed.data;
      throw new GavotteError('GV_BAD_INPUT', `${source}: line ${index + 1} is no point of a curve`, {
        fix: 'Use the file as `gavotte train` wrote it, or train anew.',
      });
    });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** A TensorBoard event file of a run. */
export function eventFile(points: readonly CurvePoint[]): Uint8Array {
  return Buffer.concat([
    eventFileHeader(0),
    ...points.map((each) => scalarsEvent(each.seconds, each.agentSteps, scalarsOf(each))),
  ]);
}

/** Names and values of all that a point tells. */
export function scalarsOf({ rewards, updates, look: seen }: CurvePoint): readonly Scalar[] {
  const scalars: Scalar[] = [];
  for (const [role, value] of Object.entries(rewards)) scalars.push({ tag: `reward/${role}`, value });
  for (const [role, figures] of Object.entries(updates))
    for (const [name, value] of Object.entries(figures)) scalars.push({ tag: `${name}/${role}`, value });
  if (seen !== null)
    scalars.push(
      { tag: 'validation/surplus', value: seen.surplus / 1e6 },
      { tag: 'validation/pacing error', value: seen.pacingError },
      { tag: 'validation/utilisation', value: seen.utilisation },
    );
  return scalars;
}
