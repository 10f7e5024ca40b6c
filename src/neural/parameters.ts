import { assert } from '../kernel/index.ts';
import { type Activation, type Kernels, padded } from './kernels.ts';

/** What a network is: its widths from observation to output, and what its hidden layers do. */
export interface MlpShape {
  readonly sizes: readonly number[];
  readonly activation: Exclude<Activation, 'linear'>;
}

/** A layer’s weights without padding: `weights[input × outputs + output]`. */
export interface LayerWeights {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** Where a layer lies: `w` and `b` are places in the heap. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly paddedInputs: number;
  readonly paddedOutputs: number;
  readonly activation: Activation;
  readonly w: number;
  readonly b: number;
}

/** A network’s weights and biases in a heap: one run, layer by layer, with padding that is zero and stays zero. */
export class Parameters {
  readonly layers: readonly Layer[];
  readonly values: Float32Array;
  /** The place of `values`. */
  readonly first: number;
  readonly #heap: Float32Array;

  /** Floats that they take of a heap. */
  static floats({ sizes }: MlpShape): number {
    return sizes
      .slice(1)
      .reduce((sum, outputs, index) => sum + (padded(sizes[index]!) + 1) * padded(outputs), 0);
  }

  constructor(kernels: Kernels, shape: MlpShape) {
    assert(shape.sizes.length >= 2, 'a network has at least an input and an output');
    this.#heap = kernels.heap;
    const count = Parameters.floats(shape);
    this.first = kernels.allocate(count);
    this.values = kernels.heap.subarray(this.first, this.first + count);
    let at = this.first;
    this.layers = shape.sizes.slice(1).map((outputs, index, all) => {
      const inputs = shape.sizes[index]!;
      const [paddedInputs, paddedOutputs] = [padded(inputs), padded(outputs)];
      const activation = index === all.length - 1 ? ('linear' as const) : shape.activation;
      const [w, b] = [at, at + paddedInputs * paddedOutputs];
      at = b + paddedOutputs;
      return { inputs, outputs, paddedInputs, paddedOutputs, activation, w, b };
    });
  }

  /** Takes weights from elsewhere. @throws GV_INTERNAL when their sizes are not the network’s. */
  load(given: readonly LayerWeights[]): void {
    assert(given.length === this.layers.length, 'weights have another number of layers');
    this.values.fill(0);
    for (const [index, { inputs, outputs, paddedOutputs, w, b }] of this.layers.entries()) {
      const { weights, bias } = given[index]!;
      assert(
        weights.length === inputs * outputs && bias.length === outputs,
        `weights of layer ${index} have another size`,
      );
      for (let row = 0; row < inputs; row += 1)
        this.#heap.set(weights.subarray(row * outputs, (row + 1) * outputs), w + row * paddedOutputs);
      this.#heap.set(bias, b);
    }
  }

  /** The weights without padding; copies. */
  unpadded(): readonly LayerWeights[] {
    return this.layers.map(({ inputs, outputs, paddedOutputs, w, b }) => {
      const weights = new Float32Array(inputs * outputs);
      for (let row = 0; row < inputs; row += 1) {
        const from = w + row * paddedOutputs;
        weights.set(this.#heap.subarray(from, from + outputs), row * outputs);
      }
      return { inputs, outputs, weights, bias: this.#heap.slice(b, b + outputs) };
    });
  }
}
