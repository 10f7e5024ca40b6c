import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money, Simulation } from '../../kernel/index.ts';
import { BILL_WINDOW_MS, bidderMoney, booksOf, CAMPAIGN } from '../testing/money-world.ts';
import { AFTER_OUTAGE_MS, LedgerReach } from './ledger-reach.ts';
import { lateReservation } from './set-aside.ts';

const DOLLAR = 1_000_000;

/** A bidder that may hold all of a budget of $10, and another that takes notices; each second it looks at the ledger. */
async function world() {
  const simulation = new Simulation({ seed: 5 });
  const ledger = await booksOf(simulation, 10 * DOLLAR);
  const reach = new LedgerReach();
  const bidder = bidderMoney(simulation, ledger, 'bidder-1', 9 * DOLLAR, reach);
  const other = bidderMoney(simulation, ledger, 'bidder-2', 0);
  const look = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      await simulation.run(bidder.keeper.tick(), 1_000);
      reach.heard(bidder.clock.monotonic());
      await simulation.pass(1_000);
    }
  };
  await look(1 + AFTER_OUTAGE_MS / 1_000);
  return { simulation, ledger, bidder, other, look };
}

test('fault/D6 after an outage longer than a lease, money of bills on the disks of others stays out of use until they are paid', async () => {
  const { simulation, ledger, bidder, other, look } = await world();
  const { purse, wallet, clock } = bidder;
  const { epoch } = wallet;
  const now = clock.monotonic();
  const number = purse.promise(wallet, 9 * DOLLAR, now, now + 60_000, 'bid');
  assert.ok(number >= 0);
  other.spool.add([
    {
      id: 'bill:ex:1',
      account: CAMPAIGN,
      holder: 'bidder-1',
      epoch,
      amount: money(9 * DOLLAR, 'USD'),
      isLate: false,
      late: lateReservation(CAMPAIGN),
      cause: 'bid:1',
    },
  ]);
  await simulation.pass(2 * BILL_WINDOW_MS);
  await look(30);
  assert.equal(wallet.epoch, epoch, 'the lease lives on');
  assert.ok(
    wallet.free(clock.monotonic()) < DOLLAR,
    'what was promised is not free, though its time is over',
  );
  await simulation.run(
    other.bills.drain(() => {}),
    1_000,
  );
  assert.deepEqual([(await ledger.account(CAMPAIGN))!.settled, other.spool.disputes], [9 * DOLLAR, 0]);
  await look(60);
  assert.ok(wallet.free(clock.monotonic()) < DOLLAR, 'nor does it become free');
});

test('a promise of which nothing came is free again a minute after the ledger is back', async () => {
  const { simulation, bidder, look } = await world();
  const { purse, wallet, clock } = bidder;
  const now = clock.monotonic();
  purse.promise(wallet, 9 * DOLLAR, now, now + 60_000, 'bid');
  await simulation.pass(2 * BILL_WINDOW_MS);
  await look(60);
  assert.ok(wallet.free(clock.monotonic()) < DOLLAR);
  await look(5);
  assert.ok(wallet.free(clock.monotonic()) >= 9 * DOLLAR);
});

test('the lease of a flight that has ended gives back all that no open bid needs', async () => {
  const { ledger, bidder, look } = await world();
  const { purse, wallet, clock } = bidder;
  const now = clock.monotonic();
  purse.promise(wallet, 2 * DOLLAR, now, now + 20_000, 'bid');
  wallet.isRetired = true;
  await look(5);
  assert.equal((await ledger.account(CAMPAIGN))!.leased, 2 * DOLLAR);
  await look(30);
  assert.ok((await ledger.account(CAMPAIGN))!.leased <= 1, 'and at last all, but for a micro');
});
