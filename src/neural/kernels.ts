import { assert } from '../kernel/index.ts';
import { KERNELS_WASM } from './wasm/kernels-wasm.ts';

/** What a layer does to its sums. */
export const ACTIVATIONS = ['linear', 'tanh', 'relu'] as const;
/** `linear`, `tanh` or `relu`. */
export type Activation = (typeof ACTIVATIONS)[number];

/** Widths are padded to multiples of this with zeros that stay zero, so that kernels have no edges. */
const WIDTH_TILE = 8;

/** A width rounded up to whole tiles. */
export function padded(width: number): number {
  return Math.ceil(width / WIDTH_TILE) * WIDTH_TILE;
}

/**
 * Linear algebra on one heap of float32. All arguments that are places are indexes into `heap`, from `allocate`;
 * matrices lie row by row, their widths are `padded`, and so are counts. One thread only.
 */
export interface Kernels {
  readonly heap: Float32Array;
  /** Takes `count` zeros. @throws GV_INTERNAL when the heap, whose size is given at the start, is used up. */
  allocate(count: number): number;
  /** y[rows × outputs] = activation(x[rows × inputs] · w[inputs × outputs] + b[outputs]). */
  dense(shape: DenseShape, x: number, w: number, b: number, y: number, activation: Activation): void;
  /** dx[rows × inputs] = dy[rows × outputs] · wt[outputs × inputs]. */
  inputGradient(shape: DenseShape, dy: number, wt: number, dx: number): void;
  /** dw[inputs × outputs] += xᵀ · dy, db[outputs] += column sums of dy. */
  weightGradient(shape: DenseShape, x: number, dy: number, dw: number, db: number): void;
  /** dy[count] *= activation′, from the activation’s own values y[count]. */
  activationGradient(y: number, dy: number, count: number, activation: Activation): void;
  /** wt[columns × rows] = w[rows × columns] transposed. */
  transpose(w: number, wt: number, rows: number, columns: number): void;
  /** The sum of the squares of `count` numbers. */
  sumOfSquares(values: number, count: number): number;
  adam(
    step: AdamStep,
    parameters: number,
    gradients: number,
    first: number,
    second: number,
    count: number,
  ): void;
}

/** Rows of a batch, and the widths of a layer. */
export interface DenseShape {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** One step of Adam (Kingma & Ba, 2015): p −= rate · m / (√v + epsilon), after `gradientScale` on the gradients. */
export interface AdamStep {
  /** With both bias corrections in it: rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ). */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** With its correction in it: ε · √(1 − β₂ᵗ). */
  readonly epsilon: number;
  readonly gradientScale: number;
}

/** What is used of WebAssembly; TypeScript declares it only together with the DOM. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: object } },
  ) => { readonly exports: Readonly<Record<string, (...given: number[]) => number>> };
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
  }) => {
    readonly buffer: ArrayBuffer;
  };
};

const PAGE_BYTES = 65_536;
/** Place 0 means "no bias", and what a module may keep for itself lies below. */
const FIRST_FLOAT = 256;

let compiled: object | undefined;

/** Kernels with a heap of at least `floats` of their own, which never moves. Every thread has its own. */
export function wasmKernels(floats: number): Kernels {
  const pages = Math.ceil(((floats + FIRST_FLOAT) * 4) / PAGE_BYTES) + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  compiled ??= new WebAssembly.Module(Buffer.from(KERNELS_WASM, 'base64'));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const heap = new Float32Array(memory.buffer);
  const { dense, weightGradient, activationGradient, transpose, sumOfSquares, adam } = exports as Record<
    'dense' | 'weightGradient' | 'activationGradient' | 'transpose' | 'sumOfSquares' | 'adam',
    (...given: number[]) => number
  >;
  return {
    heap,
    allocate: bumpAllocator(heap),
    dense({ rows, inputs, outputs }, x, w, b, y, activation) {
      dense(x * 4, w * 4, b * 4, y * 4, rows, inputs, outputs, ACTIVATIONS.indexOf(activation));
    },
    inputGradient({ rows, inputs, outputs }, dy, wt, dx) {
      dense(dy * 4, wt * 4, 0, dx * 4, rows, outputs, inputs, 0);
    },
    weightGradient({ rows, inputs, outputs }, x, dy, dw, db) {
      weightGradient(x * 4, dy * 4, dw * 4, db * 4, rows, inputs, outputs);
    },
    activationGradient(y, dy, count, activation) {
      activationGradient(y * 4, dy * 4, count, ACTIVATIONS.indexOf(activation));
    },
    transpose(w, wt, rows, columns) {
      transpose(w * 4, wt * 4, rows, columns);
    },
    sumOfSquares(values, count) {
      return sumOfSquares(values * 4, count);
    },
    adam({ rate, beta1, beta2, epsilon, gradientScale }, p, g, m, v, count) {
      adam(p * 4, g * 4, m * 4, v * 4, count, rate, beta1, beta2, epsilon, gradientScale);
    },
  };
}

/** Hands out places of a heap, each aligned to 16 bytes; nothing is given back. */
export function bumpAllocator(heap: Float32Array): (count: number) => number {
  let free = FIRST_FLOAT;
  return (count) => {
    const at = free;
    free += padded(count);
    assert(free <= heap.length, `a heap of ${heap.length} floats has no room for ${count} more`);
    return at;
  };
}
