import { Draws } from '../kernel/index.ts';
import type { EnvRole, TrainingEnv } from './training-env.ts';

const GRAVITY = 9.8;
const CART_MASS = 1;
const POLE_MASS = 0.1;
const ALL_MASS = CART_MASS + POLE_MASS;
const HALF_LENGTH = 0.5;
const POLE_MOMENT = POLE_MASS * HALF_LENGTH;
const FORCE = 10;
const SECONDS = 0.02;
const MOST_ANGLE = (12 * 2 * Math.PI) / 360;
const MOST_PLACE = 2.4;
const MOST_STEPS = 500;

/**
 * CartPole as in Gymnasium’s `CartPole-v1`: a pole on a cart is kept upright by pushing left or right (Barto, Sutton &
 * Anderson, 1983). Here to compare trainers on a task that others publish figures of.
 */
export class CartPole implements TrainingEnv {
  readonly episodes: number;
  readonly episodeSteps = null;
  readonly slots = 1;
  readonly observationSize = 4;
  readonly stateSize = 0;
  readonly roles: readonly EnvRole[] = [{ name: 'cart', actions: 2, head: 'categorical', period: 1 }];
  /** [episodes × 4]: place, speed, angle, angular speed. */
  readonly observations: Float32Array;
  readonly states = new Float32Array(0);
  readonly alive: Uint8Array;
  readonly actions: readonly Float32Array[];
  readonly rewards: readonly Float32Array[];
  readonly ended: Uint8Array;
  /** Steps of episodes that ended, the latest last; for whoever watches. */
  readonly lengths: number[] = [];
  readonly #seed: number;
  readonly #steps: Uint16Array;
  readonly #numbers: Float64Array;
  #stride = 0;

  constructor(options: { readonly episodes: number; readonly seed: number }) {
    const { episodes, seed } = options;
    this.episodes = episodes;
    this.#seed = seed;
    this.observations = new Float32Array(episodes * 4);
    this.alive = new Uint8Array(episodes).fill(1);
    this.actions = [new Float32Array(episodes)];
    this.rewards = [new Float32Array(episodes).fill(1)];
    this.ended = new Uint8Array(episodes);
    this.#steps = new Uint16Array(episodes);
    this.#numbers = new Float64Array(episodes);
  }

  begin(first: number, stride: number): void {
    this.#stride = stride;
    for (let episode = 0; episode < this.episodes; episode += 1) this.#start(episode, first + episode);
    this.ended.fill(0);
  }

  step(): void {
    const seen = this.observations;
    for (let episode = 0; episode < this.episodes; episode += 1) {
      const at = episode * 4;
      const force = this.actions[0]![episode]! > 0 ? FORCE : -FORCE;
      const [place, speed, angle, turning] = [seen[at]!, seen[at + 1]!, seen[at + 2]!, seen[at + 3]!];
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      const push = (force + POLE_MOMENT * turning * turning * sine) / ALL_MASS;
      const swing =
        (GRAVITY * sine - cosine * push) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * cosine * cosine) / ALL_MASS));
      const drive = push - (POLE_MOMENT * swing * cosine) / ALL_MASS;
      seen[at] = place + SECONDS * speed;
      seen[at + 1] = speed + SECONDS * drive;
      seen[at + 2] = angle + SECONDS * turning;
      seen[at + 3] = turning + SECONDS * swing;
      this.#steps[episode]! += 1;
      const isOver =
        Math.abs(seen[at]!) > MOST_PLACE ||
        Math.abs(seen[at + 2]!) > MOST_ANGLE ||
        this.#steps[episode]! >= MOST_STEPS;
      this.ended[episode] = isOver ? 1 : 0;
      if (!isOver) continue;
      this.lengths.push(this.#steps[episode]!);
      this.#start(episode, this.#numbers[episode]! + this.#stride);
    }
  }

  #start(episode: number, number: number): void {
    const draws = new Draws(this.#seed, number);
    for (let index = 0; index < 4; index += 1)
      this.observations[episode * 4 + index] = 0.1 * draws.uniform(0, index) - 0.05;
    this.#steps[episode] = 0;
    this.#numbers[episode] = number;
  }
}
