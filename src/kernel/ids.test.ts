import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newId } from './ids.ts';
import { randomStream } from './random.ts';
import type { Clock, EpochMs } from './world.ts';

const clockAt = (now: number): Clock => ({
  now: () => now as EpochMs,
  monotonic: () => 0,
  sleep: () => Promise.resolve(),
});

const anyTime = fc.integer({ min: 0, max: 2 ** 48 - 1 });

test('an id has the form of a UUID version 7 and carries its time', () => {
  fc.assert(
    fc.property(anyTime, fc.nat(), (now, seed) => {
      const id = newId({ clock: clockAt(now), random: randomStream(seed) });
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16), now);
    }),
  );
});

test('ids sort by the time of their making', () => {
  const random = randomStream(1);
  fc.assert(
    fc.property(anyTime, anyTime, (a, b) => {
      fc.pre(a < b);
      assert.ok(newId({ clock: clockAt(a), random }) < newId({ clock: clockAt(b), random }));
    }),
  );
});

test('ids of one millisecond differ, and a seed makes the same ones again', () => {
  const make = () => {
    const world = { clock: clockAt(1_000), random: randomStream(9) };
    return Array.from({ length: 5_000 }, () => newId(world));
  };
  const ids = make();
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(make(), ids);
});
