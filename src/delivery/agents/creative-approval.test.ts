import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRefused } from './creative-approval.ts';

const refusedBy = (...exchanges: string[]) => ({ refusedBy: new Set(exchanges) });

test('fault/D11: a campaign without creatives pauses with its reason', () => {
  assert.equal(allRefused([], ['north']), 'it has no creatives');
});

test('fault/D11: a campaign whose creatives are all refused everywhere pauses with its reason', () => {
  assert.equal(
    allRefused([refusedBy('north', 'south'), refusedBy('south', 'north')], ['north', 'south']),
    'all 2 creatives are refused by north, south',
  );
  assert.equal(allRefused([refusedBy('north')], ['north']), 'its only creative is refused by north');
});

test('fault/D11: one creative that may run on one exchange keeps the campaign going', () => {
  assert.equal(allRefused([refusedBy('north'), refusedBy('north', 'south')], ['north', 'south']), null);
});
