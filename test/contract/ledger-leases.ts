import assert from 'node:assert/strict';
import { type EpochMs, micros } from '../../src/kernel/index.ts';
import { balances, type Check, CTV, cause, NOON, usd, violations } from './ledger-harness.ts';

const EXPIRES = (NOON + 60_000) as EpochMs;
const lease = { account: CTV, holder: 'bidder-1', cause };

function totals(reserved: number, settled: number) {
  return { reserved: micros(reserved * 1_000_000), settled: micros(settled * 1_000_000) };
}

/** Slices of a budget that a holder spends without asking. */
export function leaseRules(check: Check): void {
  check(
    'inv/I8 a lease of an earlier epoch is dead, and what it held cannot be spent twice',
    async ({ ledger }) => {
      const first = await ledger.grantLease({ ...lease, amount: usd(30), expiresAt: EXPIRES });
      const second = await ledger.grantLease({ ...lease, amount: usd(50), expiresAt: EXPIRES });
      assert.equal(second.epoch, first.epoch + 1);
      assert.deepEqual(await balances(ledger), [0, 50, 0]);
      const stale = ledger.reportLease({ ...lease, epoch: first.epoch, ...totals(0, 1) });
      await assert.rejects(stale, { code: 'GV_LEASE_STALE' });
      await ledger.reportLease({ ...lease, epoch: second.epoch, ...totals(0, 1) });
      assert.deepEqual(await balances(ledger), [0, 49, 1]);
      await ledger.returnLease({ ...lease, epoch: second.epoch });
      assert.deepEqual(await balances(ledger), [0, 0, 1]);
      const third = await ledger.grantLease({ ...lease, amount: usd(1), expiresAt: EXPIRES });
      assert.equal(third.epoch, 3, 'an epoch never comes back, not even after its lease has ended');
    },
  );

  check(
    'inv/I8 what a lease had promised stays set aside when it ends, and is all it can still pay',
    async ({ ledger, tick }) => {
      const { epoch } = await ledger.grantLease({ ...lease, amount: usd(40), expiresAt: EXPIRES });
      await ledger.reportLease({ ...lease, epoch, ...totals(15, 5) });
      tick(60_000);
      assert.equal(await ledger.expire({ cause: 'rule:ttl' }), 1);
      assert.deepEqual(await balances(ledger), [0, 15, 5]);
      const more = ledger.reportLease({ ...lease, epoch, ...totals(0, 21) });
      await assert.rejects(more, { code: 'GV_LEASE_STALE' });
      const renewed = ledger.grantLease({ ...lease, amount: usd(1), expiresAt: EXPIRES });
      await assert.rejects(renewed, { code: 'GV_TRANSFER_STATE' });
      await ledger.reportLease({ ...lease, epoch, ...totals(3, 12) });
      assert.deepEqual(await balances(ledger), [0, 3, 12]);
      await ledger.reportLease({ ...lease, epoch, ...totals(0, 15) });
      assert.deepEqual(await balances(ledger, 'acme'), [0, 0, 15]);
      assert.deepEqual(await violations(ledger), []);
    },
  );

  check('a lease past its time spends nothing new, even before anyone has ended it', async (books) => {
    const { ledger, tick } = books;
    const { epoch } = await ledger.grantLease({ ...lease, amount: usd(40), expiresAt: EXPIRES });
    await ledger.reportLease({ ...lease, epoch, ...totals(10, 0) });
    tick(60_000);
    const spending = ledger.reportLease({ ...lease, epoch, ...totals(11, 0) });
    await assert.rejects(spending, { code: 'GV_LEASE_STALE' });
    await ledger.reportLease({ ...lease, epoch, ...totals(0, 10) });
    assert.deepEqual(await balances(ledger), [0, 30, 10]);
  });

  check('inv/I1 leases count under every cap above, like reservations', async ({ ledger }) => {
    await ledger.setCap({ account: 'acme', cap: usd(60), cause });
    await ledger.reserve({ id: 'r1', account: 'acme/spring', amount: usd(20), memo: '', cause });
    await ledger.grantLease({ ...lease, amount: usd(40), expiresAt: EXPIRES });
    const other = { ...lease, holder: 'bidder-2', amount: usd(1), expiresAt: EXPIRES };
    await assert.rejects(ledger.grantLease(other), { code: 'GV_CAP_EXCEEDED', message: /of acme:/ });
    const larger = ledger.grantLease({ ...lease, amount: usd(41), expiresAt: EXPIRES });
    await assert.rejects(larger, { code: 'GV_CAP_EXCEEDED' });
    assert.deepEqual(await balances(ledger), [0, 40, 0], 'a grant that is refused leaves the former lease');
  });
}
