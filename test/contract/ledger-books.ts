import assert from 'node:assert/strict';
import { type Clock, randomStream } from '../../src/kernel/index.ts';
import { type Command, type Ledger, openLedger } from '../../src/ledger/index.ts';
import {
  balances,
  type Check,
  CTV,
  cause,
  NOON,
  reserve,
  type StoreUnderTest,
  usd,
  violations,
} from './ledger-harness.ts';

const STANDING: Clock = { now: () => NOON, monotonic: () => 0, sleep: () => Promise.resolve() };

/** Batches, several writers, and what is there for whoever comes next. */
export function bookRules(check: Check): void {
  check('in a batch each command stands for itself, and all that stand are kept', async (books) => {
    const commands: Command[] = [
      { kind: 'reserve', id: 'r1', account: CTV, amount: usd(70), memo: '', cause },
      { kind: 'reserve', id: 'r2', account: CTV, amount: usd(70), memo: '', cause },
      { kind: 'settle', id: 'r1', amount: usd(70), cause },
    ];
    const results = await books.ledger.batch(commands);
    assert.deepEqual(
      results.map(({ ok }) => ok),
      [true, false, true],
    );
    assert.deepEqual(await balances(await books.again()), [0, 0, 70]);
  });

  check('what was written is there for whoever opens the books next', async ({ ledger, again }) => {
    for (const id of ['z', 'a', 'm']) await reserve(ledger, id, 1);
    const next = await again();
    assert.deepEqual(
      (await next.reservations({ account: 'acme', state: 'reserved' })).map(({ id }) => id),
      ['z', 'a', 'm'],
    );
    assert.deepEqual(await next.reservations({}), await ledger.reservations({ state: 'reserved' }));
    assert.deepEqual(await next.reservations({ account: 'acme', state: 'settled' }), []);
    assert.equal((await next.audit()).entries, 6);
  });

  check('the log can be read in parts, each entry linked to the one before', async ({ ledger }) => {
    await reserve(ledger, 'r1', 1);
    const all = await ledger.entries();
    assert.deepEqual(await ledger.entries({ after: 1, limit: 2 }), all.slice(1, 3));
    for (const [index, entry] of all.entries()) {
      assert.equal(entry.seq, index + 1);
      assert.equal(entry.previousHash, all[index - 1]?.hash ?? '0'.repeat(64));
    }
    assert.deepEqual(all[3]!.postings, [
      { account: CTV, bucket: 'reserved', amount: 1_000_000, currency: 'USD' },
      { account: CTV, bucket: 'budget', amount: -1_000_000, currency: 'USD' },
    ]);
  });

  check('books that are closed say so, and do not hang', async ({ under }) => {
    const ledger = await openLedger({ store: await under.open(STANDING), clock: STANDING });
    await ledger.close();
    await assert.rejects(reserve(ledger, 'r1', 1), { code: 'GV_LEDGER_UNAVAILABLE' });
    await assert.rejects(ledger.account('acme'), { code: 'GV_LEDGER_UNAVAILABLE' });
  });

  check('books of another schema are left alone', async ({ under }) => {
    await under.tamper('UPDATE ledger_head SET version = 99');
    await assert.rejects(async () => under.open(STANDING), { code: 'GV_BAD_INPUT', message: /schema 99/ });
  });

  for (const seed of [1, 2, 3, 4, 5]) {
    check(
      `fault/B14 a hundred planners race for one cap: full, never exceeded (seed ${seed})`,
      async (books) => {
        const ledgers = [books.ledger, await books.again(), await books.again()];
        const random = randomStream(`race-${seed}`);
        await Promise.all(
          Array.from({ length: 100 }, (_none, index) =>
            plan(ledgers[index % ledgers.length]!, index, () => random.float()),
          ),
        );
        assert.deepEqual(await balances(books.ledger, 'acme'), [100, 0, 0]);
        assert.deepEqual(await violations(books.ledger), []);
      },
    );
  }

  check('two programs that open new books at once find the same ones', async ({ under }) => {
    const stores = await Promise.all(
      [under, under, under].map((each: StoreUnderTest) => each.open(STANDING)),
    );
    for (const store of stores) await store.close();
  });
}

/** One planner: takes a $10 line if it fits; sometimes its seller refuses, it gives the money back and tries another. */
async function plan(ledger: Ledger, planner: number, chance: () => number): Promise<void> {
  for (let line = 0; ; line += 1) {
    for (let turns = Math.floor(chance() * 4); turns > 0; turns -= 1)
      await new Promise((resolve) => setImmediate(resolve));
    const id = `line-${planner}-${line}`;
    try {
      await reserve(ledger, id, 10);
    } catch (error) {
      assert.equal((error as { code: string }).code, 'GV_CAP_EXCEEDED');
      return;
    }
    if (chance() < 0.6) return;
    await ledger.release({ id, cause });
  }
}
