import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochMs } from '../../kernel/index.ts';
import { LedgerClock } from './ledger-clock.ts';

test('fault/D17 a wall clock five minutes off, or set back an hour, is not what bids and bills are judged by', async () => {
  let wall = 1_000_000;
  let monotonic = 50;
  const own = {
    now: () => wall as EpochMs,
    monotonic: () => monotonic,
    sleep: () => Promise.resolve(),
  };
  const clock = new LedgerClock(own);
  assert.equal(clock.now(), 1_000_000, 'our own, until the ledger is asked');
  await clock.set({ time: () => Promise.resolve(1_300_000 as EpochMs) });
  assert.deepEqual([clock.now(), clock.skewMs], [1_300_000, -300_000]);
  monotonic += 10;
  wall -= 3_600_000;
  assert.equal(clock.now(), 1_300_010);
});

test('an answer that was long under way does not set the clock', async () => {
  let monotonic = 0;
  const own = { now: () => 7 as EpochMs, monotonic: () => monotonic, sleep: () => Promise.resolve() };
  const clock = new LedgerClock(own);
  await clock.set({
    time: () => {
      monotonic += 1_001;
      return Promise.resolve(99_999 as EpochMs);
    },
  });
  assert.equal(clock.now(), 7);
});
