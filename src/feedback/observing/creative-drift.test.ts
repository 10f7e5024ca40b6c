import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Draws } from '../../kernel/index.ts';
import { CreativeDrift } from './creative-drift.ts';

/** Clicks of so many impressions at a rate: a Poisson draw. */
function clicksOf(draws: Draws, at: number, mean: number): number {
  let [count, product] = [0, draws.uniform(at, 0)];
  const limit = Math.exp(-mean);
  while (product > limit) {
    count += 1;
    product *= draws.uniform(at, count);
  }
  return count;
}

/** Two creatives of five campaigns; the better one keeps `kept` of its rate after ten periods. */
function run(seed: number, kept: number, periods: number): CreativeDrift {
  const draws = new Draws(seed, 0);
  const drift = new CreativeDrift();
  for (let period = 0; period < periods; period += 1)
    drift.observe(
      Array.from({ length: 10 }, (_, index) => {
        const [campaign, creative] = [`c${index >> 1}`, `${index & 1}`];
        const rate = (index & 1) === 0 ? 0.01 : 0.02 * (period < 10 ? 1 : kept);
        return { campaign, creative, shown: 500, clicked: clicksOf(draws, period * 10 + index, 500 * rate) };
      }),
    );
  return drift;
}

test('when the best creatives wear out, that is found within three periods, with about the factor', () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const change = run(seed, 0.3, 13).leaders;
    assert.ok(change !== null, `seed ${seed}`);
    assert.ok(
      change.clicked / change.expected < 0.6,
      `seed ${seed}: ${change.clicked} of ${change.expected}`,
    );
  }
});

test('where nothing changes, hardly any alarm comes in twenty periods', () => {
  let alarms = 0;
  for (let seed = 0; seed < 20; seed += 1) {
    const drift = run(seed, 1, 20);
    alarms += drift.changes.length + (drift.leaders === null ? 0 : 1);
  }
  assert.ok(alarms <= 8, `${alarms} of 220 series`);
});

test('after a restart what comes is what is usual', () => {
  const drift = run(1, 0.3, 16);
  drift.restart();
  assert.deepEqual([drift.leaders, drift.changes], [null, []]);
});
