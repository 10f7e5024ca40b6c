import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochMs } from '../../kernel/index.ts';
import { type RivalCell, rivalLandscape } from './rivals.ts';

const NOON = Date.UTC(2026, 10, 23, 12) as EpochMs;
const CELL: RivalCell = { format: 'banner', country: 'USA', place: 'site', time: NOON };

function median(cell: RivalCell): number {
  const rivals = rivalLandscape({ seed: 1 });
  const bids = Array.from({ length: 999 }, (_none, n) => rivals.bids(`r${n}`, cell).highest).sort(
    (a, b) => a - b,
  );
  return bids[500]! / 1e6;
}

test('rivals bid the same on the same imp, in whatever order it is asked', () => {
  const [a, b] = [rivalLandscape({ seed: 1 }), rivalLandscape({ seed: 1 })];
  a.bids('r1', { ...CELL, time: (NOON + 9e7) as EpochMs });
  assert.deepEqual(a.bids('r2', CELL), b.bids('r2', CELL));
  assert.notDeepEqual(rivalLandscape({ seed: 2 }).bids('r2', CELL), b.bids('r2', CELL));
});

test('prices depend on format and country, and drift from day to day by less than they differ', () => {
  const banner = median(CELL);
  assert.ok(banner > 0.5 && banner < 2.5, `${banner}`);
  assert.ok(median({ ...CELL, format: 'video' }) > 3 * banner);
  assert.ok(median({ ...CELL, country: 'BRA' }) < banner);
  const later = median({ ...CELL, time: (NOON + 48 * 3_600_000) as EpochMs });
  assert.ok(later !== banner && later > banner / 2.5 && later < banner * 2.5, `${later} ${banner}`);
});

test('nobody is there on some imps, and the second bid is never above the first', () => {
  const rivals = rivalLandscape({ seed: 3 });
  const bids = Array.from({ length: 2_000 }, (_none, n) => rivals.bids(`r${n}`, CELL));
  const alone = bids.filter(({ highest }) => highest === 0).length;
  assert.ok(alone > 120 && alone < 280, `${alone}`);
  assert.ok(bids.every(({ highest, second }) => second <= highest));
});
