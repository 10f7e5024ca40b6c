import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochMs } from '../../kernel/index.ts';
import { allRefused, heedReview, isRefused } from './creative-approval.ts';

const NOW = 1_800_000_000_000 as EpochMs;
const HOUR_MS = 3_600_000;
/** A creative that these exchanges have just disapproved. */
const refusedBy = (...exchanges: string[]) => {
  const creative = { refusedUntil: new Map<string, EpochMs>() };
  for (const exchange of exchanges) heedReview({ lossCode: 202, exchange, at: NOW }, creative);
  return creative;
};

test('ortb/Q5 a creative under review is offered again in an hour, a disapproved one in a day', () => {
  for (const [lossCode, hours] of [
    [201, 1],
    [202, 24],
  ] as const) {
    const creative = refusedBy();
    heedReview({ lossCode, exchange: 'north', at: NOW }, creative);
    assert.equal(isRefused(creative, 'north', NOW + hours * HOUR_MS - 1), true);
    assert.equal(isRefused(creative, 'north', NOW + hours * HOUR_MS), false);
    assert.equal(isRefused(creative, 'south', NOW), false);
  }
});

test('ortb/W9 a bid lost by its price or its floor says nothing of the creative', () => {
  for (const lossCode of [undefined, 1, 100, 102, 200, 203]) {
    const creative = refusedBy();
    heedReview({ lossCode, exchange: 'north', at: NOW }, creative);
    assert.equal(isRefused(creative, 'north', NOW), false);
  }
});

test('fault/D11: a campaign without creatives pauses with its reason', () => {
  assert.equal(allRefused([], ['north'], NOW), 'it has no creatives');
});

test('fault/D11: a campaign whose creatives are all refused everywhere pauses with its reason', () => {
  assert.equal(
    allRefused([refusedBy('north', 'south'), refusedBy('south', 'north')], ['north', 'south'], NOW),
    'all 2 creatives are refused by north, south',
  );
  assert.equal(allRefused([refusedBy('north')], ['north'], NOW), 'its only creative is refused by north');
});

test('fault/D11: one creative that may run on one exchange keeps the campaign going', () => {
  const both = [refusedBy('north'), refusedBy('north', 'south')];
  assert.equal(allRefused(both, ['north', 'south'], NOW), null);
});
