import { assert, type RandomStream } from '../kernel/index.ts';
import { type DenseShape, type Kernels, padded } from './kernels.ts';
import { type Layer, type LayerWeights, type MlpShape, Parameters } from './parameters.ts';

/** Rows that walk through all layers together, so that what they leave behind stays in the cache. */
const BLOCK_ROWS = 256;

/**
 * A multilayer perceptron that is trained: dense layers, the last one linear. Its parameters are one run of the heap, as
 * are their gradients, so threads can add gradients up in a fixed order and a checkpoint is a copy. A row’s result does
 * not depend on the rows beside it, so one row gives what a batch gives, bit for bit.
 */
export class Mlp {
  readonly shape: MlpShape;
  /** All weights and biases, padding included, layer by layer. Whoever changes them calls `changed`. */
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** Where inputs are written before `forward`, [maxRows × inputStride]; what is beyond the input’s width stays 0. */
  readonly input: Float32Array;
  readonly inputStride: number;
  /** What `forward` wrote, [maxRows × outputStride]. */
  readonly output: Float32Array;
  /** Where the gradients of the output are written before `backward`; what is beyond its width must be 0. */
  readonly outputGradient: Float32Array;
  readonly outputStride: number;
  readonly #kernels: Kernels;
  readonly #parameters: Parameters;
  readonly #maxRows: number;
  /** Places: the gradients; each layer’s transposed weights; the outputs of all rows, observations first. */
  readonly #gradients: number;
  readonly #transposed: readonly number[];
  readonly #outputs: readonly number[];
  /** Places of the gradients of those outputs: of one block of rows, the last one of all. */
  readonly #deltas: readonly number[];
  #isTransposed = false;

  /** Floats of a network’s parameters, padding included, and of its gradients. */
  static parameterFloats(shape: MlpShape): number {
    return Parameters.floats(shape);
  }

  /** Floats that a network takes of a heap. */
  static floats(shape: MlpShape, maxRows: number): number {
    const all = shape.sizes.reduce((sum, size) => sum + padded(size), 0);
    const last = padded(shape.sizes.at(-1)!);
    const deltas = (all - last) * Math.min(maxRows, BLOCK_ROWS) + last * maxRows;
    const biases = all - padded(shape.sizes[0]!);
    return 3 * Parameters.floats(shape) - biases + all * maxRows + deltas;
  }

  /** @param maxRows the most rows of one batch; weights are 0 until `initialise` or `load`. */
  constructor(kernels: Kernels, shape: MlpShape, maxRows: number) {
    this.#kernels = kernels;
    this.shape = shape;
    this.#maxRows = maxRows;
    this.#parameters = new Parameters(kernels, shape);
    this.parameters = this.#parameters.values;
    this.#gradients = kernels.allocate(this.parameters.length);
    this.gradients = this.#view(this.#gradients, this.parameters.length);
    const { layers } = this.#parameters;
    this.#transposed = layers.map((layer) => kernels.allocate(layer.paddedInputs * layer.paddedOutputs));
    const widths = shape.sizes.map(padded);
    const last = widths.length - 1;
    this.inputStride = widths[0]!;
    this.outputStride = widths[last]!;
    this.#outputs = widths.map((width) => kernels.allocate(width * maxRows));
    this.#deltas = widths.map((width, index) =>
      kernels.allocate(width * (index === last ? maxRows : Math.min(maxRows, BLOCK_ROWS))),
    );
    this.input = this.#view(this.#outputs[0]!, maxRows * this.inputStride);
    this.output = this.#view(this.#outputs[last]!, maxRows * this.outputStride);
    this.outputGradient = this.#view(this.#deltas[last]!, maxRows * this.outputStride);
  }

  /** Orthogonal weights (Saxe et al., 2014) times `hiddenGain`, the last layer times `lastGain`; biases 0. */
  initialise(random: RandomStream, hiddenGain: number, lastGain: number): void {
    const { layers } = this.#parameters;
    this.load(
      layers.map(({ inputs, outputs }, index) => {
        const gain = index === layers.length - 1 ? lastGain : hiddenGain;
        const weights = orthogonal(random.split(`layer ${index}`), inputs, outputs, gain);
        return { inputs, outputs, weights, bias: new Float32Array(outputs) };
      }),
    );
  }

  /** Weights from elsewhere, layer by layer. @throws GV_INTERNAL when their sizes are not the network’s. */
  load(layers: readonly LayerWeights[]): void {
    this.#parameters.load(layers);
    this.changed();
  }

  /** The weights without padding; copies. */
  weights(): readonly LayerWeights[] {
    return this.#parameters.unpadded();
  }

  /** Computes `output` from the first `rows` of `input`. @throws GV_INTERNAL for more than `maxRows`. */
  forward(rows: number): void {
    assert(rows <= this.#maxRows, `${rows} rows are more than ${this.#maxRows}`);
    for (let from = 0; from < rows; from += BLOCK_ROWS)
      for (const [index, layer] of this.#parameters.layers.entries())
        this.#kernels.dense(
          shapeOf(layer, Math.min(BLOCK_ROWS, rows - from)),
          this.#outputs[index]! + from * layer.paddedInputs,
          layer.w,
          layer.b,
          this.#outputs[index + 1]! + from * layer.paddedOutputs,
          layer.activation,
        );
  }

  /** After `forward` of the same rows: adds to `gradients` what `outputGradient` means for the parameters. */
  backward(rows: number): void {
    if (!this.#isTransposed) this.#transpose();
    for (let from = 0; from < rows; from += BLOCK_ROWS)
      this.#backwardBlock(from, Math.min(BLOCK_ROWS, rows - from));
  }

  /** To be told whenever `parameters` were changed. */
  changed(): void {
    this.#isTransposed = false;
  }

  #backwardBlock(from: number, rows: number): void {
    const { layers, first } = this.#parameters;
    for (let index = layers.length - 1; index >= 0; index -= 1) {
      const layer = layers[index]!;
      const shape = shapeOf(layer, rows);
      const y = this.#outputs[index + 1]! + from * shape.outputs;
      const isLast = index === layers.length - 1;
      const dy = this.#deltas[index + 1]! + (isLast ? from * shape.outputs : 0);
      const [dw, db] = [layer.w - first + this.#gradients, layer.b - first + this.#gradients];
      this.#kernels.activationGradient(y, dy, rows * shape.outputs, layer.activation);
      this.#kernels.weightGradient(shape, this.#outputs[index]! + from * shape.inputs, dy, dw, db);
      if (index > 0) this.#kernels.inputGradient(shape, dy, this.#transposed[index]!, this.#deltas[index]!);
    }
  }

  #transpose(): void {
    for (const [index, { w, paddedInputs, paddedOutputs }] of this.#parameters.layers.entries())
      this.#kernels.transpose(w, this.#transposed[index]!, paddedInputs, paddedOutputs);
    this.#isTransposed = true;
  }

  #view(at: number, count: number): Float32Array {
    return this.#kernels.heap.subarray(at, at + count);
  }
}

function shapeOf({ paddedInputs, paddedOutputs }: Layer, rows: number): DenseShape {
  return { rows, inputs: paddedInputs, outputs: paddedOutputs };
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
