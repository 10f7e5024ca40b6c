import { wasmKernels } from './kernels.ts';
import { Mlp } from './mlp.ts';
import type { StoredNetwork } from './policy-file.ts';

/** A stored network that answers one observation at a time, in about two microseconds. */
export class ServedNetwork {
  readonly #network: Mlp;

  constructor({ shape, layers }: StoredNetwork) {
    this.#network = new Mlp(wasmKernels(Mlp.floats(shape, 1)), shape, 1);
    this.#network.load(layers);
  }

  /** How many numbers it takes and gives. */
  get inputs(): number {
    return this.#network.shape.sizes[0]!;
  }

  get outputs(): number {
    return this.#network.shape.sizes.at(-1)!;
  }

  /** The output for `inputs` numbers of `observations` from `at`; the view is reused by the next call. */
  answer(observations: Float32Array, at: number): Float32Array {
    const { input } = this.#network;
    for (let index = 0; index < this.inputs; index += 1) input[index] = observations[at + index]!;
    this.#network.forward(1);
    return this.#network.output.subarray(0, this.outputs);
  }
}
