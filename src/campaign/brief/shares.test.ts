import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { money } from '../../kernel/index.ts';
import { addUpToAll, byShares } from './shares.ts';

const percents = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 20 });
const wholes = fc.maxSafeInteger().map((amount) => money(Math.abs(amount), 'USD'));

test('shares of a sum add up to it, to the micro, whatever the percentages', () => {
  fc.assert(
    fc.property(wholes, percents, (whole, shares) => {
      const total = byShares(whole, shares).reduce((sum, each) => sum + BigInt(each.amountMicros), 0n);
      assert.equal(total, BigInt(whole.amountMicros));
    }),
  );
});

test('each share is within a micro of its percentage', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), percents, (amount, shares) => {
      const all = shares.reduce((sum, each) => sum + each, 0);
      byShares(money(amount, 'USD'), shares).forEach(({ amountMicros }, index) => {
        const exact = (amount * shares[index]!) / all;
        // Digits of a percentage beyond a millionth are not told apart.
        assert.ok(Math.abs(amountMicros - exact) <= 1 + amount * 1e-4, `${amountMicros} for ${exact}`);
      });
    }),
  );
});

test('what is left over goes to the largest remainders, to the earlier of equals', () => {
  const amounts = (whole: number, shares: readonly number[]) =>
    byShares(money(whole, 'USD'), shares).map(({ amountMicros }) => amountMicros);
  assert.deepEqual(amounts(100, [33.33, 33.33, 33.34]), [33, 33, 34]);
  assert.deepEqual(amounts(10, [25, 25, 25, 25]), [3, 3, 2, 2]);
  assert.deepEqual(amounts(1, [10, 20, 70]), [0, 0, 1]);
  assert.deepEqual(amounts(0, [50, 50]), [0, 0]);
});

test('shares add up to 100, give or take 0.01', () => {
  for (const right of [[100], [33.33, 33.33, 33.33], [33.34, 33.34, 33.33], [0.1, 0.2, 99.7], [99.99]])
    assert.equal(addUpToAll(right), true, right.join(' + '));
  for (const wrong of [[], [99.98], [100.02], [50, 49.9]])
    assert.equal(addUpToAll(wrong), false, wrong.join(' + '));
});
