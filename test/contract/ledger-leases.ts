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
    'inv/I8 what a lease had promised stays set aside when it is returned, and is all it can still pay',
    async ({ ledger }) => {
      const { epoch } = await ledger.grantLease({ ...lease, amount: usd(40), expiresAt: EXPIRES });
      await ledger.reportLease({ ...lease, epoch, ...totals(15, 5) });
      await ledger.returnLease({ ...lease, epoch });
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

  check('inv/I14 at its time a lease gives back all that is unpaid, promised or not', async (books) => {
    const { ledger, tick } = books;
    const live = await ledger.grantLease({ ...lease, amount: usd(40), expiresAt: EXPIRES });
    const returned = await ledger.grantLease({
      ...lease,
      holder: 'bidder-2',
      amount: usd(20),
      expiresAt: EXPIRES,
    });
    await ledger.reportLease({ ...lease, epoch: live.epoch, ...totals(15, 5) });
    await ledger.reportLease({ ...lease, holder: 'bidder-2', epoch: returned.epoch, ...totals(7, 1) });
    await ledger.returnLease({ ...lease, holder: 'bidder-2', epoch: returned.epoch });
    tick(59_999);
    assert.equal(await ledger.expire({ cause: 'rule:ttl' }), 0);
    assert.deepEqual(await balances(ledger), [0, 42, 6]);
    tick(1);
    assert.equal(await ledger.expire({ cause: 'rule:ttl' }), 2);
    assert.deepEqual(await balances(ledger, 'acme'), [0, 0, 6]);
    const late = ledger.spend({ ...lease, id: 'b1', epoch: live.epoch, amount: usd(1) });
    await assert.rejects(late, { code: 'GV_LEASE_STALE' });
    assert.deepEqual(await violations(ledger), []);
  });

  check('inv/I7 a bill is paid out of its lease once, whoever brings it and however often', async (books) => {
    const { ledger } = books;
    const { epoch } = await ledger.grantLease({ ...lease, amount: usd(10), expiresAt: EXPIRES });
    const bill = { ...lease, id: 'bill:exchange:1', epoch, amount: usd(4) };
    await ledger.spend(bill);
    const other = await books.again();
    await other.spend(bill);
    assert.deepEqual(await balances(ledger), [0, 6, 4]);
    await assert.rejects(ledger.spend({ ...bill, amount: usd(5) }), { code: 'GV_ID_CONFLICT' });
    const tooMuch = ledger.spend({ ...bill, id: 'bill:exchange:2', amount: usd(7) });
    await assert.rejects(tooMuch, { code: 'GV_LEASE_STALE' });
    const stale = ledger.spend({ ...bill, id: 'bill:exchange:3', epoch: epoch + 1 });
    await assert.rejects(stale, { code: 'GV_LEASE_STALE' });
    assert.equal((await ledger.lease(CTV, 'bidder-1'))?.settled, usd(4).amountMicros);
    assert.deepEqual(await balances(ledger), [0, 6, 4]);
  });

  check(
    'inv/I8 a holder that goes on bidding keeps its epoch; its lease grows, shrinks and lives on',
    async (books) => {
      const { ledger, tick } = books;
      const { epoch } = await ledger.grantLease({ ...lease, amount: usd(10), expiresAt: EXPIRES });
      const resize = { ...lease, epoch, amount: usd(30), expiresAt: (EXPIRES + 60_000) as EpochMs };
      assert.equal((await ledger.resizeLease(resize)).epoch, epoch);
      await ledger.spend({ ...lease, id: 'b1', epoch, amount: usd(12) });
      await assert.rejects(ledger.resizeLease({ ...resize, amount: usd(11) }), { code: 'GV_BAD_INPUT' });
      await assert.rejects(ledger.resizeLease({ ...resize, amount: usd(101) }), { code: 'GV_CAP_EXCEEDED' });
      await ledger.resizeLease({ ...resize, amount: usd(20) });
      assert.deepEqual(await balances(ledger), [0, 8, 12]);
      tick(120_000);
      await ledger.spend({ ...lease, id: 'b2', epoch, amount: usd(1) });
      assert.deepEqual(
        await balances(ledger),
        [0, 7, 13],
        'a bill that comes before anyone ended the lease is paid',
      );
    },
  );

  check(
    'fault/D6 a lease past its time that nobody has ended lives on, with its epoch and all it holds',
    async ({ ledger, tick }) => {
      const { epoch } = await ledger.grantLease({ ...lease, amount: usd(30), expiresAt: EXPIRES });
      tick(900_000);
      const expiresAt = (EXPIRES + 900_000) as EpochMs;
      const longer = { ...lease, epoch, amount: usd(30), expiresAt };
      assert.equal((await ledger.resizeLease(longer)).epoch, epoch);
      assert.equal(await ledger.expire({ cause: 'rule:ttl' }), 0);
      await ledger.spend({ ...lease, id: 'b1', epoch, amount: usd(30) });
      assert.deepEqual(await balances(ledger), [0, 0, 30]);
      await ledger.returnLease({ ...lease, epoch });
      await assert.rejects(ledger.resizeLease({ ...longer, amount: usd(31) }), { code: 'GV_LEASE_STALE' });
    },
  );

  check('a lease until a time that is over is refused, and so is one longer', async ({ ledger, tick }) => {
    const over = { code: 'GV_BAD_INPUT', message: /expiresAt \d+ is over/ };
    const granted = { ...lease, amount: usd(10), expiresAt: NOON };
    await assert.rejects(ledger.grantLease(granted), over);
    const { epoch } = await ledger.grantLease({ ...granted, expiresAt: EXPIRES });
    assert.equal(epoch, 1, 'what is refused takes no epoch');
    tick(60_000);
    await assert.rejects(ledger.resizeLease({ ...lease, epoch, amount: usd(20), expiresAt: EXPIRES }), over);
    assert.deepEqual(await balances(ledger), [0, 10, 0]);
  });

  check('a lease does not outlive the reservation that it is taken from', async ({ ledger }) => {
    await ledger.reserve({ id: 'deal', account: CTV, amount: usd(50), memo: '', expiresAt: EXPIRES, cause });
    const outlives = { code: 'GV_BAD_INPUT', message: /would outlive reservation deal/ };
    const drawn = { ...lease, amount: usd(10), reservation: 'deal' };
    const after = (EXPIRES + 1) as EpochMs;
    await assert.rejects(ledger.grantLease({ ...drawn, expiresAt: after }), outlives);
    const { epoch } = await ledger.grantLease({ ...drawn, expiresAt: EXPIRES });
    for (const amount of [usd(20), usd(10), usd(5)])
      await assert.rejects(ledger.resizeLease({ ...lease, epoch, amount, expiresAt: after }), outlives);
    assert.deepEqual(await balances(ledger), [40, 10, 0]);
  });

  check('inv/I1 a lease out of a reservation counts once, and what is left returns to it', async (books) => {
    const { ledger, tick } = books;
    await ledger.reserve({ id: 'deal', account: CTV, amount: usd(100), memo: '', cause });
    const free = ledger.grantLease({ ...lease, amount: usd(1), expiresAt: EXPIRES });
    await assert.rejects(free, { code: 'GV_CAP_EXCEEDED' }, 'the deal has all of it');
    const drawn = { ...lease, reservation: 'deal', expiresAt: EXPIRES };
    const { epoch } = await ledger.grantLease({ ...drawn, amount: usd(30) });
    assert.deepEqual(await balances(ledger), [70, 30, 0]);
    await assert.rejects(ledger.grantLease({ ...drawn, holder: 'bidder-2', amount: usd(71) }), {
      code: 'GV_TRANSFER_STATE',
    });
    await ledger.spend({ ...lease, id: 'b1', epoch, amount: usd(12) });
    await ledger.pay({ id: 'b2', reservation: 'deal', amount: usd(3), cause });
    assert.deepEqual(await balances(ledger), [67, 18, 15]);
    tick(60_000);
    await ledger.expire({ cause: 'rule:ttl' });
    assert.deepEqual(await balances(ledger), [85, 0, 15]);
    assert.equal((await ledger.release({ id: 'deal', cause })).drawn, usd(15).amountMicros);
    assert.deepEqual(await balances(ledger, 'acme'), [0, 0, 15]);
    assert.deepEqual(await violations(ledger), []);
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
