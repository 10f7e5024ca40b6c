import type { Draws, RandomStream } from '../kernel/index.ts';
import {
  Adam,
  Categorical,
  Mlp,
  type MlpShape,
  SquashedGaussian,
  type StoredNetwork,
  wasmKernels,
} from '../neural/index.ts';
import type { TrainingConfig } from './config.ts';
import { PolicyLoss } from './policy-loss.ts';
import { estimateAdvantages, RunningScale } from './returns.ts';
import { Rollout } from './rollout.ts';
import type { EnvRole, TrainingEnv } from './training-env.ts';

/** What an update came to; means over its steps. */
export interface UpdateFigures {
  /** Mean squared error of the critic over the returns’ variance: 1 knows nothing. */
  readonly valueLoss: number;
  readonly entropy: number;
  /** How far the policy moved: mean of (r − 1) − log r. */
  readonly kl: number;
  /** Share of samples whose ratio was clipped. */
  readonly clipped: number;
}

/** Errors of the critic beyond this, in deviations of the returns, pull no harder (Huber). */
const MOST_ERROR = 10;

/**
 * One role’s policy and critic (PPO; Schulman et al., 2017; Yu et al., 2022). All rows share the policy. The critic sees
 * the observation and, when it is central, the state; it is used in training only.
 */
export class RoleLearner {
  readonly role: EnvRole;
  readonly actor: Mlp;
  readonly critic: Mlp;
  readonly head: SquashedGaussian | Categorical;
  readonly scale = new RunningScale();
  readonly actorAdam: Adam;
  readonly criticAdam: Adam;
  readonly rollout: Rollout;
  readonly loss: PolicyLoss;
  readonly #config: TrainingConfig;

  constructor(role: EnvRole, env: TrainingEnv, config: TrainingConfig, random: RandomStream) {
    this.role = role;
    this.#config = config;
    const rows = env.episodes * env.slots;
    const state = config.centralCritic ? env.stateSize : 0;
    const seen = env.observationSize;
    const actor: MlpShape = { sizes: [seen, ...config.actor, role.actions], activation: 'tanh' };
    const critic: MlpShape = { sizes: [seen + state, ...config.critic, 1], activation: 'tanh' };
    const kernels = wasmKernels(
      Mlp.floats(actor, rows) + Mlp.floats(critic, rows) + 3 * (Mlp.floats(actor, 1) + Mlp.floats(critic, 1)),
    );
    this.actor = new Mlp(kernels, actor, rows);
    this.critic = new Mlp(kernels, critic, rows);
    this.actor.initialise(random.split('actor'), Math.SQRT2, 0.01);
    this.critic.initialise(random.split('critic'), Math.SQRT2, 1);
    this.actorAdam = new Adam(kernels, this.actor);
    this.criticAdam = new Adam(kernels, this.critic);
    this.head =
      role.head === 'gaussian'
        ? new SquashedGaussian(role.actions, config.logStd)
        : new Categorical(role.actions);
    const raws = role.head === 'gaussian' ? role.actions : 1;
    this.rollout = new Rollout(env, Math.ceil(config.horizon / role.period), raws, state);
    this.loss = new PolicyLoss(this.head, config.clip);
  }

  /** Decides for all rows into `actions`, and remembers: `draws` are this update’s. */
  explore(env: TrainingEnv, actions: Float32Array, draws: Draws): void {
    const { rollout, head } = this;
    const { rows, count, raws } = rollout;
    rollout.look(env);
    this.#forward(count);
    const { output, outputStride } = this.actor;
    for (let row = 0; row < rows; row += 1) {
      const sample = count * rows + row;
      const at = row * outputStride;
      if (head instanceof Categorical) {
        const choice = head.sample(output, at, draws.uniform(count, row));
        actions[row] = choice;
        rollout.chosen[sample] = choice;
        rollout.logs[sample] = head.logProbability(output, at, choice);
      } else {
        const rawAt = sample * raws;
        head.sample(output, at, rollout.chosen, rawAt, (index) => draws.normal(count, row, index));
        rollout.logs[sample] = head.logProbability(output, at, rollout.chosen, rawAt);
        for (let index = 0; index < raws; index += 1)
          actions[row * raws + index] = Math.tanh(rollout.chosen[rawAt + index]!);
      }
    }
    rollout.count += 1;
  }

  /** Decides for all rows without chance: the mode. Remembers nothing. */
  exploit(env: TrainingEnv, actions: Float32Array): void {
    const { input, inputStride, outputStride } = this.actor;
    const { rows, seen, raws } = this.rollout;
    for (let row = 0; row < rows; row += 1)
      for (let index = 0; index < seen; index += 1)
        input[row * inputStride + index] = env.observations[row * seen + index]!;
    this.actor.forward(rows);
    const { output } = this.actor;
    for (let row = 0; row < rows; row += 1) {
      const at = row * outputStride;
      if (this.head instanceof Categorical) actions[row] = this.head.mode(output, at);
      else
        for (let index = 0; index < raws; index += 1)
          actions[row * raws + index] = Math.tanh(output[at + index]!);
    }
  }

  /** Learns from the rollout, which is then empty. `fraction` is the share of training that is done. */
  update(env: TrainingEnv, fraction: number, rateFactor: number): UpdateFigures {
    this.#estimate(env);
    const { epochs, minibatches, targetKl, learningRate, entropy } = this.#config;
    const faded = 1 - 0.9 * fraction;
    const rate = learningRate * rateFactor * faded;
    const sums = { valueLoss: 0, kl: 0, clipped: 0, entropy: 0 };
    let steps = 0;
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      let moved = 0;
      for (let part = 0; part < minibatches; part += 1) {
        const valueLoss = this.#step(part, entropy * faded, rate);
        sums.valueLoss += valueLoss;
        sums.kl += this.loss.kl;
        sums.clipped += this.loss.clipped;
        sums.entropy += this.loss.entropy;
        moved += this.loss.kl / minibatches;
        steps += 1;
      }
      if (moved > targetKl) break;
    }
    this.rollout.clear();
    return {
      valueLoss: sums.valueLoss / steps,
      kl: sums.kl / steps,
      clipped: sums.clipped / steps,
      entropy: sums.entropy / steps,
    };
  }

  /** The policy, for a file. */
  stored(): StoredNetwork {
    return { shape: this.actor.shape, layers: this.actor.weights() };
  }

  /** Copies the policy’s part of a decision’s inputs into the network, and computes it. */
  #forward(decision: number): void {
    this.#copy(this.actor, decision, this.rollout.seen);
    this.actor.forward(this.rollout.rows);
  }

  #copy({ input, inputStride }: Mlp, decision: number, width: number): void {
    const { inputs, rows, width: all } = this.rollout;
    for (let row = 0; row < rows; row += 1) {
      const from = (decision * rows + row) * all;
      const to = row * inputStride;
      for (let index = 0; index < width; index += 1) input[to + index] = inputs[from + index]!;
    }
  }

  /** Values by the present critic, advantages and returns. */
  #estimate(env: TrainingEnv): void {
    const { rollout, scale, critic } = this;
    const { rows } = rollout;
    rollout.look(env);
    for (let decision = 0; decision <= rollout.count; decision += 1) {
      this.#copy(critic, decision, rollout.width);
      critic.forward(rows);
      for (let row = 0; row < rows; row += 1)
        rollout.values[decision * rows + row] =
          scale.mean + scale.deviation * critic.output[row * critic.outputStride]!;
    }
    const { discount, trace } = this.#config;
    estimateAdvantages(rollout, discount, trace, rollout.advantages, rollout.returns);
    const samples = rollout.count * rows;
    scale.update(rollout.returns.subarray(0, samples), rollout.alive.subarray(0, samples));
    rollout.normaliseAdvantages();
  }

  /** One step of both optimisers, on every `minibatches`-th decision; returns the critic’s loss. */
  #step(part: number, entropyWeight: number, rate: number): number {
    const { rollout, critic, scale, loss } = this;
    const { minibatches, maxGradientNorm } = this.#config;
    const { rows } = rollout;
    let count = 0;
    for (let decision = part; decision < rollout.count; decision += minibatches)
      for (let row = 0; row < rows; row += 1) count += rollout.alive[decision * rows + row]!;
    if (count === 0) return 0;
    loss.begin(count, entropyWeight);
    let squares = 0;
    for (let decision = part; decision < rollout.count; decision += minibatches) {
      this.#forward(decision);
      loss.add(this.actor, rollout, decision);
      this.actor.backward(rows);
      this.#copy(critic, decision, rollout.width);
      critic.forward(rows);
      const { output, outputGradient, outputStride } = critic;
      outputGradient.fill(0);
      for (let row = 0; row < rows; row += 1) {
        const at = decision * rows + row;
        if (rollout.alive[at] === 0) continue;
        const target = (rollout.returns[at]! - scale.mean) / scale.deviation;
        const error = output[row * outputStride]! - target;
        squares += error * error;
        outputGradient[row * outputStride] = Math.max(-MOST_ERROR, Math.min(MOST_ERROR, error)) / count;
      }
      critic.backward(rows);
    }
    this.actorAdam.step(rate, maxGradientNorm);
    this.criticAdam.step(rate, maxGradientNorm);
    loss.end(rate);
    return squares / count;
  }
}
