import type { Draws, RandomStream } from '../kernel/index.ts';
import {
  Adam,
  Beta,
  Categorical,
  Dirichlet,
  Mlp,
  type MlpShape,
  type OutputHead,
  SquashedGaussian,
  type StoredNetwork,
  wasmKernels,
} from '../neural/index.ts';
import type { TrainingConfig } from './config.ts';
import type { Gathering } from './gathering.ts';
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
 * the observation and, when it is central, the state; it is used in training only. Episodes come in shards, each with a
 * rollout of its own; learners of several threads that gather their sums stay equal, bit for bit.
 */
export class RoleLearner {
  readonly role: EnvRole;
  readonly actor: Mlp;
  readonly critic: Mlp;
  readonly head: SquashedGaussian | OutputHead;
  readonly scale = new RunningScale();
  readonly actorAdam: Adam;
  readonly criticAdam: Adam;
  /** By shard of this thread. */
  readonly rollouts: readonly Rollout[];
  readonly loss: PolicyLoss;
  readonly #config: TrainingConfig;
  readonly #gathering: Gathering;
  readonly #parts: readonly Float64Array[];
  readonly #mode: Float32Array;

  /** Most numbers of a part that it gathers. */
  static numbers(role: EnvRole, env: TrainingEnv, config: TrainingConfig): number {
    const [actor, critic] = shapesOf(role, env, config);
    return Mlp.parameterFloats(actor) + Mlp.parameterFloats(critic) + role.actions + FIGURES;
  }

  /** @param env one of the shards, which are all alike. */
  constructor(
    role: EnvRole,
    env: TrainingEnv,
    shards: number,
    config: TrainingConfig,
    gathering: Gathering,
    random: RandomStream,
  ) {
    this.role = role;
    this.#config = config;
    this.#gathering = gathering;
    const rows = env.episodes * env.slots;
    const state = config.centralCritic ? env.stateSize : 0;
    const [actor, critic] = shapesOf(role, env, config);
    const kernels = wasmKernels(
      Mlp.floats(actor, rows) + Mlp.floats(critic, rows) + Adam.floats(actor) + Adam.floats(critic),
    );
    this.actor = new Mlp(kernels, actor, rows);
    this.critic = new Mlp(kernels, critic, rows);
    this.actor.initialise(random.split('actor'), Math.SQRT2, 0.01);
    this.critic.initialise(random.split('critic'), Math.SQRT2, 1);
    this.actorAdam = new Adam(kernels, this.actor);
    this.criticAdam = new Adam(kernels, this.critic);
    this.head = headOf(role, config.logStd);
    const raws = this.head instanceof SquashedGaussian ? role.actions : this.head.drawn;
    this.rollouts = Array.from(
      { length: shards },
      () => new Rollout(env, Math.ceil(config.horizon / role.period), raws, state),
    );
    this.loss = new PolicyLoss(this.head, config.clip);
    this.#mode = new Float32Array(raws);
    const numbers = RoleLearner.numbers(role, env, config);
    this.#parts = this.rollouts.map(() => new Float64Array(numbers));
  }

  /**
   * Decides for all rows of a shard into `actions`, and remembers: `draws` are this update’s, and `firstRow` is where the
   * shard’s rows begin among all.
   */
  explore(shard: number, env: TrainingEnv, actions: Float32Array, draws: Draws, firstRow: number): void {
    const { head } = this;
    const rollout = this.rollouts[shard]!;
    const { rows, count, raws } = rollout;
    rollout.look(env);
    this.#forward(rollout, count);
    const { output, outputStride } = this.actor;
    const { chosen } = rollout;
    for (let row = 0; row < rows; row += 1) {
      const sample = count * rows + row;
      const at = row * outputStride;
      const chosenAt = sample * raws;
      if (head instanceof SquashedGaussian)
        head.sample(output, at, chosen, chosenAt, (index) => draws.normal(count, firstRow + row, index));
      else {
        let drawn = 0;
        head.sample(output, at, chosen, chosenAt, () => {
          drawn += 1;
          return draws.uniform(count, firstRow + row, drawn - 1);
        });
      }
      rollout.logs[sample] = head.logProbability(output, at, chosen, chosenAt);
      this.#act(chosen, chosenAt, actions, row);
    }
    rollout.count += 1;
  }

  /** Decides for all rows without chance: the mode. Remembers nothing. */
  exploit(env: TrainingEnv, actions: Float32Array): void {
    const { input, inputStride, outputStride } = this.actor;
    const { rows, seen } = this.rollouts[0]!;
    for (let row = 0; row < rows; row += 1)
      for (let index = 0; index < seen; index += 1)
        input[row * inputStride + index] = env.observations[row * seen + index]!;
    this.actor.forward(rows);
    const { output } = this.actor;
    const { head } = this;
    for (let row = 0; row < rows; row += 1) {
      const at = row * outputStride;
      if (head instanceof SquashedGaussian) this.#act(output, at, actions, row);
      else {
        head.mode(output, at, this.#mode, 0);
        this.#act(this.#mode, 0, actions, row);
      }
    }
  }

  /** A row’s actions, from what was drawn or is the mode. */
  #act(chosen: Float32Array, at: number, actions: Float32Array, row: number): void {
    const { head, actions: count } = this.role;
    if (head === 'categorical') actions[row] = chosen[at]!;
    else
      for (let index = 0; index < count; index += 1) {
        const action = row * count + index;
        if (head === 'gaussian') actions[action] = Math.tanh(chosen[at + index]!);
        else if (head === 'beta') actions[action] = 2 * chosen[at + 2 * index]! - 1;
        else actions[action] = chosen[at + index]!;
      }
  }

  /** Learns from the rollouts, which are then empty. `fraction` is the share of training that is done. */
  update(envs: readonly TrainingEnv[], fraction: number, rateFactor: number): UpdateFigures {
    const counts = this.#estimate(envs);
    const { epochs, minibatches, targetKl, entropy } = this.#config;
    const faded = 1 - 0.9 * fraction;
    const sums = { valueLoss: 0, kl: 0, clipped: 0, entropy: 0 };
    let steps = 0;
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      let moved = 0;
      for (let part = 0; part < minibatches; part += 1) {
        const valueLoss = this.#step(part, counts[part]!, entropy * faded, rateFactor * faded);
        sums.valueLoss += valueLoss;
        sums.kl += this.loss.kl;
        sums.clipped += this.loss.clipped;
        sums.entropy += this.loss.entropy;
        moved += this.loss.kl / minibatches;
        steps += 1;
      }
      if (moved > targetKl) break;
    }
    for (const rollout of this.rollouts) rollout.clear();
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
  #forward(rollout: Rollout, decision: number): void {
    copyInputs(rollout, this.actor, decision, rollout.seen);
    this.actor.forward(rollout.rows);
  }

  /** Values by the present critic, advantages and returns; returns how many samples each minibatch has. */
  #estimate(envs: readonly TrainingEnv[]): Float64Array {
    const { minibatches } = this.#config;
    const parts = this.rollouts.map((rollout, shard) => {
      this.#value(rollout, envs[shard]!);
      const part = this.#parts[shard]!.subarray(0, 5 + minibatches);
      rollout.sums(part);
      for (let index = 0; index < minibatches; index += 1)
        part[5 + index] = rollout.countAlive(index, minibatches);
      return part;
    });
    const total = this.#gathering.sum(parts);
    const [count, gains, gainSquares, advantages, advantageSquares] = total as unknown as number[];
    this.scale.update(count!, gains!, gainSquares!);
    if (count! > 0) {
      const mean = advantages! / count!;
      const deviation = Math.sqrt(Math.max(1e-12, advantageSquares! / count! - mean * mean));
      for (const rollout of this.rollouts) rollout.normaliseAdvantages(mean, deviation);
    }
    return total.slice(5);
  }

  #value(rollout: Rollout, env: TrainingEnv): void {
    const { scale, critic } = this;
    const { rows } = rollout;
    rollout.look(env);
    for (let decision = 0; decision <= rollout.count; decision += 1) {
      copyInputs(rollout, critic, decision, rollout.width);
      critic.forward(rows);
      for (let row = 0; row < rows; row += 1)
        rollout.values[decision * rows + row] =
          scale.mean + scale.deviation * critic.output[row * critic.outputStride]!;
    }
    const { discount, trace } = this.#config;
    estimateAdvantages(rollout, discount, trace, rollout.advantages, rollout.returns);
  }

  /** One step of both optimisers, on every `minibatches`-th decision; returns the critic’s loss. */
  #step(part: number, count: number, entropyWeight: number, rateFactor: number): number {
    if (count === 0) return 0;
    const { actor, critic, loss } = this;
    const [a, c] = [actor.gradients.length, critic.gradients.length];
    for (const [shard, rollout] of this.rollouts.entries()) {
      loss.begin(count, entropyWeight);
      const squares = this.#addGradients(rollout, part, count);
      const sums = this.#parts[shard]!;
      sums.set(actor.gradients);
      sums.set(critic.gradients, a);
      loss.writeTo(sums, a + c);
      sums[a + c + loss.numbers] = squares;
      actor.gradients.fill(0);
      critic.gradients.fill(0);
    }
    const total = this.#gathering.sum(this.#parts);
    actor.gradients.set(total.subarray(0, a));
    critic.gradients.set(total.subarray(a, a + c));
    loss.readFrom(total, a + c);
    const { maxGradientNorm, learningRate, criticLearningRate } = this.#config;
    this.actorAdam.step(rateFactor * learningRate, maxGradientNorm);
    this.criticAdam.step(rateFactor * criticLearningRate, maxGradientNorm);
    loss.end(rateFactor * learningRate);
    return total[a + c + loss.numbers]! / count;
  }

  /** Adds a shard’s gradients to those of both networks; returns the critic’s squared errors. */
  #addGradients(rollout: Rollout, part: number, count: number): number {
    const { actor, critic, scale, loss } = this;
    const { rows } = rollout;
    let squares = 0;
    for (let decision = part; decision < rollout.count; decision += this.#config.minibatches) {
      this.#forward(rollout, decision);
      loss.add(actor, rollout, decision);
      actor.backward(rows);
      copyInputs(rollout, critic, decision, rollout.width);
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
    return squares;
  }
}

/** Numbers that a step gathers beside gradients: the policy’s three figures, the critic’s squared errors. */
const FIGURES = 4;

function shapesOf(role: EnvRole, env: TrainingEnv, config: TrainingConfig): readonly [MlpShape, MlpShape] {
  const state = config.centralCritic ? env.stateSize : 0;
  const seen = env.observationSize;
  return [
    { sizes: [seen, ...config.actor, outputsOf(role)], activation: 'tanh' },
    { sizes: [seen + state, ...config.critic, 1], activation: 'tanh' },
  ];
}

/** Outputs of a role’s policy. */
function outputsOf({ head, actions }: EnvRole): number {
  return head === 'beta' ? 2 * actions : actions;
}

function headOf({ head, actions }: EnvRole, logStd: number): SquashedGaussian | OutputHead {
  if (head === 'gaussian') return new SquashedGaussian(actions, logStd);
  if (head === 'beta') return new Beta(actions);
  return head === 'dirichlet' ? new Dirichlet(1, actions) : new Categorical(actions);
}

function copyInputs(rollout: Rollout, { input, inputStride }: Mlp, decision: number, width: number): void {
  const { inputs, rows, width: all } = rollout;
  for (let row = 0; row < rows; row += 1) {
    const from = (decision * rows + row) * all;
    const to = row * inputStride;
    for (let index = 0; index < width; index += 1) input[to + index] = inputs[from + index]!;
  }
}
