import assert from 'node:assert/strict';
import { type EpochMs, micros } from '../../src/kernel/index.ts';
import { type Check, CTV, cause, NOON, reserve, usd, violations } from './ledger-harness.ts';

/** What is done to the stored books, and what the audit must say. Entries 1–3 open accounts, 4 and 5 reserve, 6 and 7 lease. */
const TAMPERING: readonly (readonly [what: string, sql: string, sentence: RegExp])[] = [
  [
    'an edited command',
    `UPDATE ledger_entries SET command = replace(command, '10000000', '10000001') WHERE seq = 4`,
    /entry 4 was changed/,
  ],
  ['an edited time', 'UPDATE ledger_entries SET at = at + 1 WHERE seq = 5', /entry 5 was changed/],
  [
    'edited legs',
    `UPDATE ledger_entries SET postings = replace(postings, '-10000000', '-9999999') WHERE seq = 4`,
    /legs of entry 4 sum to 1 micros/,
  ],
  ['a dropped entry', 'DELETE FROM ledger_entries WHERE seq = 2', /entry 3 follows entry 1/],
  [
    'a log cut short',
    'DELETE FROM ledger_entries WHERE seq = 7',
    /has 6 entries and ends at 6, the head says 7/,
  ],
  [
    'a log cut short, and its head with it',
    'DELETE FROM ledger_entries WHERE seq = 7; UPDATE ledger_head SET seq = 6, hash = (SELECT hash FROM ledger_entries WHERE seq = 6)',
    /is stored as .* the log gives/,
  ],
  ['an empty log', 'DELETE FROM ledger_entries', /has 0 entries/],
  [
    'an entry put at the end',
    `INSERT INTO ledger_entries SELECT 8, at, command, postings, hash FROM ledger_entries WHERE seq = 7`,
    /has 8 entries and ends at 8, the head says 7/,
  ],
  [
    'swapped entries',
    'UPDATE ledger_entries SET seq = CASE seq WHEN 4 THEN -5 ELSE -4 END WHERE seq IN (4, 5); UPDATE ledger_entries SET seq = -seq WHERE seq < 0',
    /entry 4 was changed/,
  ],
  [
    'an edited hash',
    `UPDATE ledger_entries SET hash = replace(hash, 'a', 'b') WHERE seq = 4`,
    /entry 5 was changed/,
  ],
  [
    'a changed balance',
    `UPDATE ledger_accounts SET reserved = reserved - 1 WHERE id = 'acme'`,
    /account acme/,
  ],
  [
    'a balance changed all the way up',
    'UPDATE ledger_accounts SET settled = settled + 1',
    /acme is stored with .* the legs sum to/,
  ],
  ['a raised cap', `UPDATE ledger_accounts SET cap = cap + 1 WHERE id = 'acme'`, /account acme/],
  ['an account of nobody', `INSERT INTO ledger_accounts VALUES ('eve', 'USD', 9, 0, 0, 0)`, /account eve/],
  [
    'a changed reservation',
    `UPDATE ledger_reservations SET amount = amount + 1 WHERE id = 'r1'`,
    /reservation r1/,
  ],
  ['a changed memo', `UPDATE ledger_reservations SET memo = 'other' WHERE id = 'r1'`, /reservation r1/],
  [
    'a reservation that ended by itself',
    `UPDATE ledger_reservations SET state = 'released' WHERE id = 'r2'`,
    /acme is stored with .* its reservations and leases hold/,
  ],
  [
    'a dropped reservation',
    `DELETE FROM ledger_reservations WHERE id = 'r2'`,
    /r2 is in the log but not stored/,
  ],
  ['a changed lease', 'UPDATE ledger_leases SET epoch = epoch + 1', /lease acme\/spring\/ctv\|bidder-1/],
  [
    'text that is no entry',
    `UPDATE ledger_entries SET command = '{' WHERE seq = 5`,
    /entry 5 cannot be replayed/,
  ],
];

/** The audit against somebody who writes to the database. */
export function tamperRules(check: Check): void {
  for (const [what, sql, sentence] of TAMPERING) {
    check(`security/S6 the audit finds ${what}`, async ({ ledger, under }) => {
      await reserve(ledger, 'r1', 10);
      await reserve(ledger, 'r2', 20);
      const lease = { account: CTV, holder: 'bidder-1', cause };
      await ledger.grantLease({ ...lease, amount: usd(5), expiresAt: (NOON + 1) as EpochMs });
      await ledger.reportLease({ ...lease, epoch: 1, reserved: micros(1), settled: micros(2) });
      assert.deepEqual(await violations(ledger), []);
      await under.tamper(sql);
      const found = await violations(ledger);
      assert.ok(
        found.some((each) => sentence.test(each)),
        `${sentence} is not among:\n${found.join('\n')}`,
      );
    });
  }

  check('inv/I1 the database itself refuses a balance above its cap', async ({ ledger, under }) => {
    await reserve(ledger, 'r1', 10);
    await assert.rejects(
      async () => under.tamper('UPDATE ledger_accounts SET settled = cap - reserved + 1'),
      /check/i,
    );
    assert.deepEqual(await violations(ledger), []);
  });
}
