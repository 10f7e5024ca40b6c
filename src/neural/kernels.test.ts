import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../kernel/index.ts';
import { ACTIVATIONS, type Activation, type Kernels, wasmKernels } from './kernels.ts';
import { referenceKernels } from './kernels-reference.ts';
import { normal } from './mlp.ts';

const FLOATS = 40_000;
const shape = fc.record({
  rows: fc.integer({ min: 1, max: 33 }),
  inputs: fc.integer({ min: 1, max: 9 }).map((tiles) => tiles * 8),
  outputs: fc.integer({ min: 1, max: 9 }).map((tiles) => tiles * 8),
});
const activation = fc.constantFrom<Activation>(...ACTIVATIONS);

/** Runs the same work on both; the results, which it returns as places and counts, agree. */
function agree(
  seed: number,
  work: (kernels: Kernels, filled: (count: number) => number) => [number, number][],
) {
  const results = [wasmKernels(FLOATS), referenceKernels(FLOATS)].map((kernels) => {
    const random = randomStream(seed);
    const filled = (count: number) => {
      const at = kernels.allocate(count);
      for (let index = 0; index < count; index += 1) kernels.heap[at + index] = normal(random) / 2;
      return at;
    };
    return work(kernels, filled).flatMap(([at, count]) => [...kernels.heap.subarray(at, at + count)]);
  });
  const [fast, plain] = results as [number[], number[]];
  for (const [index, value] of fast.entries())
    assert.ok(
      Math.abs(value - plain[index]!) <= 1e-5 * Math.max(1, Math.abs(plain[index]!)),
      `${index}: ${value} and ${plain[index]}`,
    );
}

test('the fast kernels compute what the plain ones do, to 1e-5', () => {
  fc.assert(
    fc.property(fc.integer(), shape, activation, (seed, { rows, inputs, outputs }, act) => {
      agree(seed, (kernels, filled) => {
        const [x, w, b, y] = [
          filled(rows * inputs),
          filled(inputs * outputs),
          filled(outputs),
          filled(rows * outputs),
        ];
        const [dy, dw, db] = [filled(rows * outputs), filled(inputs * outputs), filled(outputs)];
        const [wt, dx] = [filled(inputs * outputs), filled(rows * inputs)];
        const size = { rows, inputs, outputs };
        kernels.dense(size, x, w, b, y, act);
        kernels.activationGradient(y, dy, rows * outputs, act);
        kernels.weightGradient(size, x, dy, dw, db);
        kernels.transpose(w, wt, inputs, outputs);
        kernels.inputGradient(size, dy, wt, dx);
        return [
          [y, rows * outputs],
          [dy, rows * outputs],
          [dw, inputs * outputs],
          [db, outputs],
          [wt, inputs * outputs],
          [dx, rows * inputs],
        ];
      });
    }),
    { numRuns: 60 },
  );
});

test('a sum of squares is the same on both, to 1e-12', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 500 }), (seed, tiles) => {
      const [fast, plain] = [wasmKernels(FLOATS), referenceKernels(FLOATS)].map((kernels) => {
        const random = randomStream(seed);
        const at = kernels.allocate(tiles * 8);
        for (let index = 0; index < tiles * 8; index += 1) kernels.heap[at + index] = normal(random);
        return kernels.sumOfSquares(at, tiles * 8);
      });
      assert.ok(Math.abs(fast! - plain!) <= 1e-12 * plain!, `${fast} and ${plain}`);
    }),
    { numRuns: 30 },
  );
});

test('a step of Adam is the same on both, and goes against the gradient', () => {
  agree(7, (kernels, filled) => {
    const [p, g, m, v] = [filled(64), filled(64), kernels.allocate(64), kernels.allocate(64)];
    const before = kernels.heap.slice(p, p + 64);
    const step = { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-5, gradientScale: 0.5 };
    for (let round = 0; round < 3; round += 1) kernels.adam(step, p, g, m, v, 64);
    for (let index = 0; index < 64; index += 1)
      assert.ok((kernels.heap[p + index]! - before[index]!) * kernels.heap[g + index]! <= 0);
    return [
      [p, 64],
      [m, 64],
      [v, 64],
    ];
  });
});

test('tanh is that of the language to 1e-6, for all numbers', () => {
  const kernels = wasmKernels(FLOATS);
  const [x, w, y] = [kernels.allocate(4 * 8), kernels.allocate(64), kernels.allocate(4 * 8)];
  for (let index = 0; index < 8; index += 1) kernels.heap[w + index * 9] = 1;
  for (let value = -12; value <= 12; value += 0.01) {
    kernels.heap[x] = value;
    kernels.dense({ rows: 4, inputs: 8, outputs: 8 }, x, w, 0, y, 'tanh');
    assert.ok(Math.abs(kernels.heap[y]! - Math.tanh(value)) < 1e-6, `tanh(${value}) is ${kernels.heap[y]}`);
  }
});

test('a heap that is full says so', () => {
  assert.throws(() => referenceKernels(100).allocate(10_000), /no room/);
});
