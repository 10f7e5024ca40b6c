import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from './histogram.ts';

test('a quantile is never below the exact one, and at most 1/32 above it', () => {
  const values = fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.9, 0.99, 1), (list, share) => {
      const histogram = new Histogram();
      for (const value of list) histogram.add(value);
      const exact = [...list].sort((a, b) => a - b)[Math.ceil(list.length * share) - 1]!;
      const found = histogram.quantile(share);
      assert.ok(found >= exact && found <= exact * (1 + 1 / 32), `${found} for ${exact}`);
    }),
  );
});

test('an empty one says 0, and is empty again once cleared', () => {
  const histogram = new Histogram();
  assert.deepEqual(histogram.quantiles(), { count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
  histogram.add(5);
  assert.equal(histogram.quantiles().max, 5);
  histogram.clear();
  assert.equal(histogram.quantiles().count, 0);
});
