import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EpochMs, money, Simulation } from '../../kernel/index.ts';
import { booksOf, CAMPAIGN } from '../testing/money-world.ts';
import { campaignOf, termsOf } from '../testing/request.ts';
import { FlightEnds } from './flight-ends.ts';
import { SPEND_MS } from './lease-keeper.ts';
import { lateReservation } from './set-aside.ts';

const BILL_WINDOW_MS = 60_000;
const FLIGHT_MS = 1_000_000;

/** A booked deal of $8, of which $3 are paid, and its campaign. */
async function flown() {
  const simulation = new Simulation({ seed: 3 });
  const ledger = await booksOf(simulation, 100_000_000);
  const { clock } = simulation.peer('bidder');
  const end = (clock.now() + FLIGHT_MS) as EpochMs;
  const deal = termsOf({ account: `${CAMPAIGN}/deal-1`, end });
  const plan = { campaigns: [campaignOf({ account: CAMPAIGN, end })], deals: [deal] };
  await ledger.reserve({
    id: 'book-1',
    account: CAMPAIGN,
    amount: money(8_000_000, 'USD'),
    memo: '',
    cause: 'b',
  });
  await ledger.move({ id: 'book-1', to: deal.account, memo: '', cause: 'b' });
  await ledger.pay({ id: 'bill-1', reservation: 'book-1', amount: money(3_000_000, 'USD'), cause: 'b' });
  const ends = () =>
    new FlightEnds({ ledger, plan, clock, billWindowMs: BILL_WINDOW_MS, cause: 'bidder:b1' });
  const held = async () => (await ledger.account(CAMPAIGN))!.reserved;
  return { simulation, ledger, ends, held };
}

test('what a deal did not use, and what late bills did not need, goes back when nothing can be billed any more', async () => {
  const { simulation, ledger, ends, held } = await flown();
  const late = (await ledger.reservation(lateReservation(CAMPAIGN)))!.amount.amountMicros;
  const bidder = ends();
  await simulation.pass(FLIGHT_MS + BILL_WINDOW_MS);
  await bidder.tick();
  assert.equal(await held(), 5_000_000 + late, 'its last impressions may still be billed');
  await simulation.pass(SPEND_MS);
  await bidder.tick();
  assert.equal(await held(), 0);
  assert.deepEqual(
    [...bidder.released].map(([id, { amountMicros }]) => [id, amountMicros]),
    [
      ['book-1', 5_000_000],
      [lateReservation(CAMPAIGN), late],
    ],
  );
  assert.deepEqual((await ledger.audit()).violations, []);
});

test('every bidder may end a flight: the money goes back once, and each can tell how much', async () => {
  const { simulation, ledger, ends, held } = await flown();
  const [first, second] = [ends(), ends()];
  await simulation.pass(FLIGHT_MS + BILL_WINDOW_MS + SPEND_MS);
  for (const bidder of [first, second, first]) await bidder.tick();
  assert.equal(await held(), 0);
  assert.deepEqual(first.released, second.released);
  assert.deepEqual((await ledger.audit()).violations, []);
});

test('what the desk has ended already is left as it is', async () => {
  const { simulation, ledger, ends } = await flown();
  await ledger.settle({ id: 'book-1', amount: money(5_000_000, 'USD'), cause: 'desk' });
  const bidder = ends();
  await simulation.pass(FLIGHT_MS + BILL_WINDOW_MS + SPEND_MS);
  await bidder.tick();
  assert.deepEqual([...bidder.released.keys()], [lateReservation(CAMPAIGN)]);
  assert.equal((await ledger.reservation('book-1'))!.state, 'settled');
});
