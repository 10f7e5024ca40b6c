import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochMs } from '../../kernel/index.ts';
import { Audience } from './audience.ts';

const NOW = Date.UTC(2026, 10, 23) as EpochMs;
const AD = { creative: 'c1', format: 'banner' as const, segments: ['gvdata/gamer'] };

test('people click as often as the true rate says', () => {
  const audience = new Audience({ seed: 1, appeal: 40 });
  const rate = audience.clickRate({ ...AD, seenBefore: 0 });
  let clicks = 0;
  for (let n = 0; n < 4_000; n += 1) {
    if (audience.show(`i${n}`, `person ${n}`, AD, NOW).clickAfterMs !== undefined) clicks += 1;
  }
  const deviation = Math.sqrt((rate * (1 - rate)) / 4_000);
  assert.ok(Math.abs(clicks / 4_000 - rate) < 4 * deviation, `${clicks / 4_000} ${rate}`);
});

test('creatives differ, and differ by segment', () => {
  const audience = new Audience({ seed: 2 });
  const rates = ['c1', 'c2', 'c3'].flatMap((creative) =>
    [['gvdata/gamer'], ['gvdata/foodie']].map((segments) =>
      audience.clickRate({ ...AD, creative, segments, seenBefore: 0 }),
    ),
  );
  assert.equal(new Set(rates).size, rates.length);
});

test('a person tires of a creative, and forgets it in days', () => {
  const audience = new Audience({ seed: 3 });
  for (let n = 0; n < 6; n += 1) audience.show(`i${n}`, 'p', AD, NOW);
  assert.equal(audience.seenBefore('p', 'c1', NOW), 6);
  assert.equal(audience.seenBefore('p', 'c1', (NOW + 86_400_000) as EpochMs), 3);
  assert.equal(audience.seenBefore('q', 'c1', NOW), 0);
  const fresh = audience.clickRate({ ...AD, seenBefore: 0 });
  assert.ok(audience.clickRate({ ...AD, seenBefore: 6 }) < fresh * 0.9);
});

test('conversions follow a click, most of them hours later', () => {
  const audience = new Audience({ seed: 4, appeal: 500 });
  const delays: number[] = [];
  for (let n = 0; n < 6_000; n += 1) {
    const { clickAfterMs, convertAfterMs } = audience.show(`i${n}`, `p${n}`, AD, NOW);
    if (convertAfterMs === undefined) continue;
    assert.ok(clickAfterMs !== undefined && convertAfterMs > clickAfterMs);
    delays.push(convertAfterMs);
  }
  delays.sort((a, b) => a - b);
  assert.ok(delays.length > 20 && delays[Math.floor(delays.length / 2)]! > 3_600_000, `${delays.length}`);
});
