import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EpochMs } from '../world.ts';
import { Scheduler } from './scheduler.ts';

const START = 1_000_000 as EpochMs;

test('things happen in time order, and at one instant in the order they were asked for', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 200 }), (delays) => {
      const scheduler = new Scheduler(START);
      const happened: [number, number][] = [];
      delays.forEach((delay, index) => {
        scheduler.after(delay, () => happened.push([scheduler.elapsedMs, index]));
      });
      while (scheduler.advance(Infinity));
      const expected = delays
        .map((delay, index): [number, number] => [delay, index])
        .sort(([a, i], [b, j]) => a - b || i - j);
      assert.deepEqual(happened, expected);
    }),
  );
});

test('what was cancelled does not happen', () => {
  const scheduler = new Scheduler(START);
  const cancel = scheduler.after(5, () => assert.fail('happened'));
  cancel();
  assert.equal(scheduler.advance(100), false);
});

test('time stands still until asked to advance, and never passes its end', () => {
  const scheduler = new Scheduler(START);
  scheduler.after(50, () => {});
  assert.equal(scheduler.advance(49), false);
  assert.equal(scheduler.elapsedMs, 0);
  assert.equal(scheduler.advance(50), true);
  assert.equal(scheduler.elapsedMs, 50);
  scheduler.skipTo(20);
  assert.equal(scheduler.elapsedMs, 50);
});

test('a clock shows this time, wrong by its offset; its monotonic time is not wrong', () => {
  const scheduler = new Scheduler(START);
  const clock = scheduler.clock(-300);
  scheduler.after(12.7, () => {});
  scheduler.advance(100);
  assert.equal(clock.now(), START + 12 - 300);
  assert.equal(clock.monotonic(), 12.7);
});

test('sleep ends on time or is cancelled', async () => {
  const scheduler = new Scheduler(START);
  const clock = scheduler.clock(0);
  const slept = clock.sleep(10);
  scheduler.advance(10);
  await slept;
  const cancelled = new AbortController();
  const wait = clock.sleep(10, cancelled.signal);
  cancelled.abort();
  await assert.rejects(wait, { code: 'GV_CANCELLED' });
  await assert.rejects(clock.sleep(10, AbortSignal.abort()), { code: 'GV_CANCELLED' });
  assert.equal(scheduler.advance(1_000), false);
});
