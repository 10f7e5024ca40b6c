import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { micros } from '../../kernel/index.ts';
import { allocateTranches, marginalValue, type TrancheNeed } from './budget-tranches.ts';

const need = fc
  .record({
    capMicros: fc.nat(1_000_000_000),
    minShare: fc.double({ min: 0, max: 1.2, noNaN: true }),
    valuePerMicro: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
    scaleMicros: fc.double({ min: 1e3, max: 1e10, noNaN: true }),
  })
  .map(
    ({ capMicros, minShare, valuePerMicro, scaleMicros }): TrancheNeed => ({
      id: 'a',
      capMicros: micros(capMicros),
      minMicros: micros(Math.floor(capMicros * minShare)),
      curve: { valuePerMicro, scaleMicros },
    }),
  );
const needs = fc.array(need, { maxLength: 12 });
const total = fc.nat(5_000_000_000).map(micros);

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const without = (all: readonly TrancheNeed[]): TrancheNeed[] =>
  all.map((one) => ({ ...one, minMicros: micros(0) }));
const worthOf = (all: readonly TrancheNeed[], parts: readonly number[]): number =>
  sum(
    all.map(
      ({ curve }, index) =>
        -curve.valuePerMicro * curve.scaleMicros * Math.expm1(-parts[index]! / curve.scaleMicros),
    ),
  );

test('parts are whole, never negative nor above their caps, and sum to the total or to all caps', () => {
  fc.assert(
    fc.property(needs, total, (all, amount) => {
      const parts = allocateTranches(all, amount);
      assert.equal(parts.length, all.length);
      for (const [index, part] of parts.entries())
        assert.ok(Number.isSafeInteger(part) && part >= 0 && part <= all[index]!.capMicros);
      assert.equal(sum(parts), Math.min(amount, sum(all.map(({ capMicros }) => capMicros))));
    }),
    { numRuns: 500 },
  );
});

test('each gets its least when there is enough, and its share of it when there is not', () => {
  fc.assert(
    fc.property(needs, total, (all, amount) => {
      const leasts = all.map(({ capMicros, minMicros }) => Math.min(capMicros, minMicros));
      const enough = sum(leasts) <= amount;
      for (const [index, part] of allocateTranches(all, amount).entries()) {
        const share = enough ? leasts[index]! : (leasts[index]! * amount) / sum(leasts);
        assert.ok(part >= share - 1);
        if (!enough) assert.ok(part <= share + 1);
      }
    }),
  );
});

test('the next micro brings the same wherever neither least nor cap holds, and no more than that at a least', () => {
  fc.assert(
    fc.property(needs, total, (all, amount) => {
      const parts = allocateTranches(all, amount);
      const leasts = all.map(({ capMicros, minMicros }) => Math.min(capMicros, minMicros));
      if (sum(leasts) > amount) return;
      for (const [index, giver] of all.entries()) {
        if (parts[index]! <= leasts[index]! + 1) continue;
        const given = marginalValue(giver.curve, parts[index]!);
        for (const [other, taker] of all.entries()) {
          if (parts[other]! >= taker.capMicros - 1) continue;
          // One micro of rounding on each side, as a share of the steepest curve.
          const next = marginalValue(taker.curve, parts[other]!);
          // Below the range of doubles both are nothing.
          assert.ok(next <= Math.max(given * 1.01, 1e-300), `${next} would be had for ${given}`);
        }
      }
    }),
  );
});

test('no split is worth more, up to the micros of rounding', () => {
  fc.assert(
    fc.property(
      fc.array(need, { minLength: 2, maxLength: 6 }),
      total,
      fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
      (some, amount, weights) => {
        const all = without(some);
        const best = worthOf(all, allocateTranches(all, amount));
        const target = Math.min(amount, sum(all.map(({ capMicros }) => capMicros)));
        const used = weights.slice(0, all.length);
        const other = all.map(({ capMicros }, index) =>
          Math.min(capMicros, (target * used[index]!) / sum(used)),
        );
        const rounding = sum(all.map(({ curve }) => curve.valuePerMicro));
        assert.ok(worthOf(all, other) <= best * (1 + 1e-9) + rounding);
      },
    ),
  );
});

test('more in total is no less for anyone, but for a micro of rounding', () => {
  fc.assert(
    fc.property(needs, total, total, (all, a, b) => {
      const less = allocateTranches(all, micros(Math.min(a, b)));
      const more = allocateTranches(all, micros(Math.max(a, b)));
      for (const [index, part] of less.entries()) assert.ok(more[index]! >= part - 1);
    }),
  );
});

test('equal curves with scales as their caps split in proportion to caps', () => {
  const caps = [1_000_000, 3_000_000, 6_000_000];
  const all = caps.map((cap, index) => ({
    id: String(index),
    capMicros: micros(cap),
    minMicros: micros(0),
    curve: { valuePerMicro: 1, scaleMicros: cap },
  }));
  assert.deepEqual(allocateTranches(all, micros(5_000_000)), [500_000, 1_500_000, 3_000_000]);
});

test('sums of nine billion units stay exact', () => {
  const half = Math.floor(Number.MAX_SAFE_INTEGER / 3);
  const all = [1, 2, 3].map((rate) => ({
    id: String(rate),
    capMicros: micros(half),
    minMicros: micros(0),
    curve: { valuePerMicro: rate, scaleMicros: 7e14 },
  }));
  const amount = micros(half * 2 + 1);
  assert.equal(sum(allocateTranches(all, amount)), amount);
});
