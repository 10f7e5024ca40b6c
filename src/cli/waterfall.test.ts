import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WaterfallStep } from '../deals/index.ts';
import { money } from '../kernel/index.ts';
import { waterfallLines } from './waterfall.ts';

const step = (label: string, change: number, cpm: number, currency = 'USD'): WaterfallStep => ({
  label,
  change: money(change * 1_000_000, currency),
  cpm: money(cpm * 1_000_000, currency),
  arithmetic: `how ${label}`,
});

test('each step begins where the one before it ended, and the total is whole', () => {
  assert.deepEqual(
    waterfallLines([
      step('quoted', 24, 24),
      step('negotiated', -4, 20),
      step('auction clearing', 4, 24),
      step('tech fee', 0.5, 24.5),
    ]).map((line) => line.trimEnd()),
    [
      'quoted                    $24.00  ████████████████████████  how quoted',
      'negotiated        -$4.00  $20.00  ····················░░░░  how negotiated',
      'auction clearing  +$4.00  $24.00  ····················████  how auction clearing',
      'tech fee          +$0.50  $24.50  ························  how tech fee',
      'effective CPM             $24.50  ████████████████████████',
    ],
  );
});

test('sums in the seller’s currency are told in figures; bars compare one currency only', () => {
  const lines = waterfallLines([
    step('quoted', 1_500, 1_500, 'JPY'),
    step('currency', 0, 10),
    step('fee', 2, 12),
  ]);
  assert.equal(lines[0]!.includes('█'), false);
  assert.match(lines[0]!, /JPY 1,500\.00/);
  assert.match(lines[2]!, /\+\$2\.00 +\$12\.00 {2}·{20}█{4}/);
});

test('one step needs no total, none needs nothing', () => {
  assert.equal(waterfallLines([step('quoted', 24, 24)]).length, 1);
  assert.deepEqual(waterfallLines([]), []);
});
