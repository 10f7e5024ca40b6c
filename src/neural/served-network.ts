import { type DenseShape, type Kernels, padded, wasmKernels } from './kernels.ts';
import { type Layer, Parameters } from './parameters.ts';
import type { StoredNetwork } from './policy-file.ts';

/** A layer with all that its kernel is called with. */
interface Step extends Layer {
  readonly shape: DenseShape;
  readonly x: number;
  readonly y: number;
}

/** A stored network that answers one observation at a time, in about a microsecond, with the bits of its training. */
export class ServedNetwork {
  /** How many numbers it takes and gives. */
  readonly inputs: number;
  readonly outputs: number;
  readonly #kernels: Kernels;
  readonly #steps: readonly Step[];
  readonly #input: Float32Array;
  readonly #output: Float32Array;

  constructor({ shape, layers }: StoredNetwork) {
    const { sizes } = shape;
    this.inputs = sizes[0]!;
    this.outputs = sizes.at(-1)!;
    const kernels = wasmKernels(
      Parameters.floats(shape) + sizes.reduce((sum, size) => sum + padded(size), 0),
    );
    const parameters = new Parameters(kernels, shape);
    parameters.load(layers);
    const places = sizes.map((size) => kernels.allocate(padded(size)));
    this.#steps = parameters.layers.map((layer, index) => ({
      ...layer,
      shape: { rows: 1, inputs: layer.paddedInputs, outputs: layer.paddedOutputs },
      x: places[index]!,
      y: places[index + 1]!,
    }));
    this.#kernels = kernels;
    this.#input = kernels.heap.subarray(places[0], places[0]! + this.inputs);
    this.#output = kernels.heap.subarray(places.at(-1), places.at(-1)! + this.outputs);
  }

  /** The output for `inputs` numbers of `observations` from `at`; the view is reused by the next call. */
  answer(observations: Float32Array, at: number): Float32Array {
    for (let index = 0; index < this.inputs; index += 1) this.#input[index] = observations[at + index]!;
    for (const { shape, x, w, b, y, activation } of this.#steps)
      this.#kernels.dense(shape, x, w, b, y, activation);
    return this.#output;
  }
}
