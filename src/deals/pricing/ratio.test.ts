import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { divideRoundingUp } from '../../kernel/index.ts';
import { ratio, timesRoundingUp } from './ratio.ts';

test('a product with a fraction is exact and rounded up, within exact doubles and beyond', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10_000_000_000 }),
      fc.integer({ min: 0, max: 1_000_000_000 }),
      fc.integer({ min: 1, max: 1_000_000_000 }),
      (value, numerator, denominator) => {
        const exact = BigInt(value) * BigInt(numerator);
        fc.pre(exact / BigInt(denominator) < BigInt(Number.MAX_SAFE_INTEGER));
        assert.equal(
          timesRoundingUp(value, ratio(numerator, denominator)),
          divideRoundingUp(exact, BigInt(denominator)),
        );
      },
    ),
  );
});
