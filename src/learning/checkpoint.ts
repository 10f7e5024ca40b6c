import { z } from 'zod';
import { canonicalJson, GavotteError, parseJsonFile, sha256 } from '../kernel/index.ts';
import type { RoleLearner } from './role-learner.ts';
import type { Trainer } from './trainer.ts';

/** All that a role has learned and needs to go on: floats as base64, little-endian as they lie in memory. */
const roleState = z.strictObject({
  actor: z.base64(),
  critic: z.base64(),
  /** First and second moments of both optimisers. */
  actorMoments: z.tuple([z.base64(), z.base64()]),
  criticMoments: z.tuple([z.base64(), z.base64()]),
  /** Of a Gaussian policy; null for one that chooses among a few. */
  logStd: z.array(z.number()).nullable(),
  lossMoments: z.array(z.number()),
  steps: z.strictObject({ actor: z.int(), critic: z.int(), loss: z.int() }),
  scale: z.strictObject({ mean: z.number(), square: z.number(), weight: z.number() }),
});
const trainerState = z.strictObject({ iteration: z.int().min(0), roles: z.record(z.string(), roleState) });

/** One role’s part of a checkpoint. */
export type RoleState = z.infer<typeof roleState>;
/** Where a training stands between two iterations; one that goes on from it ends with the same bytes. */
export type TrainerState = z.infer<typeof trainerState>;

/** What a trainer has come to. Only for environments whose episodes end with each iteration: theirs is not kept. */
export function stateOf({ iteration, learners }: Trainer): TrainerState {
  return {
    iteration,
    roles: Object.fromEntries(learners.map((learner) => [learner.role.name, roleStateOf(learner)])),
  };
}

/** Puts a trainer of the same options where another one stood. @throws GV_BAD_INPUT when sizes differ. */
export function restore(trainer: Trainer, { iteration, roles }: TrainerState): void {
  trainer.iteration = iteration;
  for (const learner of trainer.learners) {
    const state = roles[learner.role.name];
    if (state === undefined) throw bad(`it has no role ${learner.role.name}`);
    fill(learner.actor.parameters, state.actor);
    fill(learner.critic.parameters, state.critic);
    learner.actor.changed();
    learner.critic.changed();
    for (const index of [0, 1] as const) {
      fill(learner.actorAdam.moments[index], state.actorMoments[index]);
      fill(learner.criticAdam.moments[index], state.criticMoments[index]);
    }
    learner.actorAdam.steps = state.steps.actor;
    learner.criticAdam.steps = state.steps.critic;
    learner.loss.steps = state.steps.loss;
    learner.loss.moments.set(state.lossMoments);
    if ('logStd' in learner.head && state.logStd !== null) learner.head.logStd.set(state.logStd);
    Object.assign(learner.scale, state.scale);
  }
}

const FORMAT = 'gavotte-checkpoint-1';
const content = z.strictObject({
  format: z.literal(FORMAT),
  /** What is trained, as whoever wrote it describes it. */
  run: z.unknown(),
  state: trainerState,
  sha256: z.string(),
});

/** The text of a checkpoint. */
export function writeCheckpoint(run: unknown, state: TrainerState): string {
  const body = { format: FORMAT, run, state };
  return `${canonicalJson({ ...body, sha256: sha256(canonicalJson(body)) })}\n`;
}

/** Reads a checkpoint. @throws GV_BAD_INPUT when it was changed since it was written, or is none. */
export function readCheckpoint(text: string, source: string): { run: unknown; state: TrainerState } {
  const parsed = content.safeParse(parseJsonFile(text, source, FIX));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw bad(`${source}: ${issue!.path.join('.')}: ${issue!.message}`);
  }
  const { sha256: stated, ...body } = parsed.data;
  if (sha256(canonicalJson(body)) !== stated)
    throw bad(`${source}: its content is not what was written, by its hash`);
  return { run: body.run, state: body.state };
}

const FIX = 'Use a checkpoint as `gavotte train` wrote it, or train anew.';

function bad(message: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', message, { fix: FIX });
}

function roleStateOf(learner: RoleLearner): RoleState {
  const { actor, critic, actorAdam, criticAdam, head, loss, scale } = learner;
  return {
    actor: packed(actor.parameters),
    critic: packed(critic.parameters),
    actorMoments: [packed(actorAdam.moments[0]), packed(actorAdam.moments[1])],
    criticMoments: [packed(criticAdam.moments[0]), packed(criticAdam.moments[1])],
    logStd: 'logStd' in head ? [...head.logStd] : null,
    lossMoments: [...loss.moments],
    steps: { actor: actorAdam.steps, critic: criticAdam.steps, loss: loss.steps },
    scale: { mean: scale.mean, square: scale.square, weight: scale.weight },
  };
}

function packed(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function fill(values: Float32Array, text: string): void {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== values.byteLength)
    throw bad(`${bytes.length} bytes of a network, where ${values.byteLength} are needed`);
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength).set(bytes);
}
