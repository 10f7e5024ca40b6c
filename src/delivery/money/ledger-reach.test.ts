import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AFTER_OUTAGE_MS, LedgerReach } from './ledger-reach.ts';

/** Hears from the ledger each second of these. */
function hears(reach: LedgerReach, from: number, to: number): void {
  for (let now = from; now <= to; now += 1_000) reach.heard(now);
}

test('a process that starts lets go of nothing until bills of before have had time to be paid', () => {
  const reach = new LedgerReach();
  assert.equal(reach.isSteady(5_000), false);
  hears(reach, 5_000, 5_000 + AFTER_OUTAGE_MS);
  assert.equal(reach.isSteady(4_999 + AFTER_OUTAGE_MS), false);
  assert.equal(reach.isSteady(5_000 + AFTER_OUTAGE_MS), true);
});

test('fault/D6 after an outage nothing is let go until the bills that waited for the ledger are paid', () => {
  const reach = new LedgerReach();
  hears(reach, 0, 100_000);
  assert.equal(reach.isSteady(115_000), true, 'a short silence is nothing');
  assert.equal(reach.isSteady(115_001), false, 'the ledger is away');
  hears(reach, 700_000, 759_000);
  assert.equal(reach.isSteady(759_999), false, 'it is back');
  reach.heard(760_000);
  assert.equal(reach.isSteady(760_000), true);
});
