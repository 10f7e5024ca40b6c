import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OFFICIAL_NETWORKS, readCostCurves, readOfficialPolicies } from './official-policies.ts';

const HEADS = { IQL: 'max(0,x)', BC: 'max(0,x)', CQL: 'x (as is)', MOPO: 'tanh(mu)*s', COMBO: 'tanh(mu)*s' };

/** Networks of 16 to 2 to 2 to 1 that share their weights; the middle layer has an activation or not. */
function manifestWith(middle: 'relu' | 'none', heads: Readonly<Record<string, string>> = HEADS): string {
  const layers = [
    { inDim: 16, outDim: 2, wOffset: 0, bOffset: 32 },
    { inDim: 2, outDim: 2, wOffset: 34, bOffset: 38 },
    { inDim: 2, outDim: 1, wOffset: 40, bOffset: 42 },
  ];
  const range = { min: 100, max: 300 };
  const network = (head: string) => ({ layers, acts: ['relu', middle, 'none'], head });
  return JSON.stringify({
    stateDim: 16,
    normalize: { indices: { 13: range, 14: range, 15: range } },
    policies: Object.fromEntries(OFFICIAL_NETWORKS.map((name) => [name, network(heads[name]!)])),
  });
}

/** The first unit takes number 13, the second 1 less twice that; then both are halved and told apart; then summed. */
const numbers = new Float32Array(43);
numbers[13] = 1;
numbers[16 + 13] = -2;
numbers[33] = 1;
numbers.set([0.5, 0, 0, -0.5], 34);
numbers.set([0, -0.25], 38);
numbers.set([1, 2], 40);
numbers[42] = 0.1;
const weights = new Uint8Array(numbers.buffer);

const state = (opportunities: number) =>
  Float64Array.from({ length: 16 }, (_none, at) => (at === 13 ? opportunities : 7));

test('numbers of opportunities are scaled, layers without activation are multiplied through, heads are applied', () => {
  const networks = readOfficialPolicies(manifestWith('none'), weights);
  const alpha = (name: 'IQL' | 'CQL' | 'MOPO', opportunities: number) =>
    networks[name].alpha(networks[name].scaled(state(opportunities)));
  // Scaled 0.25: units 0.25 and 0.5; halves 0.125 and −0.5; sum 0.125 − 1 + 0.1.
  assert.ok(Math.abs(alpha('CQL', 150) + 0.775) < 1e-6);
  assert.equal(alpha('IQL', 150), 0);
  assert.ok(Math.abs(alpha('MOPO', 150) - 300 * Math.tanh(-0.775)) < 1e-4);
  const cut = readOfficialPolicies(manifestWith('relu'), weights).CQL;
  assert.ok(
    Math.abs(cut.alpha(cut.scaled(state(150))) - 0.225) < 1e-6,
    'with an activation the second half is 0',
  );
});

test('files that are not as described are refused with a reason', () => {
  const refused = (manifest: string, bytes: Uint8Array, message: RegExp) =>
    assert.throws(() => readOfficialPolicies(manifest, bytes), { code: 'GV_BAD_INPUT', message });
  refused('{', weights, /not JSON/);
  refused('{"stateDim":15}', weights, /stateDim/);
  refused(manifestWith('none'), weights.subarray(0, 40), /ends inside IQL/);
  refused(manifestWith('none'), weights.subarray(0, 41), /no float32/);
  refused(manifestWith('none', { ...HEADS, BC: 'sigmoid' }), weights, /head of BC/);
  assert.throws(() => readCostCurves('{"0_9":{"cumCost":[],"cpa":[]}}'), { code: 'GV_BAD_INPUT' });
  assert.throws(() => readCostCurves('{"0_1":{"cumCost":[1],"cpa":[]}}'), {
    code: 'GV_BAD_INPUT',
    message: /two lengths/,
  });
});
