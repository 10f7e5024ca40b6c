import { Draws, type RandomStream, randomStream } from '../kernel/index.ts';
import type { TrainingConfig } from './config.ts';
import { RoleLearner, type UpdateFigures } from './role-learner.ts';
import type { TrainingEnv } from './training-env.ts';

/** A part of training in which some roles learn and the others do what they have learned so far. */
export interface Stage {
  readonly roles: readonly string[];
  /** Share of all iterations. */
  readonly share: number;
  /** Factor on the learning rate. */
  readonly rate: number;
}

/** What one iteration came to. */
export interface IterationFigures {
  readonly iteration: number;
  /** Rows × steps so far: one campaign for one tick each. */
  readonly agentSteps: number;
  readonly stage: number;
  /** Mean reward of a row and step, by role. */
  readonly rewards: Readonly<Record<string, number>>;
  /** Updates of the roles that learned. */
  readonly updates: Readonly<Record<string, UpdateFigures>>;
}

/** What a trainer is made of. */
export interface TrainerOptions {
  readonly env: TrainingEnv;
  readonly config: TrainingConfig;
  readonly seed: number;
  readonly iterations: number;
  readonly stages: readonly Stage[];
  /** Roles that never learn and never act: their actions stay 0. */
  readonly left?: readonly string[];
  /** Numbers of training episodes, from 0. */
  readonly episodes: number;
}

/**
 * Trains roles together: centralised critics, decentralised policies (MAPPO; Yu et al., "The surprising effectiveness of
 * PPO in cooperative multi-agent games", 2022), one stage after the other. The same options give the same weights, bit
 * for bit.
 */
export class Trainer {
  readonly learners: readonly RoleLearner[];
  iteration = 0;
  readonly #options: TrainerOptions;
  readonly #seed: number;

  constructor(options: TrainerOptions) {
    this.#options = options;
    this.#seed = options.seed;
    const random: RandomStream = randomStream(`train ${options.seed}`);
    this.learners = options.env.roles.map(
      (role) => new RoleLearner(role, options.env, options.config, random.split(role.name)),
    );
  }

  /** Whether all iterations are done. */
  get isDone(): boolean {
    return this.iteration >= this.#options.iterations;
  }

  /** One rollout of `horizon` steps, and an update of each role that learns in this stage. */
  next(): IterationFigures {
    const { env, config, iterations } = this.#options;
    const stage = this.#stageAt(this.iteration);
    const { roles, rate } = this.#options.stages[stage]!;
    const learning = new Set(roles);
    this.#begin();
    const totals = this.learners.map(() => 0);
    for (let step = 0; step < config.horizon; step += 1) {
      for (const [index, learner] of this.learners.entries()) this.#act(index, learner, step, learning);
      env.step();
      for (const [index, learner] of this.learners.entries()) {
        totals[index]! += sumOf(env.rewards[index]!);
        if (learning.has(learner.role.name)) learner.rollout.reward(env, env.rewards[index]!);
      }
    }
    const fraction = this.iteration / iterations;
    const updates: Record<string, UpdateFigures> = {};
    for (const learner of this.learners)
      if (learning.has(learner.role.name)) updates[learner.role.name] = learner.update(env, fraction, rate);
    this.iteration += 1;
    const rows = env.episodes * env.slots;
    return {
      iteration: this.iteration,
      agentSteps: this.iteration * rows * config.horizon,
      stage,
      rewards: Object.fromEntries(
        this.learners.map(({ role }, index) => [role.name, totals[index]! / (rows * config.horizon)]),
      ),
      updates,
    };
  }

  /** Where a rollout is whole episodes, each has its own, the same whatever came before; else they go on. */
  #begin(): void {
    const { env, config, episodes } = this.#options;
    const isWhole = env.episodeSteps === config.horizon;
    if (isWhole) env.begin((this.iteration * env.episodes) % episodes, 0);
    else if (this.iteration === 0) env.begin(0, env.episodes);
  }

  #act(index: number, learner: RoleLearner, step: number, learning: ReadonlySet<string>): void {
    const { env, left = [] } = this.#options;
    const { name, period } = learner.role;
    const actions = env.actions[index]!;
    if (left.includes(name)) actions.fill(0);
    else if (step % period !== 0) return;
    else if (learning.has(name))
      learner.explore(env, actions, new Draws(this.#seed * 8_191 + index, this.iteration));
    else learner.exploit(env, actions);
  }

  #stageAt(iteration: number): number {
    const { stages, iterations } = this.#options;
    let until = 0;
    for (const [index, { share }] of stages.entries()) {
      until += share * iterations;
      if (iteration < until - 1e-9) return index;
    }
    return stages.length - 1;
  }
}

function sumOf(values: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index]!;
  return sum;
}
