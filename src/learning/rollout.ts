import type { TrainingEnv } from './training-env.ts';

/**
 * What one role saw and did since the last update: [decisions × rows] arrays, decision by decision. Inputs are an
 * observation, then the state that its critic sees; there is room for one look beyond the last decision.
 */
export class Rollout {
  readonly decisions: number;
  readonly rows: number;
  /** Numbers of an input, and how many of them the policy sees. */
  readonly width: number;
  readonly seen: number;
  readonly inputs: Float32Array;
  /** What was chosen, before it was squashed: [decisions × rows × raws]. */
  readonly chosen: Float32Array;
  readonly raws: number;
  readonly logs: Float32Array;
  readonly rewards: Float32Array;
  /** One set more than there are decisions. */
  readonly values: Float32Array;
  readonly ended: Uint8Array;
  readonly alive: Uint8Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
  readonly #slots: number;
  readonly #state: number;
  /** Decisions made. */
  count = 0;

  /** @param state numbers of the state that the critic sees. */
  constructor(env: TrainingEnv, decisions: number, raws: number, state: number) {
    const rows = env.episodes * env.slots;
    const samples = decisions * rows;
    this.decisions = decisions;
    this.rows = rows;
    this.raws = raws;
    this.seen = env.observationSize;
    this.#state = state;
    this.width = this.seen + state;
    this.#slots = env.slots;
    this.inputs = new Float32Array((samples + rows) * this.width);
    this.chosen = new Float32Array(samples * raws);
    this.logs = new Float32Array(samples);
    this.rewards = new Float32Array(samples);
    this.values = new Float32Array(samples + rows);
    this.ended = new Uint8Array(samples);
    this.alive = new Uint8Array(samples + rows);
    this.advantages = new Float32Array(samples);
    this.returns = new Float32Array(samples);
  }

  clear(): void {
    this.count = 0;
    this.rewards.fill(0);
    this.ended.fill(0);
  }

  /** Keeps what is seen now, as the input of decision `count`. */
  look(env: TrainingEnv): void {
    const { observations, states, stateSize, alive } = env;
    const first = this.count * this.rows;
    for (let row = 0; row < this.rows; row += 1) {
      const at = (first + row) * this.width;
      const from = row * this.seen;
      for (let index = 0; index < this.seen; index += 1)
        this.inputs[at + index] = observations[from + index]!;
      const state = Math.floor(row / this.#slots) * stateSize;
      for (let index = 0; index < this.#state; index += 1)
        this.inputs[at + this.seen + index] = states[state + index]!;
      this.alive[first + row] = alive[row]!;
    }
  }

  /** What a step brought counts for the decision before it; an episode that ended takes nothing from the next. */
  reward(env: TrainingEnv, rewards: Float32Array): void {
    const first = (this.count - 1) * this.rows;
    for (let row = 0; row < this.rows; row += 1) {
      const at = first + row;
      if (this.ended[at] === 1) continue;
      this.rewards[at]! += rewards[row]!;
      this.ended[at] = env.ended[Math.floor(row / this.#slots)]!;
    }
  }

  /** Of the samples that count: how many, and the sums of returns, of their squares, of advantages, and of theirs. */
  sums(out: Float64Array): void {
    out.fill(0, 0, 5);
    const samples = this.count * this.rows;
    for (let at = 0; at < samples; at += 1) {
      if (this.alive[at] === 0) continue;
      const [gain, advantage] = [this.returns[at]!, this.advantages[at]!];
      out[0]! += 1;
      out[1]! += gain;
      out[2]! += gain * gain;
      out[3]! += advantage;
      out[4]! += advantage * advantage;
    }
  }

  /** Samples that count, of every `parts`-th decision from `part`. */
  countAlive(part: number, parts: number): number {
    let count = 0;
    for (let decision = part; decision < this.count; decision += parts)
      for (let row = 0; row < this.rows; row += 1) count += this.alive[decision * this.rows + row]!;
    return count;
  }

  /** Advantages in deviations from their mean. */
  normaliseAdvantages(mean: number, deviation: number): void {
    const samples = this.count * this.rows;
    for (let at = 0; at < samples; at += 1) this.advantages[at] = (this.advantages[at]! - mean) / deviation;
  }
}
