import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../kernel/index.ts';
import type { StoredNetwork } from '../policy-file.ts';
import { ServedNetwork } from '../served-network.ts';
import { onnxOf } from './export.ts';
import { networkFromOnnx } from './import.ts';

function anyNetwork(sizes: readonly number[], activation: 'tanh' | 'relu', seed: number): StoredNetwork {
  const random = randomStream(seed);
  const floats = (count: number) => Float32Array.from({ length: count }, () => random.float() - 0.5);
  const layers = sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index]!;
    return { inputs, outputs, weights: floats(inputs * outputs), bias: floats(outputs) };
  });
  return { shape: { sizes, activation }, layers };
}

test('what is exported is read back bit for bit, whatever its shape', () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(shapes, fc.constantFrom('tanh', 'relu'), fc.nat(), (sizes, activation, seed) => {
      const network = anyNetwork(sizes, activation, seed);
      const read = networkFromOnnx(onnxOf(network, 'policy', { role: 'bidder' }), 'a.onnx');
      // Without a hidden layer there is no activation to tell.
      assert.deepEqual(read.layers, network.layers);
      if (sizes.length > 2) assert.deepEqual(read.shape, network.shape);
    }),
  );
});

for (const exporter of ['classic', 'dynamo'])
  test(`a perceptron as PyTorch’s ${exporter} exporter writes it is read, and answers as PyTorch did`, () => {
    const file = (name: string) => new URL(`./fixtures/${name}`, import.meta.url);
    const network = networkFromOnnx(readFileSync(file(`torch-${exporter}.onnx`)), 'torch.onnx');
    assert.deepEqual(network.shape, { sizes: [4, 8, 8, 2], activation: 'tanh' });
    const { observations, means } = JSON.parse(readFileSync(file('torch-answers.json'), 'utf8')) as {
      readonly observations: readonly number[][];
      readonly means: readonly number[][];
    };
    const served = new ServedNetwork(network);
    for (const [row, observation] of observations.entries()) {
      const answer = served.answer(Float32Array.from(observation), 0);
      for (const [index, mean] of means[row]!.entries()) assert.ok(Math.abs(answer[index]! - mean) < 1e-5);
    }
  });

test('a file that is cut off or changed anywhere is read, or refused with what to do; nothing else happens', () => {
  const bytes = onnxOf(anyNetwork([5, 6, 2], 'tanh', 1), 'policy');
  const tryOne = (given: Uint8Array) => {
    try {
      networkFromOnnx(given, 'a.onnx');
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'GV_BAD_INPUT', String(error));
    }
  };
  for (let length = 0; length < bytes.length; length += 1) tryOne(bytes.subarray(0, length));
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const changed = Uint8Array.from(bytes);
      changed[at] = byte;
      tryOne(changed);
    }),
    { numRuns: 2_000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), tryOne), { numRuns: 1_000 });
});

test('what is no perceptron is refused by name', () => {
  const text = (name: string) => Buffer.from(name).toString('latin1');
  const replaced = (from: string, to: string) =>
    Buffer.from(
      Buffer.from(onnxOf(anyNetwork([3, 4, 1], 'tanh', 1), 'policy'))
        .toString('latin1')
        .replaceAll(text(from), text(to)),
      'latin1',
    );
  const refuses = (bytes: Uint8Array, message: RegExp) =>
    assert.throws(() => networkFromOnnx(bytes, 'a.onnx'), { code: 'GV_BAD_INPUT', message });
  refuses(replaced('Tanh', 'Sinh'), /operator Sinh, which is none of Tanh/);
  refuses(replaced('Gemm', 'Conv'), /operator Conv/);
  refuses(onnxOf(anyNetwork([3, 600, 1], 'tanh', 1), 'policy'), /600/);
  const broken = anyNetwork([3, 1], 'tanh', 1);
  broken.layers[0]!.bias[0] = Number.NaN;
  refuses(onnxOf(broken, 'policy'), /not finite/);
});
