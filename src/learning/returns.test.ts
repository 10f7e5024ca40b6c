import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { estimateAdvantages, RunningScale } from './returns.ts';

const number = fc.float({ min: -3, max: 3, noNaN: true });

test('advantages are the sums of discounted errors that the paper defines', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(number, number, fc.boolean()), { minLength: 1, maxLength: 12 }),
      number,
      fc.double({ min: 0.5, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (steps, last, discount, trace) => {
        const count = steps.length;
        const rewards = Float32Array.from(steps, ([reward]) => reward);
        const values = Float32Array.from([...steps.map(([, value]) => value), last]);
        const ended = Uint8Array.from(steps, ([, , end]) => (end ? 1 : 0));
        const [advantages, returns] = [new Float32Array(count), new Float32Array(count)];
        estimateAdvantages({ count, rows: 1, rewards, values, ended }, discount, trace, advantages, returns);
        for (let from = 0; from < count; from += 1) {
          let wanted = 0;
          for (let at = from; at < count; at += 1) {
            const next = ended[at] === 1 ? 0 : values[at + 1]!;
            wanted += (discount * trace) ** (at - from) * (rewards[at]! + discount * next - values[at]!);
            if (ended[at] === 1) break;
          }
          assert.ok(Math.abs(advantages[from]! - wanted) < 1e-3 * Math.max(1, Math.abs(wanted)));
          assert.ok(Math.abs(returns[from]! - wanted - values[from]!) < 1e-3 * Math.max(1, Math.abs(wanted)));
        }
      },
    ),
  );
});

test('a running scale takes the first batch as it is, and follows', () => {
  const scale = new RunningScale();
  scale.update(2, 10 + 14, 10 ** 2 + 14 ** 2);
  assert.equal(scale.mean, 12);
  assert.equal(scale.deviation, 2);
  for (let batch = 0; batch < 100; batch += 1) scale.update(2, 0, 2);
  assert.ok(Math.abs(scale.mean) < 0.01 && Math.abs(scale.deviation - 1) < 0.01);
});
