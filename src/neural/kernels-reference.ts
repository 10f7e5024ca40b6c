import { type Activation, bumpAllocator, type Kernels } from './kernels.ts';

/**
 * The same kernels in plain TypeScript: what the fast ones are checked against. Sums are kept in double precision, so
 * the two differ by rounding only.
 */
export function referenceKernels(floats: number): Kernels {
  const heap = new Float32Array(floats + 1_024);
  const product = (
    rows: number,
    inner: number,
    columns: number,
    left: number,
    right: number,
    start: (column: number) => number,
    put: (row: number, column: number, sum: number) => void,
  ) => {
    for (let row = 0; row < rows; row += 1)
      for (let column = 0; column < columns; column += 1) {
        let sum = start(column);
        for (let k = 0; k < inner; k += 1)
          sum += heap[left + row * inner + k]! * heap[right + k * columns + column]!;
        put(row, column, sum);
      }
  };
  return {
    heap,
    allocate: bumpAllocator(heap),
    dense({ rows, inputs, outputs }, x, w, b, y, activation) {
      const bias = (column: number) => (b === 0 ? 0 : heap[b + column]!);
      product(rows, inputs, outputs, x, w, bias, (row, column, sum) => {
        heap[y + row * outputs + column] = activate(sum, activation);
      });
    },
    inputGradient({ rows, inputs, outputs }, dy, wt, dx) {
      product(
        rows,
        outputs,
        inputs,
        dy,
        wt,
        () => 0,
        (row, column, sum) => {
          heap[dx + row * inputs + column] = sum;
        },
      );
    },
    weightGradient({ rows, inputs, outputs }, x, dy, dw, db) {
      for (let output = 0; output < outputs; output += 1) {
        for (let input = 0; input < inputs; input += 1) {
          let sum = heap[dw + input * outputs + output]!;
          for (let row = 0; row < rows; row += 1)
            sum += heap[x + row * inputs + input]! * heap[dy + row * outputs + output]!;
          heap[dw + input * outputs + output] = sum;
        }
        let sum = heap[db + output]!;
        for (let row = 0; row < rows; row += 1) sum += heap[dy + row * outputs + output]!;
        heap[db + output] = sum;
      }
    },
    activationGradient(y, dy, count, activation) {
      for (let index = 0; index < count; index += 1)
        heap[dy + index]! *= slopeOf(heap[y + index]!, activation);
    },
    transpose(w, wt, rows, columns) {
      for (let row = 0; row < rows; row += 1)
        for (let column = 0; column < columns; column += 1)
          heap[wt + column * rows + row] = heap[w + row * columns + column]!;
    },
    sumOfSquares(values, count) {
      return heap.subarray(values, values + count).reduce((sum, value) => sum + value * value, 0);
    },
    adam({ rate, beta1, beta2, epsilon, gradientScale }, p, g, m, v, count) {
      for (let index = 0; index < count; index += 1) {
        const gradient = heap[g + index]! * gradientScale;
        heap[m + index] = beta1 * heap[m + index]! + (1 - beta1) * gradient;
        heap[v + index] = beta2 * heap[v + index]! + (1 - beta2) * gradient * gradient;
        heap[p + index]! -= (rate * heap[m + index]!) / (Math.sqrt(heap[v + index]!) + epsilon);
      }
    },
  };
}

function activate(value: number, activation: Activation): number {
  if (activation === 'linear') return value;
  return activation === 'tanh' ? Math.tanh(value) : Math.max(0, value);
}

/** The derivative, from the activation’s value. */
function slopeOf(value: number, activation: Activation): number {
  if (activation === 'linear') return 1;
  return activation === 'tanh' ? 1 - value * value : value > 0 ? 1 : 0;
}
