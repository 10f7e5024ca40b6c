import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { money, Simulation } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import {
  after,
  BILL_WINDOW_MS,
  type BidderMoney,
  bidderMoney,
  booksOf,
  CAMPAIGN,
} from '../testing/money-world.ts';
import type { Bill } from './bills.ts';
import { SPEND_MS } from './lease-keeper.ts';
import { Promises } from './promises.ts';
import { lateReservation } from './set-aside.ts';

const DOLLAR = 1_000_000;

function billOf(bidder: BidderMoney, number: number, micros: number): Bill {
  return {
    id: `bill:ex:${bidder.purse.holder}-${number}`,
    account: CAMPAIGN,
    holder: bidder.purse.holder,
    epoch: bidder.wallet.epoch,
    amount: money(micros, 'USD'),
    isLate: false,
    late: lateReservation(CAMPAIGN),
    cause: 'bid:1',
  };
}

async function inWorld(
  budget: number,
  minimum: number,
  body: (parts: { simulation: Simulation; ledger: Ledger; bidder: BidderMoney }) => Promise<void>,
): Promise<void> {
  const simulation = new Simulation({ seed: 7 });
  const ledger = await booksOf(simulation, budget);
  const bidder = bidderMoney(simulation, ledger, 'bidder-1', minimum);
  await body({ simulation, ledger, bidder });
  assert.deepEqual((await ledger.audit()).violations, []);
}

test('inv/I9 a bid promises its price before it leaves, and no more than the lease holds', async () => {
  await inWorld(100 * DOLLAR, 10 * DOLLAR, async ({ simulation, bidder }) => {
    const { purse, wallet, keeper, clock } = bidder;
    assert.equal(purse.promise(wallet, 1, clock.monotonic(), 1e9, 'bid'), -1, 'no lease, no bid');
    await simulation.run(keeper.tick(), 1_000);
    const now = clock.monotonic();
    assert.equal(purse.promise(wallet, 6 * DOLLAR, now, 1e9, 'bid'), 0);
    assert.equal(purse.promise(wallet, 5 * DOLLAR, now, 1e9, 'bid'), -1);
    assert.equal(purse.promise(wallet, 4 * DOLLAR, now, 1e9, 'bid'), 1);
    purse.lost(1);
    purse.lost(1);
    assert.equal(wallet.free(now), 4 * DOLLAR, 'a loss told twice frees once');
  });
});

test('inv/I13 fault/D3 a lease ends by the monotonic clock: a bidder that slept does not bid on it', async () => {
  await inWorld(100 * DOLLAR, 10 * DOLLAR, async ({ simulation, bidder }) => {
    const { purse, wallet, keeper, clock } = bidder;
    await simulation.run(keeper.tick(), 1_000);
    await simulation.pass(SPEND_MS - 1);
    assert.ok(purse.promise(wallet, DOLLAR, clock.monotonic(), 1e9, 'bid') >= 0);
    await simulation.pass(1);
    assert.equal(purse.promise(wallet, DOLLAR, clock.monotonic(), 1e9, 'bid'), -1);
    await simulation.run(keeper.tick(), 1_000);
    assert.ok(
      purse.promise(wallet, DOLLAR, clock.monotonic(), 1e9, 'bid') >= 0,
      'until the ledger is asked again',
    );
  });
});

test('inv/I7 fault/D7 a bill is paid once, whoever brings it, and frees what the price left', async () => {
  await inWorld(100 * DOLLAR, 10 * DOLLAR, async ({ simulation, ledger, bidder }) => {
    const { purse, wallet, keeper, bills, clock } = bidder;
    await simulation.run(keeper.tick(), 1_000);
    const number = purse.promise(wallet, 3 * DOLLAR, clock.monotonic(), 1e9, 'bid');
    const bill = billOf(bidder, number, 2 * DOLLAR);
    const other = bidderMoney(simulation, ledger, 'bidder-2', 0);
    const copies = [bills, bills, other.bills];
    for (const [copy, taker] of copies.entries()) {
      const outcome = await simulation.run(taker.take(bill), 1_000);
      assert.equal(outcome, ['paid', 'repeat', 'repeat'][copy]);
      purse.paid(number, bill.epoch, 2 * DOLLAR);
    }
    assert.equal(wallet.free(clock.monotonic()), 8 * DOLLAR);
    assert.equal((await ledger.account(CAMPAIGN))!.settled, 2 * DOLLAR);
  });
});

test('fault/D2 the unspent lease of a bidder that died returns after its bills had their time', async () => {
  await inWorld(100 * DOLLAR, 10 * DOLLAR, async ({ simulation, ledger, bidder }) => {
    const { purse, wallet, keeper, clock } = bidder;
    await simulation.run(keeper.tick(), 1_000);
    const number = purse.promise(wallet, DOLLAR, clock.monotonic(), 1e9, 'bid');
    const bill = billOf(bidder, number, DOLLAR);
    const other = bidderMoney(simulation, ledger, 'bidder-2', 10 * DOLLAR);
    await simulation.pass(SPEND_MS + BILL_WINDOW_MS - 10);
    assert.equal(await simulation.run(other.bills.take(bill), 1_000), 'paid', 'by whoever receives it');
    await simulation.pass(10);
    await ledger.expire({ cause: 'rule:ttl' });
    const { leased, settled } = (await ledger.account(CAMPAIGN))!;
    assert.deepEqual([leased, settled], [0, DOLLAR]);
  });
});

test('inv/I9 a bill after its lease has ended is paid from what is set aside, and beyond that disputed', async () => {
  await inWorld(1_000 * DOLLAR, 10 * DOLLAR, async ({ simulation, ledger, bidder }) => {
    await simulation.run(bidder.keeper.tick(), 1_000);
    await simulation.pass(SPEND_MS + BILL_WINDOW_MS);
    await ledger.expire({ cause: 'rule:ttl' });
    const [first, second] = [billOf(bidder, 1, DOLLAR), billOf(bidder, 2, DOLLAR)];
    for (let copy = 0; copy < 2; copy += 1) {
      const outcome = await simulation.run(bidder.bills.take(first), 1_000);
      assert.equal(outcome, copy === 0 ? 'late' : 'repeat');
    }
    assert.equal(await simulation.run(bidder.bills.take(second), 1_000), 'disputed');
    assert.deepEqual(
      bidder.spool.disputed().map(({ id }) => id),
      [second.id],
    );
    assert.equal((await ledger.account(CAMPAIGN))!.settled, DOLLAR);
  });
});

test('fault/D6 while the ledger is away bills wait on our disk, and are paid once when it is back', async () => {
  await inWorld(100 * DOLLAR, 10 * DOLLAR, async ({ simulation, ledger, bidder }) => {
    const { purse, wallet, keeper, clock } = bidder;
    await simulation.run(keeper.tick(), 1_000);
    const number = purse.promise(wallet, DOLLAR, clock.monotonic(), 1e9, 'bid');
    const away: Ledger = Object.create(ledger) as Ledger;
    away.batch = () => new Promise(() => {});
    const cut = bidderMoney(simulation, away, 'bidder-1', 0);
    const bill = billOf(bidder, number, DOLLAR);
    const both = Promise.all([cut.bills.take(bill), cut.bills.take(bill)]);
    assert.deepEqual(await simulation.run(both, 1_000), ['spooled', 'repeat']);
    assert.equal(cut.bills.spooled, 1);
    away.batch = (commands) => ledger.batch(commands);
    const gone: string[] = [];
    assert.equal(await cut.bills.drain(({ id }) => gone.push(id)), false);
    assert.deepEqual([gone, cut.bills.spooled], [[bill.id], 0]);
    assert.equal((await ledger.account(CAMPAIGN))!.settled, DOLLAR);
  });
});

test('fault/D6 two drains at once count a bill that left our disk once', async () => {
  await inWorld(100 * DOLLAR, 10 * DOLLAR, async ({ simulation, bidder }) => {
    const { purse, wallet, keeper, clock, bills, spool } = bidder;
    await simulation.run(keeper.tick(), 1_000);
    spool.add([billOf(bidder, purse.promise(wallet, DOLLAR, clock.monotonic(), 1e9, 'bid'), DOLLAR)]);
    const gone: string[] = [];
    const drain = () => bills.drain(({ id }) => gone.push(id));
    await simulation.run(Promise.all([drain(), drain()]), 1_000);
    assert.equal(gone.length, 1);
  });
});

test('inv/I7 a disputed bill that a copy elsewhere has paid since is disputed no more', async () => {
  await inWorld(100 * DOLLAR, 10 * DOLLAR, async ({ simulation, ledger, bidder }) => {
    const { keeper, bills, spool } = bidder;
    await simulation.run(keeper.tick(), 1_000);
    const bill = billOf(bidder, 1, 11 * DOLLAR);
    assert.equal(await simulation.run(bills.take(bill), 1_000), 'disputed', 'more than the lease holds');
    await simulation.run(bills.reconsider(), 1_000);
    assert.equal(spool.disputes, 1);
    const longer = after(bidder.clock, BILL_WINDOW_MS);
    const { account, holder, epoch } = bill;
    await ledger.resizeLease({
      account,
      holder,
      epoch,
      amount: money(20 * DOLLAR, 'USD'),
      expiresAt: longer,
      cause: 'b',
    });
    const other = bidderMoney(simulation, ledger, 'bidder-2', 0);
    assert.equal(await simulation.run(other.bills.take(bill), 1_000), 'paid');
    await simulation.run(bills.reconsider(), 1_000);
    assert.deepEqual([spool.disputes, spool.disputed()], [0, []]);
  });
});

test('fault/D6 money of bills that wait on our disk is not promised again when the ledger answers without them', async () => {
  await inWorld(100 * DOLLAR, 10 * DOLLAR, async ({ simulation, bidder }) => {
    const { purse, wallet, keeper, clock } = bidder;
    await simulation.run(keeper.tick(), 1_000);
    const number = purse.promise(wallet, 6 * DOLLAR, clock.monotonic(), 1e9, 'bid');
    // The bill is on our disk: paid as far as we are concerned, and unknown to the ledger.
    purse.paid(number, wallet.epoch, 0);
    purse.spooled(wallet.account, 6 * DOLLAR);
    await simulation.pass(4_000);
    await simulation.run(keeper.tick(), 1_000);
    assert.deepEqual([wallet.settled, wallet.amount], [0, 16 * DOLLAR]);
    assert.equal(wallet.free(clock.monotonic()), 10 * DOLLAR, 'more was asked for; the six are not free');
    purse.drained(wallet.account, wallet.epoch, 6 * DOLLAR);
    assert.deepEqual([wallet.spooled, wallet.settled], [0, 6 * DOLLAR]);
  });
});

test('fault/D1 sixty-four bidders spend one cap to the end, none of it twice', async () => {
  const budget = 1_000 * DOLLAR;
  const simulation = new Simulation({ seed: 11 });
  const ledger = await booksOf(simulation, budget);
  const names = Array.from({ length: 64 }, (_none, index) => `bidder-${index}`);
  const bidders = names.map((name) => bidderMoney(simulation, ledger, name, DOLLAR / 10));
  const random = simulation.random.split('exchange');
  for (let second = 0; second < 120; second += 1) {
    for (const { keeper } of bidders) await simulation.run(keeper.tick(), 1_000);
    for (const bidder of bidders) {
      const { purse, wallet, bills, clock } = bidder;
      const paid: Promise<unknown>[] = [];
      for (let bid = 0; bid < 16; bid += 1) {
        const price = 10_000 + random.int(40_000);
        const now = clock.monotonic();
        const number = purse.promise(wallet, price, now, now + 60_000, 'bid');
        if (number < 0) continue;
        if (random.int(2) === 0) {
          purse.lost(number);
          continue;
        }
        const micros = price - random.int(5_000);
        const bill = billOf(bidder, number, micros);
        paid.push(bills.take(bill).then(() => purse.paid(number, bill.epoch, micros)));
      }
      await simulation.run(Promise.all(paid), 1_000);
      assert.equal(bidder.spool.disputed().length, 0);
    }
    await simulation.pass(1_000);
  }
  const { settled, leased, cap } = (await ledger.account(CAMPAIGN))!;
  const stranded = cap - settled - Number((await ledger.account(`${CAMPAIGN}/late`))!.reserved);
  assert.ok(settled + leased <= cap);
  assert.ok(stranded / cap <= 0.005, `${stranded / cap} of the cap is stranded`);
  assert.deepEqual((await ledger.audit()).violations, []);
});

test('a place for a bid is free again when its bid has ended, once each, and none is given when all are taken', () => {
  const promises = new Promises<string>(2);
  assert.deepEqual(
    [promises.add(0, 5, 1, 10, 'a'), promises.add(1, 7, 2, 20, 'b'), promises.add(0, 9, 3, 30, 'c')],
    [0, 1, -1],
  );
  const ended: [number, string][] = [];
  promises.expire(10, (_wallet, micros, bid) => ended.push([micros, bid]));
  assert.deepEqual(
    [promises.end(0), promises.end(1), promises.end(1), promises.end(5), promises.open],
    [0, 7, 0, 0, 0],
  );
  assert.equal(promises.bid(1), 'b', 'what was paid is remembered');
  const numbers = [
    promises.add(0, 9, 11, 30, 'd'),
    promises.add(0, 9, 12, 40, 'e'),
    promises.add(0, 1, 13, 30, 'f'),
  ];
  assert.equal(new Set([0, 1, ...numbers]).size, 5, 'no number is given twice');
  assert.deepEqual([numbers[2], promises.bid(1), promises.end(0)], [-1, undefined, 0]);
  promises.expire(30, (_wallet, micros, bid) => ended.push([micros, bid]));
  assert.ok(promises.add(0, 3, 31, 50, 'g') > numbers[1]!, 'one that lives longer keeps nobody out');
  assert.deepEqual(ended, [
    [5, 'a'],
    [9, 'd'],
  ]);
});

test('how old a bid is, is known until another takes its place; the oldest is one that is open', () => {
  const promises = new Promises<string>(2);
  assert.equal(promises.oldest(7), 7, 'none is open');
  promises.add(0, 5, 10, 100, 'a');
  promises.add(0, 5, 12, 100, 'b');
  assert.equal(promises.oldest(20), 10);
  promises.end(0);
  assert.deepEqual([promises.oldest(20), promises.madeAt(0), promises.madeAt(1)], [12, 10, 12]);
  promises.add(0, 5, 15, 100, 'c');
  assert.deepEqual(
    [promises.madeAt(0), promises.madeAt(2), promises.madeAt(-1)],
    [Number.NaN, 15, Number.NaN],
  );
});

test('inv/I9 places of bids: numbers are told apart, whatever ends when', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 9 }), lives: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ end: fc.integer({ min: 0, max: 40 }) }),
    fc.record({ pass: fc.integer({ min: 0, max: 10 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (steps, capacity) => {
      const promises = new Promises<number>(capacity);
      const open = new Map<number, { readonly micros: number; readonly until: number }>();
      let now = 0;
      for (const each of steps) {
        if ('add' in each) {
          const number = promises.add(0, each.add, now, now + each.lives, each.add);
          assert.equal(number === -1, open.size === capacity);
          if (number >= 0) open.set(number, { micros: each.add, until: now + each.lives });
        } else if ('end' in each) {
          assert.equal(promises.end(each.end), open.get(each.end)?.micros ?? 0);
          open.delete(each.end);
        } else {
          now += each.pass;
          let freed = 0;
          promises.expire(now, (_wallet, micros) => {
            freed += micros;
          });
          for (const [number, { micros, until }] of open) {
            if (until > now) continue;
            freed -= micros;
            open.delete(number);
          }
          assert.equal(freed, 0);
        }
        assert.equal(promises.open, open.size);
      }
    }),
  );
});
