import { assert, type RandomStream } from '../kernel/index.ts';
import { type Activation, type DenseShape, type Kernels, padded, ROW_TILE, WIDTH_TILE } from './kernels.ts';

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

interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly paddedInputs: number;
  readonly paddedOutputs: number;
  readonly activation: Activation;
  /** Places in the heap. */
  readonly w: number;
  readonly b: number;
  readonly dw: number;
  readonly db: number;
  readonly wt: number;
}

/** Places that training needs beside the weights. */
interface Training {
  /** Each layer’s output, [rows × paddedOutputs]; the observations come first. */
  readonly outputs: readonly number[];
  /** Gradients of the same. */
  readonly gradients: readonly number[];
  readonly maxRows: number;
}

/**
 * A multilayer perceptron: dense layers, the last one linear. Its parameters are one run of the heap (`parameters`), as
 * are their gradients, so threads can add gradients up in a fixed order and a checkpoint is a copy. Padding is zero and
 * stays zero. A row’s result does not depend on the rows beside it, so one row gives what a batch gives, bit for bit.
 */
export class Mlp {
  readonly shape: MlpShape;
  /** All weights and biases, padding included, layer by layer. */
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly #kernels: Kernels;
  readonly #layers: readonly Layer[];
  readonly #training: Training;
  readonly #first: number;
  readonly #count: number;
  #transposed = false;

  /** Floats that a network takes of a heap. */
  static floats({ sizes }: MlpShape, maxRows: number): number {
    const rows = padded(maxRows, ROW_TILE);
    let floats = 64;
    for (const [index, size] of sizes.entries()) {
      const width = padded(size, WIDTH_TILE);
      floats += 2 * rows * width + 8;
      if (index > 0) floats += 3 * width * padded(sizes[index - 1]!, WIDTH_TILE) + 2 * width + 16;
    }
    return floats;
  }

  /** @param maxRows the most rows of one batch; weights are 0 until `initialise` or `load`. */
  constructor(kernels: Kernels, shape: MlpShape, maxRows: number) {
    assert(shape.sizes.length >= 2, 'a network has at least an input and an output');
    this.#kernels = kernels;
    this.shape = shape;
    const widths = shape.sizes.map((size) => padded(size, WIDTH_TILE));
    const counts = widths.slice(1).map((width, index) => width * (widths[index]! + 1));
    this.#count = counts.reduce((sum, count) => sum + count, 0);
    this.#first = kernels.allocate(this.#count);
    const gradients = kernels.allocate(this.#count);
    let at = 0;
    this.#layers = widths.slice(1).map((paddedOutputs, index) => {
      const paddedInputs = widths[index]!;
      const layer = {
        inputs: shape.sizes[index]!,
        outputs: shape.sizes[index + 1]!,
        paddedInputs,
        paddedOutputs,
        activation: index === widths.length - 2 ? ('linear' as const) : shape.activation,
        w: this.#first + at,
        b: this.#first + at + paddedInputs * paddedOutputs,
        dw: gradients + at,
        db: gradients + at + paddedInputs * paddedOutputs,
        wt: kernels.allocate(paddedInputs * paddedOutputs),
      };
      at += counts[index]!;
      return layer;
    });
    const rows = padded(maxRows, ROW_TILE);
    this.#training = {
      outputs: widths.map((width) => kernels.allocate(rows * width)),
      gradients: widths.map((width) => kernels.allocate(rows * width)),
      maxRows: rows,
    };
    this.parameters = kernels.heap.subarray(this.#first, this.#first + this.#count);
    this.gradients = kernels.heap.subarray(gradients, gradients + this.#count);
  }

  /** Where inputs are written before `forward`, [maxRows × inputStride]; what is beyond the input’s width stays 0. */
  get input(): Float32Array {
    return this.#view(this.#training.outputs[0]!, this.inputStride);
  }

  get inputStride(): number {
    return this.#layers[0]!.paddedInputs;
  }

  /** What `forward` wrote, [maxRows × outputStride]. */
  get output(): Float32Array {
    return this.#view(this.#training.outputs.at(-1)!, this.outputStride);
  }

  /** Where the gradients of the output are written before `backward`; what is beyond its width must be 0. */
  get outputGradient(): Float32Array {
    return this.#view(this.#training.gradients.at(-1)!, this.outputStride);
  }

  get outputStride(): number {
    return this.#layers.at(-1)!.paddedOutputs;
  }

  /** Orthogonal weights (Saxe et al., 2014) times `hiddenGain`, the last layer times `lastGain`; biases 0. */
  initialise(random: RandomStream, hiddenGain: number, lastGain: number): void {
    this.parameters.fill(0);
    for (const [index, layer] of this.#layers.entries()) {
      const gain = index === this.#layers.length - 1 ? lastGain : hiddenGain;
      const weights = orthogonal(random.split(`layer ${index}`), layer.inputs, layer.outputs, gain);
      this.#putWeights(layer, weights);
    }
    this.#transposed = false;
  }

  /** Weights from elsewhere, layer by layer. @throws GV_INTERNAL when their sizes are not the network’s. */
  load(layers: readonly LayerWeights[]): void {
    assert(layers.length === this.#layers.length, 'weights have another number of layers');
    this.parameters.fill(0);
    for (const [index, layer] of this.#layers.entries()) {
      const { weights, bias } = layers[index]!;
      assert(
        weights.length === layer.inputs * layer.outputs && bias.length === layer.outputs,
        `weights of layer ${index} have another size`,
      );
      this.#putWeights(layer, weights);
      this.#kernels.heap.set(bias, layer.b);
    }
    this.#transposed = false;
  }

  /** The weights without padding; copies. */
  weights(): readonly LayerWeights[] {
    const { heap } = this.#kernels;
    return this.#layers.map(({ inputs, outputs, paddedOutputs, w, b }) => {
      const weights = new Float32Array(inputs * outputs);
      for (let row = 0; row < inputs; row += 1) {
        const from = w + row * paddedOutputs;
        weights.set(heap.subarray(from, from + outputs), row * outputs);
      }
      return { inputs, outputs, weights, bias: heap.slice(b, b + outputs) };
    });
  }

  /** Computes `output` from the first `rows` of `input`. */
  forward(rows: number): void {
    const { outputs } = this.#training;
    for (const [index, layer] of this.#layers.entries())
      this.#kernels.dense(
        shapeOf(layer, rows),
        outputs[index]!,
        layer.w,
        layer.b,
        outputs[index + 1]!,
        layer.activation,
      );
  }

  /** After `forward` of the same rows: adds to `gradients` what `outputGradient` means for the parameters. */
  backward(rows: number): void {
    const { outputs, gradients } = this.#training;
    const kernels = this.#kernels;
    if (!this.#transposed) this.#transpose();
    for (let index = this.#layers.length - 1; index >= 0; index -= 1) {
      const layer = this.#layers[index]!;
      const shape = shapeOf(layer, rows);
      const dy = gradients[index + 1]!;
      kernels.activationGradient(outputs[index + 1]!, dy, shape.rows * shape.outputs, layer.activation);
      kernels.weightGradient(shape, outputs[index]!, dy, layer.dw, layer.db);
      if (index > 0) kernels.inputGradient(shape, dy, layer.wt, gradients[index]!);
    }
  }

  /** To be told whenever `parameters` were changed. */
  changed(): void {
    this.#transposed = false;
  }

  /** Rows beyond the batch in its last tile must not carry old gradients. */
  clearTail(rows: number): void {
    this.outputGradient.fill(0, rows * this.outputStride, padded(rows, ROW_TILE) * this.outputStride);
  }

  #transpose(): void {
    for (const { w, wt, paddedInputs, paddedOutputs } of this.#layers)
      this.#kernels.transpose(w, wt, paddedInputs, paddedOutputs);
    this.#transposed = true;
  }

  #putWeights({ inputs, outputs, paddedOutputs, w }: Layer, weights: Float32Array): void {
    for (let row = 0; row < inputs; row += 1)
      this.#kernels.heap.set(weights.subarray(row * outputs, (row + 1) * outputs), w + row * paddedOutputs);
  }

  #view(at: number, width: number): Float32Array {
    return this.#kernels.heap.subarray(at, at + this.#training.maxRows * width);
  }
}

function shapeOf({ paddedInputs, paddedOutputs }: Layer, rows: number): DenseShape {
  return { rows: padded(rows, ROW_TILE), inputs: paddedInputs, outputs: paddedOutputs };
}

/** An `inputs` × `outputs` matrix with orthonormal rows or columns, whichever are fewer, times `gain`. */
function orthogonal(random: RandomStream, inputs: number, outputs: number, gain: number): Float32Array {
  const [count, length] = inputs < outputs ? [inputs, outputs] : [outputs, inputs];
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length }, () => normal(random));
    // Gram and Schmidt, twice, as once leaves rounding errors.
    for (const other of [...vectors, ...vectors]) {
      const along = dot(vector, other);
      for (let index = 0; index < length; index += 1) vector[index]! -= along * other[index]!;
    }
    const size = Math.sqrt(dot(vector, vector));
    if (size > 1e-6) vectors.push(vector.map((each) => each / size));
  }
  const weights = new Float32Array(inputs * outputs);
  for (let row = 0; row < inputs; row += 1)
    for (let column = 0; column < outputs; column += 1)
      weights[row * outputs + column] =
        gain * (inputs < outputs ? vectors[row]![column]! : vectors[column]![row]!);
  return weights;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += a[index]! * b[index]!;
  return sum;
}

/** A standard normal number (Box & Muller, 1958). */
export function normal(random: RandomStream): number {
  return Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
}
