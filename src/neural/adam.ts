import type { Kernels } from './kernels.ts';
import type { Mlp } from './mlp.ts';
import { type MlpShape, Parameters } from './parameters.ts';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-5;

/** Adam for the parameters of one network (Kingma & Ba, 2015; ε of 1e-5, as is usual for PPO). */
export class Adam {
  readonly #kernels: Kernels;
  readonly #network: Mlp;
  readonly #first: number;
  readonly #second: number;
  /** Steps made. */
  steps = 0;

  /** Floats that it takes of a heap. */
  static floats(shape: MlpShape): number {
    return 2 * Parameters.floats(shape);
  }

  constructor(kernels: Kernels, network: Mlp) {
    this.#kernels = kernels;
    this.#network = network;
    this.#first = kernels.allocate(network.parameters.length);
    this.#second = kernels.allocate(network.parameters.length);
  }

  /** Running means of gradients and of their squares: what a checkpoint keeps beside the parameters and `steps`. */
  get moments(): readonly [Float32Array, Float32Array] {
    const { heap } = this.#kernels;
    const { length } = this.#network.parameters;
    return [
      heap.subarray(this.#first, this.#first + length),
      heap.subarray(this.#second, this.#second + length),
    ];
  }

  /**
   * One step along the network’s gradients, which are then 0. Their length is first cut to `maxNorm`.
   * @returns the length before. A step is left out when it is not finite.
   */
  step(rate: number, maxNorm: number): number {
    const { gradients, parameters } = this.#network;
    const gradientsAt = placeOf(this.#kernels, gradients);
    const norm = Math.sqrt(this.#kernels.sumOfSquares(gradientsAt, gradients.length));
    if (Number.isFinite(norm)) {
      this.steps += 1;
      const root = Math.sqrt(1 - BETA_2 ** this.steps);
      this.#kernels.adam(
        {
          rate: (rate * root) / (1 - BETA_1 ** this.steps),
          beta1: BETA_1,
          beta2: BETA_2,
          epsilon: EPSILON * root,
          gradientScale: norm > maxNorm ? maxNorm / norm : 1,
        },
        placeOf(this.#kernels, parameters),
        gradientsAt,
        this.#first,
        this.#second,
        parameters.length,
      );
      this.#network.changed();
    }
    gradients.fill(0);
    return norm;
  }
}

function placeOf({ heap }: Kernels, view: Float32Array): number {
  return (view.byteOffset - heap.byteOffset) / 4;
}
