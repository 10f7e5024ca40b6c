import { Draws, type RandomStream, randomStream } from '../kernel/index.ts';
import type { TrainingConfig } from './config.ts';
import { type Gathering, LocalGathering } from './gathering.ts';
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
  readonly config: TrainingConfig;
  readonly seed: number;
  readonly iterations: number;
  readonly stages: readonly Stage[];
  /** Roles that never learn and never act: their actions stay 0. */
  readonly left?: readonly string[];
  /** Numbers of training episodes, from 0. */
  readonly episodes: number;
}

/** A part of the episodes that a trainer plays side by side. */
export interface Shard {
  /** Its place among all shards. */
  readonly index: number;
  readonly env: TrainingEnv;
}

/** The shards of this thread, how many there are in all, and how their sums are gathered. */
export interface Sharding {
  readonly own: readonly Shard[];
  readonly count: number;
  readonly gathering: Gathering;
}

/** All episodes in one environment, here. */
export function unsharded(env: TrainingEnv): Sharding {
  return { own: [{ index: 0, env }], count: 1, gathering: new LocalGathering() };
}

/**
 * Trains roles together: centralised critics, decentralised policies (MAPPO; Yu et al., "The surprising effectiveness of
 * PPO in cooperative multi-agent games", 2022), one stage after the other. The same options and shards give the same
 * weights, bit for bit, on any number of threads, each of which has a trainer.
 */
export class Trainer {
  readonly learners: readonly RoleLearner[];
  iteration = 0;
  readonly #options: TrainerOptions;
  readonly #sharding: Sharding;
  readonly #env: TrainingEnv;

  constructor(options: TrainerOptions, sharding: Sharding) {
    this.#options = options;
    this.#sharding = sharding;
    const { own, gathering } = sharding;
    this.#env = own[0]!.env;
    const random: RandomStream = randomStream(`train ${options.seed}`);
    this.learners = this.#env.roles.map(
      (role) =>
        new RoleLearner(role, this.#env, own.length, options.config, gathering, random.split(role.name)),
    );
  }

  /** Whether all iterations are done. */
  get isDone(): boolean {
    return this.iteration >= this.#options.iterations;
  }

  /** One rollout of `horizon` steps, and an update of each role that learns in this stage. */
  next(): IterationFigures {
    const { config, iterations } = this.#options;
    const { own, count } = this.#sharding;
    const stage = this.#stageAt(this.iteration);
    const { roles, rate } = this.#options.stages[stage]!;
    const learning = new Set(roles);
    const totals = own.map((_, shard) => this.#play(shard, learning));
    const rewards = this.#sharding.gathering.sum(totals).slice();
    const fraction = this.iteration / iterations;
    const updates: Record<string, UpdateFigures> = {};
    const envs = own.map(({ env }) => env);
    for (const learner of this.learners)
      if (learning.has(learner.role.name)) updates[learner.role.name] = learner.update(envs, fraction, rate);
    this.iteration += 1;
    const samples = count * this.#rows * config.horizon;
    return {
      iteration: this.iteration,
      agentSteps: this.iteration * samples,
      stage,
      rewards: Object.fromEntries(
        this.learners.map(({ role }, index) => [role.name, rewards[index]! / samples]),
      ),
      updates,
    };
  }

  get #rows(): number {
    return this.#env.episodes * this.#env.slots;
  }

  /** A shard’s rollout; returns the sums of rewards by role. */
  #play(shard: number, learning: ReadonlySet<string>): Float64Array {
    const { env } = this.#sharding.own[shard]!;
    this.#begin(shard);
    const totals = new Float64Array(this.learners.length);
    for (let step = 0; step < this.#options.config.horizon; step += 1) {
      for (const index of this.learners.keys()) this.#act(shard, index, step, learning);
      env.step();
      for (const [index, learner] of this.learners.entries()) {
        const rewards = env.rewards[index]!;
        totals[index]! += sumOf(rewards);
        if (learning.has(learner.role.name)) learner.rollouts[shard]!.reward(env, rewards);
      }
    }
    return totals;
  }

  /** Where a rollout is whole episodes, each has its own, the same whatever came before; else they go on. */
  #begin(shard: number): void {
    const { config, episodes } = this.#options;
    const { own, count } = this.#sharding;
    const { index, env } = own[shard]!;
    const all = count * env.episodes;
    const isWhole = env.episodeSteps === config.horizon;
    if (isWhole) env.begin((this.iteration * all + index * env.episodes) % episodes, 0);
    else if (this.iteration === 0) env.begin(index * env.episodes, all);
  }

  #act(shard: number, role: number, step: number, learning: ReadonlySet<string>): void {
    const { left = [], seed } = this.#options;
    const learner = this.learners[role]!;
    const { index, env } = this.#sharding.own[shard]!;
    const { name, period } = learner.role;
    const actions = env.actions[role]!;
    if (left.includes(name)) actions.fill(0);
    else if (step % period !== 0) return;
    else if (learning.has(name)) {
      const draws = new Draws(seed * 8_191 + role, this.iteration);
      learner.explore(shard, env, actions, draws, index * this.#rows);
    } else learner.exploit(env, actions);
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
