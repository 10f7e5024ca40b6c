import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Draws } from '../kernel/index.ts';
import { CartPole } from './cart-pole.ts';
import { FAST } from './config.ts';
import { Trainer, type TrainerOptions, unsharded } from './trainer.ts';
import type { EnvRole, TrainingEnv } from './training-env.ts';

/**
 * A game of two roles, eight steps long: each sees half of a secret and should name it; both are paid for both. Rows of
 * which `dead` is set are paid for the opposite, and must not be learned from.
 */
class Secrets implements TrainingEnv {
  readonly episodes = 32;
  readonly slots = 2;
  readonly episodeSteps = 8;
  readonly observationSize = 2;
  readonly stateSize = 2;
  readonly roles: readonly EnvRole[];
  readonly observations = new Float32Array(64 * 2);
  readonly states = new Float32Array(32 * 2);
  readonly alive = new Uint8Array(64).fill(1);
  readonly actions = [new Float32Array(64), new Float32Array(64)];
  readonly rewards = [new Float32Array(64), new Float32Array(64)];
  readonly ended = new Uint8Array(32);
  dead = false;
  #number = 0;
  #tick = 0;

  constructor(head: 'gaussian' | 'beta' = 'gaussian') {
    this.roles = ['first', 'second'].map((name) => ({
      name,
      actions: 1,
      head,
      period: name === 'first' ? 1 : 4,
    }));
  }

  begin(first: number): void {
    this.#number = first;
    this.#tick = 0;
    this.ended.fill(0);
    this.#show();
  }

  step(): void {
    for (let row = 0; row < 64; row += 1) {
      const sign = this.alive[row] === 1 ? -1 : 1;
      const misses = [0, 1].map(
        (role) => (this.actions[role]![row]! - 0.6 * this.observations[row * 2 + role]!) ** 2,
      );
      for (const rewards of this.rewards) rewards[row] = sign * (misses[0]! + misses[1]!);
    }
    this.#tick += 1;
    if (this.#tick === 8) this.ended.fill(1);
    this.#show();
  }

  #show(): void {
    const draws = new Draws(3, this.#number);
    // Secrets hold for four steps, as the second role decides every fourth.
    const block = Math.floor(this.#tick / 4);
    for (let index = 0; index < this.observations.length; index += 1)
      this.observations[index] = 2 * draws.uniform(block, index) - 1;
    for (let row = 0; row < 64; row += 1) this.alive[row] = this.dead && row % 2 === 1 ? 0 : 1;
  }
}

const CONFIG = { ...FAST, horizon: 8, learningRate: 3e-3, minibatches: 2, actor: [16], critic: [16] };
const TOGETHER = [{ roles: ['first', 'second'], share: 1, rate: 1 }];

const OPTIONS = { config: CONFIG, seed: 4, iterations: 60, stages: TOGETHER, episodes: 3_200 };

function train(env: TrainingEnv, changes: Partial<TrainerOptions> = {}) {
  const trainer = new Trainer({ ...OPTIONS, ...changes }, unsharded(env));
  const rewards: number[] = [];
  while (!trainer.isDone) rewards.push(trainer.next().rewards.first!);
  return { trainer, rewards };
}

/** How far the policies are from what is best, without chance. */
function miss(trainer: Trainer, env: Secrets): number {
  env.dead = false;
  env.begin(99);
  for (const [index, learner] of trainer.learners.entries()) learner.exploit(env, env.actions[index]!);
  env.step();
  return -env.rewards[0]!.reduce((sum, each) => sum + each, 0) / 64;
}

test('two roles learn together what each can know, also one that decides now and then', () => {
  const env = new Secrets();
  const { trainer, rewards } = train(env);
  assert.ok(rewards[0]! < -0.2);
  assert.ok(miss(trainer, env) < 0.03, `they miss by ${miss(trainer, env)}`);
});

test('numbers may be drawn by Betas, within their bounds', () => {
  const env = new Secrets('beta');
  const { trainer } = train(env, { iterations: 100 });
  assert.ok(miss(trainer, env) < 0.03, `they miss by ${miss(trainer, env)}`);
});

/** Money is to be split in three as a row’s observation says; one step an episode. */
class Splitting implements TrainingEnv {
  readonly episodes = 64;
  readonly slots = 1;
  readonly episodeSteps = 1;
  readonly observationSize = 2;
  readonly stateSize = 0;
  readonly roles: readonly EnvRole[] = [{ name: 'split', actions: 3, head: 'dirichlet', period: 1 }];
  readonly observations = new Float32Array(64 * 2);
  readonly states = new Float32Array(0);
  readonly alive = new Uint8Array(64).fill(1);
  readonly actions = [new Float32Array(64 * 3)];
  readonly rewards = [new Float32Array(64)];
  readonly ended = new Uint8Array(64);

  begin(first: number): void {
    const draws = new Draws(5, first);
    for (let index = 0; index < this.observations.length; index += 1)
      this.observations[index] = draws.uniform(0, index);
  }

  step(): void {
    for (let row = 0; row < 64; row += 1) {
      const [a, b] = [0.5 * this.observations[2 * row]!, 0.5 * this.observations[2 * row + 1]!];
      const misses = [a, b, 1 - a - b].map(
        (wanted, share) => (this.actions[0]![3 * row + share]! - wanted) ** 2,
      );
      this.rewards[0]![row] = -misses.reduce((sum, each) => sum + each, 0);
    }
    this.ended.fill(1);
  }
}

test('shares of a whole may be drawn by a Dirichlet', () => {
  const env = new Splitting();
  const stages = [{ roles: ['split'], share: 1, rate: 1 }];
  const config = { ...CONFIG, horizon: 1, minibatches: 1, learningRate: 5e-3 };
  const trainer = new Trainer({ ...OPTIONS, config, stages, iterations: 400, episodes: 1e9 }, unsharded(env));
  while (!trainer.isDone) trainer.next();
  env.begin(77);
  trainer.learners[0]!.exploit(env, env.actions[0]!);
  env.step();
  for (let row = 0; row < 64; row += 1) {
    const [a, b, c] = env.actions[0]!.subarray(3 * row, 3 * row + 3);
    assert.ok(Math.abs(a! + b! + c! - 1) < 1e-5);
  }
  const mean = env.rewards[0]!.reduce((sum, each) => sum + each, 0) / 64;
  assert.ok(mean > -0.02, `mean reward ${mean}`);
});

test('rows that are masked teach nothing', () => {
  const env = new Secrets();
  env.dead = true;
  const { trainer } = train(env);
  assert.ok(miss(trainer, env) < 0.03, `they miss by ${miss(trainer, env)}`);
});

test('inv/I10 the same seed gives the same weights, bit for bit, and another seed others', () => {
  const weights = (seed: number) =>
    train(new Secrets(), { seed, iterations: 5 }).trainer.learners.map(({ actor, critic, head }) => [
      actor.parameters.slice(),
      critic.parameters.slice(),
      JSON.stringify(head),
    ]);
  assert.deepEqual(weights(4), weights(4));
  assert.notDeepEqual(weights(4), weights(5));
});

test('a stage trains its roles and leaves the others as they are; roles that are left out never act', () => {
  const env = new Secrets();
  const stages = [
    { roles: ['first'], share: 0.5, rate: 1 },
    { roles: ['second'], share: 0.5, rate: 1 },
  ];
  const trainer = new Trainer({ ...OPTIONS, iterations: 4, stages }, unsharded(env));
  const [first, second] = trainer.learners as [
    (typeof trainer.learners)[number],
    (typeof trainer.learners)[number],
  ];
  const before = second.actor.parameters.slice();
  trainer.next();
  trainer.next();
  assert.deepEqual(second.actor.parameters, before);
  const learned = first.actor.parameters.slice();
  assert.deepEqual(Object.keys(trainer.next().updates), ['second']);
  assert.deepEqual(first.actor.parameters, learned);
  const without = train(new Secrets(), { iterations: 3, left: ['second'], stages: [stages[0]!] });
  assert.ok(without.trainer.learners[1]!.rollouts[0]!.chosen.every((each) => each === 0));
});

test('cart and pole: upright for 500 steps, without chance, after 200,000 steps of training', () => {
  const env = new CartPole({ episodes: 64, seed: 1 });
  const config = { ...FAST, discount: 0.99, horizon: 64, entropy: 0.01, learningRate: 2.5e-3 };
  const stages = [{ roles: ['cart'], share: 1, rate: 1 }];
  const trainer = new Trainer({ config, seed: 1, iterations: 48, stages, episodes: 1e9 }, unsharded(env));
  while (!trainer.isDone) trainer.next();
  env.begin(1_000_000, 64);
  env.lengths.length = 0;
  for (let step = 0; step < 500; step += 1) {
    trainer.learners[0]!.exploit(env, env.actions[0]!);
    env.step();
  }
  const upright = env.lengths.filter((length) => length === 500).length;
  assert.ok(upright >= 61, `${upright} of 64 poles stayed upright`);
});
