import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../kernel/index.ts';
import { wasmKernels } from './kernels.ts';
import { Mlp, normal } from './mlp.ts';
import { type PolicyFile, policyHash, readPolicyFile, writePolicyFile } from './policy-file.ts';
import { ServedNetwork } from './served-network.ts';

const SHAPE = { sizes: [28, 64, 64, 2], activation: 'tanh' as const };

function trained(): { readonly network: Mlp; readonly file: PolicyFile } {
  const network = new Mlp(wasmKernels(Mlp.floats(SHAPE, 8)), SHAPE, 8);
  network.initialise(randomStream(3), Math.SQRT2, 0.5);
  const networks = { bidder: { shape: SHAPE, layers: network.weights() } };
  const provenance = { seed: 1, scenario: 'drift' };
  return { network, file: { schema: 'team-1', networks, tuning: { rate: 0.3 }, provenance } };
}

test('a file gives back what was written, and equal policies give equal texts', () => {
  const { file } = trained();
  const text = writePolicyFile(file);
  assert.deepEqual(readPolicyFile(text, 'p.json', 'team-1'), file);
  assert.equal(writePolicyFile(readPolicyFile(text, 'p.json', 'team-1')), text);
  assert.equal((JSON.parse(text) as { sha256: string }).sha256, policyHash(file));
});

test('the served network answers what the trained one does, bit for bit', () => {
  const { network, file } = trained();
  const served = new ServedNetwork(readPolicyFile(writePolicyFile(file), 'p', 'team-1').networks.bidder!);
  const random = randomStream(4);
  for (let round = 0; round < 50; round += 1) {
    const seen = Float32Array.from({ length: 28 }, () => normal(random));
    network.input.set(seen);
    network.forward(5);
    assert.deepEqual(served.answer(seen, 0), network.output.subarray(0, 2));
  }
});

test('a file that was changed anywhere is refused', () => {
  const text = writePolicyFile(trained().file);
  fc.assert(
    fc.property(fc.nat(text.length - 2), fc.constantFrom('0', 'a', 'Z', '"', '}'), (at, other) => {
      fc.pre(text[at] !== other);
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      assert.throws(() => readPolicyFile(changed, 'p', 'team-1'), { code: 'GV_BAD_INPUT' });
    }),
  );
});

test('another schema, wrong sizes, numbers that are not finite and strange members are refused by name', () => {
  const { file } = trained();
  const text = writePolicyFile(file);
  assert.throws(() => readPolicyFile(text, 'p', 'team-2'), /schema "team-1" is not "team-2"/);
  const layers = file.networks.bidder!.layers;
  const wrong = (changed: typeof layers) =>
    writePolicyFile({ ...file, networks: { bidder: { shape: SHAPE, layers: changed } } });
  assert.throws(
    () => readPolicyFile(wrong(layers.slice(1)), 'p', 'team-1'),
    /networks.bidder.weights has \d+ bytes/,
  );
  const nan = layers.map((layer) => ({ ...layer, bias: layer.bias.map(() => Number.NaN) }));
  assert.throws(() => readPolicyFile(wrong(nan), 'p', 'team-1'), /not finite/);
  assert.throws(() => readPolicyFile('{"__proto__": {}}', 'p', 'team-1'), { code: 'GV_BAD_INPUT' });
  assert.throws(() => readPolicyFile('no JSON', 'p', 'team-1'), { code: 'GV_BAD_INPUT' });
});
