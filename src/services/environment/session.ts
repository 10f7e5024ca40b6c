import type { GavotteError } from '../../kernel/index.ts';
import type { EnvRole, TrainingEnv } from '../../learning/index.ts';
import { badFrame, FRAMES, type Frame, FrameReader, jsonFrame, PROTOCOL } from './frames.ts';
import { type Opened, openEnvironment } from './opened.ts';
import { View } from './view.ts';

/** No hello comes near it. */
const HELLO_MAX_BYTES = 4_096;
const BEGIN_BYTES = 8;

/** What the server answers to a hello, beside what `Opened.about` tells. */
export interface Welcome {
  readonly protocol: number;
  readonly episodes: number;
  readonly slots: number;
  readonly observationSize: number;
  readonly stateSize: number;
  /** Steps of an episode; null when they differ. */
  readonly episodeSteps: number | null;
  readonly roles: readonly EnvRole[];
  readonly metrics: readonly string[];
}

/** One client’s environment, from the bytes it sends to those it is answered with. */
export class Session {
  readonly #reader = new FrameReader((kind, bytes) => this.#check(kind, bytes));
  #opened: Opened | null = null;
  #view: View | null = null;
  /** Whether there is an episode to step: begun, and not over for good. */
  #isRunning = false;
  #stride = 0;

  /**
   * Answers to the frames that are complete with `chunk`. An answer is valid until the next is taken.
   * @throws GV_BAD_INPUT for what no client should send; the session is over then.
   */
  *answers(chunk: Buffer): Generator<Uint8Array> {
    for (const frame of this.#reader.read(chunk)) yield this.#answer(frame);
  }

  /** What must hold of a frame before its body is taken. */
  #check(kind: number, bytes: number): void {
    const isFirst = this.#opened === null;
    if (kind === FRAMES.hello) {
      if (!isFirst) throw badFrame('a second hello; open another connection for another environment');
      if (bytes > HELLO_MAX_BYTES)
        throw badFrame(`hello has ${bytes} bytes, and must have at most ${HELLO_MAX_BYTES}`);
      return;
    }
    if (kind !== FRAMES.begin && kind !== FRAMES.step)
      throw badFrame(`there is no frame of kind ${kind} for a client`);
    if (isFirst) throw badFrame(`a frame of kind ${kind} came before hello`);
    if (kind === FRAMES.step && !this.#isRunning)
      throw badFrame('step came before begin, or after all episodes had ended');
    const wanted = kind === FRAMES.begin ? BEGIN_BYTES : this.#stepBytes;
    const name = kind === FRAMES.begin ? 'begin' : 'step';
    if (bytes !== wanted) throw badFrame(`${name} has ${bytes} bytes, and must have ${wanted}`);
  }

  get #stepBytes(): number {
    return 4 * this.#opened!.env.actions.reduce((sum, { length }) => sum + length, 0);
  }

  #answer({ kind, body }: Frame): Uint8Array {
    if (kind === FRAMES.hello) return this.#open(body.toString('utf8'));
    const { env } = this.#opened!;
    if (kind === FRAMES.begin) {
      this.#stride = body.readUInt32LE(4);
      env.begin(body.readUInt32LE(0), this.#stride);
      for (const rewards of env.rewards) rewards.fill(0);
      this.#isRunning = true;
    } else {
      takeActions(env, body);
      env.step();
      this.#isRunning = this.#stride > 0 || env.ended.includes(0);
    }
    return this.#view!.write();
  }

  #open(text: string): Buffer {
    this.#opened = openEnvironment(text);
    this.#view = new View(this.#opened);
    const { env, metrics, about } = this.#opened;
    const { episodes, slots, observationSize, stateSize, episodeSteps, roles } = env;
    const sizes = { episodes, slots, observationSize, stateSize, episodeSteps, roles };
    const welcome: Welcome = { protocol: PROTOCOL, ...sizes, metrics };
    return jsonFrame(FRAMES.welcome, { ...welcome, ...about });
  }
}

/** Puts the actions of a step where the environment reads them. @throws GV_BAD_INPUT naming the first that is none. */
function takeActions(env: TrainingEnv, body: Buffer): void {
  let at = 0;
  for (const [index, role] of env.roles.entries()) {
    const actions = env.actions[index]!;
    for (let each = 0; each < actions.length; each += 1) {
      const action = body.readFloatLE(at);
      if (!isAction(role, action)) throw badAction(role, each, action);
      actions[each] = action;
      at += 4;
    }
  }
}

function isAction({ head, actions }: EnvRole, action: number): boolean {
  if (head === 'gaussian') return action >= -1 && action <= 1;
  return Number.isInteger(action) && action >= 0 && action < actions;
}

function badAction({ name, head, actions }: EnvRole, index: number, action: number): GavotteError {
  const rule = head === 'gaussian' ? 'from -1 to 1' : `a whole number from 0 to ${actions - 1}`;
  return badFrame(`number ${index} of the actions of ${name} is ${action}, and must be ${rule}`);
}
