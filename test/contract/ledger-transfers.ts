import assert from 'node:assert/strict';
import { type EpochMs, money } from '../../src/kernel/index.ts';
import { balances, type Check, CTV, cause, NOON, reserve, usd, violations } from './ledger-harness.ts';

/** Accounts under caps, and two-phase transfers between them. */
export function transferRules(check: Check): void {
  check('a reservation is settled in part, and the rest returns', async ({ ledger }) => {
    await reserve(ledger, 'r1', 60);
    assert.deepEqual(await balances(ledger, 'acme'), [60, 0, 0]);
    await ledger.settle({ id: 'r1', amount: usd(25), cause });
    assert.deepEqual(await balances(ledger, 'acme'), [0, 0, 25]);
    await reserve(ledger, 'r2', 75);
    await assert.rejects(ledger.settle({ id: 'r2', amount: usd(76), cause }), {
      code: 'GV_TRANSFER_STATE',
      message: /\$76\.00 cannot be settled from a reservation of \$75\.00/,
    });
  });

  check('inv/I1 no account above exceeds its cap, and the one that binds is named', async ({ ledger }) => {
    await ledger.setCap({ account: 'acme/spring', cap: usd(50), cause });
    await reserve(ledger, 'r1', 30);
    await assert.rejects(reserve(ledger, 'r2', 21), {
      code: 'GV_CAP_EXCEEDED',
      message: /cap of acme\/spring: \$20\.00 is left/,
    });
    await reserve(ledger, 'r3', 20);
    await assert.rejects(ledger.setCap({ account: 'acme', cap: usd(49), cause }), {
      code: 'GV_CAP_EXCEEDED',
    });
  });

  check(
    'repeating a command with its id changes nothing; another under the same id is refused',
    async ({ ledger }) => {
      const first = await reserve(ledger, 'r1', 10);
      assert.deepEqual(await reserve(ledger, 'r1', 10), first);
      await assert.rejects(reserve(ledger, 'r1', 11), { code: 'GV_ID_CONFLICT' });
      await ledger.release({ id: 'r1', cause });
      await ledger.release({ id: 'r1', cause });
      assert.deepEqual(await balances(ledger), [0, 0, 0]);
      assert.equal((await ledger.entries()).length, 5);
      await assert.rejects(ledger.settle({ id: 'r1', amount: usd(1), cause }), { code: 'GV_TRANSFER_STATE' });
    },
  );

  check('a reservation moves down to an account of its own and stays reserved', async ({ ledger }) => {
    await ledger.reserve({ id: 'r1', account: CTV, amount: usd(40), memo: 'intent', cause });
    await ledger.move({ id: 'r1', to: `${CTV}/deal-1`, memo: 'deal', cause });
    assert.deepEqual(await balances(ledger, `${CTV}/deal-1`), [40, 0, 0]);
    assert.equal((await ledger.account(`${CTV}/deal-1`))!.cap, usd(40).amountMicros);
    assert.deepEqual(await balances(ledger), [40, 0, 0]);
    assert.equal((await ledger.reservation('r1'))!.memo, 'deal');
    await assert.rejects(ledger.move({ id: 'r1', to: 'acme/other', memo: '', cause }), {
      code: 'GV_BAD_INPUT',
    });
  });

  check('a move counts under the caps it comes below, and only under those', async ({ ledger }) => {
    await ledger.open({ account: `${CTV}/small`, cap: usd(30), cause });
    for (const id of ['r1', 'r2', 'r3']) await reserve(ledger, id, 30);
    await ledger.setCap({ account: 'acme', cap: usd(90), cause });
    await ledger.move({ id: 'r1', to: `${CTV}/small`, memo: '', cause });
    const refused = ledger.move({ id: 'r2', to: `${CTV}/small`, memo: '', cause });
    await assert.rejects(refused, {
      code: 'GV_CAP_EXCEEDED',
      message: /of acme\/spring\/ctv\/small: \$0\.00/,
    });
    const orphan = ledger.move({ id: 'r2', to: `${CTV}/none/deal`, memo: '', cause });
    await assert.rejects(orphan, { code: 'GV_ACCOUNT_UNKNOWN' });
    assert.equal((await ledger.reservation('r2'))!.account, CTV);
    assert.deepEqual(await balances(ledger), [90, 0, 0]);
  });

  check('reservations end at their time and not before, whatever order they came in', async (books) => {
    const { ledger, tick } = books;
    for (const [id, ms] of [
      ['late', 1_000],
      ['early', 500],
      ['never', 9_000],
    ] as const) {
      const expiresAt = (NOON + ms) as EpochMs;
      await ledger.reserve({ id, account: CTV, amount: usd(10), memo: '', expiresAt, cause });
    }
    tick(499);
    assert.equal(await ledger.expire({ cause: 'rule:ttl' }), 0);
    tick(501);
    assert.equal(await ledger.expire({ cause: 'rule:ttl' }), 2);
    assert.deepEqual(await balances(ledger), [10, 0, 0]);
    // The audit replays the log in another order of rows than the store found them in.
    assert.deepEqual(await violations(ledger), []);
  });

  check('inv/I11 an entry without a cause is refused', async ({ ledger }) => {
    await assert.rejects(ledger.reserve({ id: 'r1', account: CTV, amount: usd(1), memo: '', cause: '' }), {
      code: 'GV_BAD_INPUT',
    });
  });

  check('money of another currency neither enters nor leaves', async ({ ledger }) => {
    const euros = money(1_000_000, 'EUR');
    const refused = { code: 'GV_BAD_INPUT', message: /EUR/ };
    await assert.rejects(ledger.reserve({ id: 'e', account: CTV, amount: euros, memo: '', cause }), refused);
    await assert.rejects(ledger.open({ account: 'acme/euro', cap: euros, cause }), refused);
    await reserve(ledger, 'r1', 1);
    await ledger.settle({ id: 'r1', amount: usd(1), cause });
    await assert.rejects(ledger.settle({ id: 'r1', amount: euros, cause }), { code: 'GV_TRANSFER_STATE' });
  });

  check('any text that can be stored comes back as it was; any other is refused', async ({ ledger }) => {
    const memo = 'Ω "q" \\ \n\t ☂ 🎈 \u0001';
    await ledger.reserve({ id: 'r-ö', account: CTV, amount: usd(1), memo, cause });
    assert.equal((await ledger.reservation('r-ö'))!.memo, memo);
    for (const bad of ['nul\0', 'half \ud83c']) {
      const all = [
        ledger.reserve({ id: bad, account: CTV, amount: usd(1), memo: '', cause }),
        ledger.reserve({ id: 'r2', account: CTV, amount: usd(1), memo: bad, cause }),
        ledger.reserve({ id: 'r3', account: bad, amount: usd(1), memo: '', cause }),
        ledger.reserve({ id: 'r4', account: CTV, amount: usd(1), memo: '', cause: bad }),
        ledger.annotate({ id: 'r-ö', memo: bad, cause }),
        ledger.grantLease({ account: CTV, holder: bad, amount: usd(1), expiresAt: NOON, cause }),
        ledger.open({ account: bad, cap: usd(1), cause }),
      ];
      const codes = (await Promise.allSettled(all)).map((each) =>
        each.status === 'rejected' ? (each.reason as { code: string }).code : 'accepted',
      );
      assert.deepEqual(new Set(codes), new Set(['GV_BAD_INPUT', 'GV_ACCOUNT_UNKNOWN']));
    }
    assert.deepEqual(await violations(ledger), []);
  });

  check('accounts come in the order of the tree, from the root asked for', async ({ ledger }) => {
    for (const account of [`${CTV}-2`, `${CTV}/deal`, 'acme2'])
      await ledger.open({ account, cap: usd(1), cause });
    const ids = async (root?: string) => (await ledger.accounts(root)).map(({ id }) => id);
    assert.deepEqual(await ids('acme/spring'), ['acme/spring', CTV, `${CTV}/deal`, `${CTV}-2`]);
    assert.deepEqual(await ids('acme'), ['acme', ...(await ids('acme/spring'))]);
    assert.deepEqual(await ids(), [...(await ids('acme')), 'acme2']);
  });
}
