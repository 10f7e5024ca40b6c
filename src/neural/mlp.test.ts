import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../kernel/index.ts';
import { Adam } from './adam.ts';
import { wasmKernels } from './kernels.ts';
import { referenceKernels } from './kernels-reference.ts';
import { Mlp, normal } from './mlp.ts';
import type { MlpShape } from './parameters.ts';

const SHAPE: MlpShape = { sizes: [5, 12, 9, 3], activation: 'tanh' };

function network(shape = SHAPE, maxRows = 32, make = wasmKernels) {
  const kernels = make(Mlp.floats(shape, maxRows) + 40_000);
  const made = new Mlp(kernels, shape, maxRows);
  made.initialise(randomStream(1), Math.SQRT2, 1);
  return { kernels, network: made };
}

function fill(made: Mlp, rows: number, seed: number): void {
  const random = randomStream(seed);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < made.shape.sizes[0]!; column += 1)
      made.input[row * made.inputStride + column] = normal(random);
}

/** Half the sum of squares of the outputs of `rows`. */
function loss(made: Mlp, rows: number): number {
  made.forward(rows);
  let sum = 0;
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < made.shape.sizes.at(-1)!; column += 1)
      sum += made.output[row * made.outputStride + column]! ** 2 / 2;
  return sum;
}

function backward(made: Mlp, rows: number): void {
  loss(made, rows);
  made.outputGradient.fill(0);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < made.shape.sizes.at(-1)!; column += 1)
      made.outputGradient[row * made.outputStride + column] = made.output[row * made.outputStride + column]!;
  made.backward(rows);
}

test('gradients are those of finite differences', () => {
  for (const activation of ['tanh', 'relu'] as const) {
    // In plain arithmetic, so that what is checked is the chain rule and not float32.
    const { network: made } = network({ ...SHAPE, activation }, 32, referenceKernels);
    fill(made, 7, 3);
    backward(made, 7);
    const found = made.gradients.slice();
    const random = randomStream(5);
    for (let probe = 0; probe < 60; probe += 1) {
      const index = random.int(made.parameters.length);
      const before = made.parameters[index]!;
      const step = 1e-2;
      made.parameters[index] = before + step;
      const above = loss(made, 7);
      made.parameters[index] = before - step;
      const below = loss(made, 7);
      made.parameters[index] = before;
      // Padding has no gradient, as nothing may grow there.
      if (before === 0 && found[index] === 0) continue;
      const wanted = (above - below) / (2 * step);
      assert.ok(
        Math.abs(found[index]! - wanted) < 0.02 * Math.max(1, Math.abs(wanted)),
        `${activation} ${index}: ${found[index]} and ${wanted}`,
      );
    }
  }
});

test('the fast network agrees with the plain one, forwards and backwards, to 1e-5', () => {
  const [fast, plain] = [network(), network(SHAPE, 32, referenceKernels)];
  for (const { network: made } of [fast, plain]) {
    fill(made, 10, 4);
    backward(made, 10);
  }
  for (const [index, value] of fast.network.gradients.entries()) {
    const other = plain.network.gradients[index]!;
    assert.ok(Math.abs(value - other) < 1e-5 * Math.max(1, Math.abs(other)), `${value} and ${other}`);
  }
});

test('one row alone gives what it gives in a batch, bit for bit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer(), (rows, seed) => {
      const { network: made } = network();
      fill(made, rows, seed);
      made.forward(rows);
      const outputs = made.output.slice(0, rows * made.outputStride);
      const inputs = made.input.slice(0, rows * made.inputStride);
      for (let row = 0; row < rows; row += 1) {
        made.input.fill(0);
        made.input.set(inputs.subarray(row * made.inputStride, (row + 1) * made.inputStride));
        made.forward(1);
        assert.deepEqual(
          made.output.slice(0, made.outputStride),
          outputs.slice(row * made.outputStride, (row + 1) * made.outputStride),
        );
      }
    }),
    { numRuns: 20 },
  );
});

test('gradients of a large batch are those of its parts in order, bit for bit', () => {
  const whole = network({ ...SHAPE, activation: 'relu' }, 700).network;
  const parts = network({ ...SHAPE, activation: 'relu' }, 700).network;
  fill(whole, 700, 6);
  backward(whole, 700);
  for (const [from, to] of [
    [0, 3],
    [3, 260],
    [260, 700],
  ] as const) {
    parts.input.set(whole.input.subarray(from * whole.inputStride, to * whole.inputStride));
    backward(parts, to - from);
  }
  assert.deepEqual(parts.gradients, whole.gradients);
  assert.throws(() => whole.forward(701), /701 rows are more than 700/);
});

test('networks and optimisers take the floats that they ask for', () => {
  for (const maxRows of [1, 3, 255, 256, 1_000]) {
    const shape: MlpShape = { sizes: [7, 33, 1], activation: 'relu' };
    const kernels = wasmKernels(Mlp.floats(shape, maxRows) + Adam.floats(shape));
    const start = kernels.allocate(0);
    new Adam(kernels, new Mlp(kernels, shape, maxRows));
    assert.equal(kernels.allocate(0) - start, Mlp.floats(shape, maxRows) + Adam.floats(shape));
  }
});

test('padding stays zero through training, and weights survive a copy', () => {
  const { kernels, network: made } = network();
  const adam = new Adam(kernels, made);
  const copy = network().network;
  for (let step = 0; step < 20; step += 1) {
    fill(made, 9, step);
    backward(made, 9);
    adam.step(1e-2, 1);
  }
  copy.load(made.weights());
  assert.deepEqual(copy.parameters, made.parameters);
});

test('training lowers the loss, and a gradient that is not finite changes nothing', () => {
  const { kernels, network: made } = network();
  const adam = new Adam(kernels, made);
  fill(made, 16, 2);
  const first = loss(made, 16);
  for (let step = 0; step < 100; step += 1) {
    backward(made, 16);
    adam.step(1e-2, 10);
  }
  assert.ok(loss(made, 16) < first / 10);
  const before = made.parameters.slice();
  made.gradients[0] = Number.NaN;
  assert.ok(Number.isNaN(adam.step(1e-2, 10)));
  assert.deepEqual(made.parameters, before);
  assert.ok(made.gradients.every((each) => each === 0));
});

test('orthogonal weights keep lengths', () => {
  const { network: made } = network({ sizes: [8, 16, 4], activation: 'tanh' });
  const [first] = made.weights();
  for (let row = 0; row < 8; row += 1) {
    const values = first!.weights.subarray(row * 16, (row + 1) * 16);
    assert.ok(Math.abs(values.reduce((sum, value) => sum + value * value, 0) - 2) < 1e-5);
  }
});
