import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../kernel/index.ts';
import { normal } from '../mlp.ts';
import { Categorical } from './categorical.ts';
import { Beta, Dirichlet } from './dirichlet.ts';
import { digamma, logGamma, trigamma } from './gamma.ts';
import { SquashedGaussian } from './gaussian.ts';

const STEP = 1e-3;
const number = fc.float({ min: -2, max: 2, noNaN: true });

/** The slope of `f` at a value of `values`. */
function slope(values: Float32Array | Float64Array, index: number, f: () => number): number {
  const before = values[index]!;
  values[index] = before + STEP;
  const [above, up] = [f(), values[index]!];
  values[index] = before - STEP;
  const [below, down] = [f(), values[index]!];
  values[index] = before;
  return (above - below) / (up - down);
}

function near(found: number, wanted: number): void {
  assert.ok(Math.abs(found - wanted) < 0.01 * Math.max(1, Math.abs(wanted)), `${found} and ${wanted}`);
}

test('a Gaussian’s gradients are those of finite differences', () => {
  fc.assert(
    fc.property(
      number,
      number,
      number,
      fc.double({ min: -1.5, max: 0.4, noNaN: true }),
      (m0, m1, raw0, log) => {
        const head = new SquashedGaussian(2, log);
        const means = Float32Array.of(m0, m1);
        const raw = Float32Array.of(raw0, 0.3);
        const out = new Float32Array(2);
        head.addLogProbabilityGradient(2, means, 0, raw, 0, out, 0);
        const f = () => 2 * head.logProbability(means, 0, raw, 0);
        for (const index of [0, 1]) {
          near(out[index]!, slope(means, index, f));
          near(head.logStdGradient[index]!, slope(head.logStd, index, f));
        }
        head.logStdGradient.fill(0);
        head.addEntropyGradient(3);
        near(
          head.logStdGradient[0]!,
          slope(head.logStd, 0, () => 3 * head.entropy),
        );
      },
    ),
  );
});

test('a Gaussian draws what it says: mean, deviation and entropy', () => {
  const head = new SquashedGaussian(1, Math.log(0.5));
  const random = randomStream(1);
  const raw = new Float32Array(1);
  const means = Float32Array.of(0.7);
  let [sum, squares, surprise] = [0, 0, 0];
  const count = 20_000;
  for (let draw = 0; draw < count; draw += 1) {
    head.sample(means, 0, raw, 0, () => normal(random));
    sum += raw[0]!;
    squares += raw[0]! ** 2;
    surprise -= head.logProbability(means, 0, raw, 0);
  }
  assert.ok(Math.abs(sum / count - 0.7) < 0.02);
  assert.ok(Math.abs(Math.sqrt(squares / count - (sum / count) ** 2) - 0.5) < 0.02);
  assert.ok(Math.abs(surprise / count - head.entropy) < 0.03);
});

test('a choice’s gradients are those of finite differences', () => {
  fc.assert(
    fc.property(fc.array(number, { minLength: 3, maxLength: 3 }), fc.nat(2), (given, choice) => {
      const head = new Categorical(3);
      const logits = Float32Array.from(given);
      const out = new Float32Array(3);
      const chosen = Float32Array.of(choice);
      head.addGradient(2, 0.5, logits, 0, chosen, 0, out);
      const f = () => 2 * head.logProbability(logits, 0, chosen, 0) + 0.5 * head.entropy(logits, 0);
      for (const index of [0, 1, 2]) near(out[index]!, slope(logits, index, f));
    }),
  );
});

test('choices are drawn as often as their chances say, and the mode is the likeliest', () => {
  const head = new Categorical(3);
  const logits = Float32Array.of(0, Math.log(2), Math.log(5));
  const random = randomStream(2);
  const counts = [0, 0, 0];
  const chosen = new Float32Array(1);
  for (let draw = 0; draw < 8_000; draw += 1) {
    head.sample(logits, 0, chosen, 0, () => random.float());
    counts[chosen[0]!]! += 1;
  }
  for (const [choice, share] of [1 / 8, 2 / 8, 5 / 8].entries()) {
    assert.ok(Math.abs(counts[choice]! / 8_000 - share) < 0.02);
    assert.ok(Math.abs(Math.exp(head.logProbability(logits, 0, Float32Array.of(choice), 0)) - share) < 1e-6);
  }
  head.mode(logits, 0, chosen, 0);
  assert.equal(chosen[0], 2);
});

test('the gradients of shares, and of Betas, are those of finite differences', () => {
  const share = fc.double({ min: 0.1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(number, { minLength: 4, maxLength: 4 }), share, share, (given, a, b) => {
      for (const head of [new Dirichlet(1, 4), new Beta(2)]) {
        const outputs = Float32Array.from(given);
        const whole = a + b + 1.5;
        const chosen =
          head instanceof Beta
            ? Float32Array.of(a / 1.1, 1 - a / 1.1, b / 1.1, 1 - b / 1.1)
            : Float32Array.of(a / whole, b / whole, 0.5 / whole, 1 / whole);
        const out = new Float32Array(4);
        head.addGradient(2, 0.5, outputs, 0, chosen, 0, out);
        const f = () => 2 * head.logProbability(outputs, 0, chosen, 0) + 0.5 * head.entropy(outputs, 0);
        for (const index of [0, 1, 2, 3]) near(out[index]!, slope(outputs, index, f));
      }
    }),
  );
});

test('shares sum to 1 and are drawn as they say: mean, and entropy', () => {
  const head = new Dirichlet(1, 3);
  const outputs = Float32Array.of(0, 1, 3);
  const random = randomStream(3);
  const chosen = new Float32Array(3);
  const mean = new Float32Array(3);
  head.mode(outputs, 0, mean, 0);
  const sums = [0, 0, 0];
  let surprise = 0;
  const count = 20_000;
  for (let draw = 0; draw < count; draw += 1) {
    head.sample(outputs, 0, chosen, 0, () => random.float());
    assert.ok(Math.abs(chosen[0]! + chosen[1]! + chosen[2]! - 1) < 1e-5);
    for (const index of [0, 1, 2]) sums[index]! += chosen[index]! / count;
    surprise -= head.logProbability(outputs, 0, chosen, 0) / count;
  }
  for (const index of [0, 1, 2]) assert.ok(Math.abs(sums[index]! - mean[index]!) < 0.01);
  assert.ok(Math.abs(surprise - head.entropy(outputs, 0)) < 0.02);
});

test('the functions of Gamma are what tables say', () => {
  const close = (found: number, wanted: number) => assert.ok(Math.abs(found - wanted) < 1e-10, `${found}`);
  close(logGamma(0.5), Math.log(Math.sqrt(Math.PI)));
  close(logGamma(6), Math.log(120));
  close(digamma(1), -0.5772156649015329);
  close(digamma(0.5), -1.9635100260214235);
  close(trigamma(1), Math.PI ** 2 / 6);
  close(trigamma(12.5), 0.0832852246015854);
});
