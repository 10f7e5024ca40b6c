import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EpochMs, type Money, micros, money } from '../../src/kernel/index.ts';
import { type Command, type Ledger, type LedgerStore, openLedger } from '../../src/ledger/index.ts';

/** What a store must offer the suite: fresh, empty books, opened as often as asked (as several processes would). */
export interface StoreUnderTest {
  open(): Promise<LedgerStore>;
  /** Runs SQL behind the ledger's back. */
  tamper(sql: string): Promise<void>;
  dispose(): Promise<void>;
}

const NOON = Date.UTC(2026, 10, 23, 12) as EpochMs;
const cause = 'plan:1';
const usd = (units: number): Money => money(units * 1_000_000, 'USD');
const CTV = 'acme/spring/ctv';

/** Every promise of the `Ledger` port, for one kind of store. */
export function ledgerContract(kind: string, prepare: () => Promise<StoreUnderTest>): void {
  const check = (
    name: string,
    body: (parts: {
      ledger: Ledger;
      under: StoreUnderTest;
      tick: (ms: number) => void;
      again: () => Promise<Ledger>;
    }) => Promise<void>,
  ) =>
    void test(`ledger on ${kind}: ${name}`, async () => {
      const under = await prepare();
      const opened: Ledger[] = [];
      let now = NOON;
      const clock = { now: () => now, monotonic: () => now - NOON, sleep: () => Promise.resolve() };
      const again = async () => {
        const ledger = await openLedger({ store: await under.open(), clock });
        opened.push(ledger);
        return ledger;
      };
      try {
        const ledger = await again();
        for (const account of ['acme', 'acme/spring', CTV])
          await ledger.open({ account, cap: usd(100), cause });
        await body({
          ledger,
          under,
          again,
          tick: (ms) => {
            now = (now + ms) as EpochMs;
          },
        });
      } finally {
        for (const ledger of opened) await ledger.close();
        await under.dispose();
      }
    });
  const reserve = (ledger: Ledger, id: string, units: number) =>
    ledger.reserve({ id, account: CTV, amount: usd(units), memo: '', cause });
  const balances = async (ledger: Ledger, id = CTV) => {
    const { reserved, leased, settled } = (await ledger.account(id))!;
    return [reserved, leased, settled].map((each) => each / 1_000_000);
  };

  check('a reservation is settled in part, and the rest returns', async ({ ledger }) => {
    await reserve(ledger, 'r1', 60);
    assert.deepEqual(await balances(ledger, 'acme'), [60, 0, 0]);
    await ledger.settle({ id: 'r1', amount: usd(25), cause });
    assert.deepEqual(await balances(ledger, 'acme'), [0, 0, 25]);
    await reserve(ledger, 'r2', 75);
    await assert.rejects(ledger.settle({ id: 'r2', amount: usd(76), cause }), { code: 'GV_TRANSFER_STATE' });
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
    assert.deepEqual(await balances(ledger), [40, 0, 0]);
    assert.equal((await ledger.reservation('r1'))!.memo, 'deal');
    await assert.rejects(ledger.move({ id: 'r1', to: 'acme/other', memo: '', cause }));
  });

  check('reservations and leases end at their time and not before', async ({ ledger, tick }) => {
    await ledger.reserve({
      id: 'r1',
      account: CTV,
      amount: usd(10),
      memo: '',
      expiresAt: (NOON + 1_000) as EpochMs,
      cause,
    });
    await ledger.grantLease({
      account: CTV,
      holder: 'bidder-1',
      amount: usd(20),
      expiresAt: (NOON + 2_000) as EpochMs,
      cause,
    });
    tick(999);
    assert.equal(await ledger.expire({ cause: 'rule:ttl' }), 0);
    tick(1_001);
    assert.equal(await ledger.expire({ cause: 'rule:ttl' }), 2);
    assert.deepEqual(await balances(ledger), [0, 0, 0]);
  });

  check(
    'inv/I8 a lease of an earlier epoch is dead, and what it held cannot be spent twice',
    async ({ ledger }) => {
      const lease = { account: CTV, holder: 'bidder-1', expiresAt: (NOON + 60_000) as EpochMs, cause };
      const first = await ledger.grantLease({ ...lease, amount: usd(30) });
      const second = await ledger.grantLease({ ...lease, amount: usd(50) });
      assert.equal(second.epoch, first.epoch + 1);
      assert.deepEqual(await balances(ledger), [0, 50, 0]);
      const report = {
        account: CTV,
        holder: 'bidder-1',
        reserved: micros(0),
        settled: micros(1_000_000),
        cause,
      };
      await assert.rejects(ledger.reportLease({ ...report, epoch: first.epoch }), { code: 'GV_LEASE_STALE' });
      await ledger.reportLease({ ...report, epoch: second.epoch });
      assert.deepEqual(await balances(ledger), [0, 49, 1]);
      await ledger.returnLease({ account: CTV, holder: 'bidder-1', epoch: second.epoch, cause });
      assert.deepEqual(await balances(ledger), [0, 0, 1]);
    },
  );

  check('inv/I11 an entry without a cause is refused', async ({ ledger }) => {
    await assert.rejects(ledger.reserve({ id: 'r1', account: CTV, amount: usd(1), memo: '', cause: '' }), {
      code: 'GV_BAD_INPUT',
    });
  });

  check(
    'in a batch each command stands for itself, and all that stand are kept',
    async ({ ledger, again }) => {
      const commands: Command[] = [
        { kind: 'reserve', id: 'r1', account: CTV, amount: usd(70), memo: '', cause },
        { kind: 'reserve', id: 'r2', account: CTV, amount: usd(70), memo: '', cause },
        { kind: 'settle', id: 'r1', amount: usd(70), cause },
      ];
      assert.deepEqual(
        (await ledger.batch(commands)).map(({ ok }) => ok),
        [true, false, true],
      );
      assert.deepEqual(await balances(await again()), [0, 0, 70]);
    },
  );

  check(
    'fault/B14 a hundred planners on two connections race for one cap: it is filled and never exceeded',
    async ({ ledger, again }) => {
      const other = await again();
      const attempts = Array.from({ length: 100 }, (_none, index) =>
        reserve(index % 2 === 0 ? ledger : other, `race-${index}`, 10),
      );
      const outcomes = await Promise.allSettled(attempts);
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 10);
      assert.deepEqual(await balances(ledger, 'acme'), [100, 0, 0]);
      assert.deepEqual((await ledger.audit()).violations, []);
    },
  );

  check('what was written is there for whoever opens the books next', async ({ ledger, again }) => {
    await reserve(ledger, 'r1', 10);
    const next = await again();
    assert.deepEqual(
      await next.reservations({ account: 'acme', state: 'reserved' }),
      await ledger.reservations({ state: 'reserved' }),
    );
    assert.deepEqual(
      (await next.accounts('acme')).map(({ id }) => id),
      ['acme', 'acme/spring', CTV],
    );
    assert.equal((await next.audit()).entries, 4);
  });

  for (const [what, sql] of [
    [
      'edited entry',
      `UPDATE ledger_entries SET command = replace(command, '10000000', '10000001') WHERE seq = 4`,
    ],
    ['dropped entry', 'DELETE FROM ledger_entries WHERE seq = 2'],
    ['truncated log', 'DELETE FROM ledger_entries WHERE seq = 5'],
    [
      'swapped entries',
      'UPDATE ledger_entries SET seq = CASE seq WHEN 4 THEN -5 ELSE -4 END WHERE seq IN (4, 5); UPDATE ledger_entries SET seq = -seq WHERE seq < 0',
    ],
    ['changed balance', `UPDATE ledger_accounts SET reserved = reserved - 1 WHERE id = 'acme'`],
    ['changed reservation', `UPDATE ledger_reservations SET amount = amount + 1 WHERE id = 'r1'`],
    ['raised cap', `UPDATE ledger_accounts SET cap = cap + 1 WHERE id = 'acme'`],
  ] as const) {
    check(`security/S6 the audit finds a ${what}`, async ({ ledger, under }) => {
      await reserve(ledger, 'r1', 10);
      await reserve(ledger, 'r2', 20);
      assert.deepEqual((await ledger.audit()).violations, []);
      await under.tamper(sql);
      assert.notDeepEqual((await ledger.audit()).violations, []);
    });
  }

  test(`ledger on ${kind}: inv/I1 inv/I2 any sequence of commands keeps the books right`, async () => {
    const amount = fc.integer({ min: -2, max: 60 }).map(usd);
    const account = fc.constantFrom('acme', 'acme/spring', CTV, `${CTV}/deal-1`, 'nobody');
    const id = fc.constantFrom('r1', 'r2', 'r3');
    const holder = fc.constantFrom('h1', 'h2');
    const small = fc.integer({ min: 0, max: 40 }).map((units) => micros(units * 1_000_000));
    const expiresAt = fc.integer({ min: 0, max: 50 }).map((ms) => (NOON + ms) as EpochMs);
    const command: fc.Arbitrary<Command> = fc.oneof(
      fc.record({
        kind: fc.constant('reserve' as const),
        id,
        account,
        amount,
        memo: fc.constant('m'),
        expiresAt,
        cause: fc.constant(cause),
      }),
      fc.record({ kind: fc.constant('settle' as const), id, amount, cause: fc.constant(cause) }),
      fc.record({ kind: fc.constant('release' as const), id, cause: fc.constant(cause) }),
      fc.record({
        kind: fc.constant('move' as const),
        id,
        to: account,
        memo: fc.constant('n'),
        cause: fc.constant(cause),
      }),
      fc.record({ kind: fc.constant('setCap' as const), account, cap: amount, cause: fc.constant(cause) }),
      fc.record({ kind: fc.constant('expire' as const), cause: fc.constant(cause) }),
      fc.record({
        kind: fc.constant('grantLease' as const),
        account,
        holder,
        amount,
        expiresAt,
        cause: fc.constant(cause),
      }),
      fc.record({
        kind: fc.constant('reportLease' as const),
        account,
        holder,
        epoch: fc.integer({ min: 1, max: 3 }),
        reserved: small,
        settled: small,
        cause: fc.constant(cause),
      }),
      fc.record({
        kind: fc.constant('returnLease' as const),
        account,
        holder,
        epoch: fc.integer({ min: 1, max: 3 }),
        cause: fc.constant(cause),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(command, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
        async (batches) => {
          const under = await prepare();
          let now = NOON;
          const clock = { now: () => now, monotonic: () => 0, sleep: () => Promise.resolve() };
          const ledger = await openLedger({ store: await under.open(), clock });
          try {
            for (const each of ['acme', 'acme/spring', CTV])
              await ledger.open({ account: each, cap: usd(100), cause });
            for (const commands of batches) {
              now = (now + 7) as EpochMs;
              await ledger.batch(commands);
              for (const each of await ledger.accounts())
                assert.ok(
                  each.reserved + each.leased + each.settled <= each.cap,
                  `${each.id} exceeds its cap`,
                );
            }
            assert.deepEqual((await ledger.audit()).violations, []);
          } finally {
            await ledger.close();
            await under.dispose();
          }
        },
      ),
      { numRuns: kind === 'SQLite' ? 150 : 25 },
    );
  });
}
