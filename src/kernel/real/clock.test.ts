import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realClock } from './clock.ts';

test('a wait ends, and one that was cancelled ends at once', async () => {
  await realClock.sleep(0);
  await realClock.sleep(-5);
  const cancelled = new AbortController();
  const wait = realClock.sleep(3_600_000, cancelled.signal);
  cancelled.abort();
  await assert.rejects(wait, { code: 'GV_CANCELLED' });
  await assert.rejects(realClock.sleep(3_600_000, AbortSignal.abort()), { code: 'GV_CANCELLED' });
});

test('a wait of more than 24 days does not end at once', async () => {
  const cancelled = new AbortController();
  const wait = realClock.sleep(2 ** 40, cancelled.signal);
  await realClock.sleep(5);
  cancelled.abort();
  await assert.rejects(wait, { code: 'GV_CANCELLED' });
});

test('monotonic time never steps back', () => {
  let last = realClock.monotonic();
  for (let index = 0; index < 1000; index += 1) {
    const next = realClock.monotonic();
    assert.ok(next >= last);
    last = next;
  }
  assert.ok(Number.isInteger(realClock.now()));
});
