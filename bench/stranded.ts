import { parseArgs } from 'node:util';
import type { Bill } from '../src/delivery/index.ts';
import { lateReservation } from '../src/delivery/index.ts';
import { type BidderMoney, bidderMoney, booksOf, CAMPAIGN } from '../src/delivery/testing/money-world.ts';
import { money, type RandomStream, Simulation } from '../src/kernel/index.ts';
import { spread } from './stats.ts';

const BIDDERS = 64;
const SEEDS = 5;
const DOLLAR = 1_000_000;
const BUDGET = 5_000 * DOLLAR;
/** What a bidder's wallet holds at least. */
const MINIMUM = DOLLAR / 10;
/** Virtual time: bidding, and after it what the last bids need to end. */
const SECONDS = 240;
const BIDS_A_SECOND = 40;
/** A bidder dies every so many seconds, with its lease, and another takes its place under another name. */
const DEATH_EVERY_S = 20;

/**
 * Many bidders on one cap until it is spent, each with a lease of its own, some of which die with theirs: in virtual
 * time, with the real ledger, purses, lease keepers and bills. Overspend must be 0; stranded is what nobody could spend.
 */
export async function strandedBench(): Promise<object> {
  const { values } = parseArgs({
    options: { seeds: { type: 'string', default: `${SEEDS}` }, json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const runs: Awaited<ReturnType<typeof spendToTheEnd>>[] = [];
  for (let seed = 1; seed <= Number(values.seeds); seed += 1) {
    process.stderr.write(`seed ${seed} of ${values.seeds}\n`);
    runs.push(await spendToTheEnd(seed));
  }
  const worst = Math.max(...runs.map(({ overspentMicros }) => overspentMicros));
  if (worst > 0 || runs.some(({ violations }) => violations > 0)) process.exitCode = 1;
  return {
    bidders: BIDDERS,
    bids: runs.reduce((sum, { bids }) => sum + bids, 0),
    deaths: runs.reduce((sum, { deaths }) => sum + deaths, 0),
    overspentMicros: worst,
    disputedBills: runs.reduce((sum, { disputed }) => sum + disputed, 0),
    strandedPercent: spread(runs.map(({ stranded }) => stranded * 100)),
    violations: runs.reduce((sum, { violations }) => sum + violations, 0),
    aims: { overspentMicros: 0, strandedPercent: 0.5 },
  };
}

async function spendToTheEnd(seed: number) {
  const simulation = new Simulation({ seed });
  const ledger = await booksOf(simulation, BUDGET);
  const random = simulation.random.split('exchange');
  let names = 0;
  const boot = () => {
    names += 1;
    return bidderMoney(simulation, ledger, `bidder-${names}`, MINIMUM);
  };
  const bidders = Array.from({ length: BIDDERS }, boot);
  let bids = 0;
  let deaths = 0;
  let disputed = 0;
  for (let second = 0; second < SECONDS; second += 1) {
    for (const { keeper } of bidders) await simulation.run(keeper.tick(), 1_000);
    for (const bidder of bidders) bids += await bidFor(simulation, bidder, random);
    await simulation.pass(1_000);
    if (second % DEATH_EVERY_S === DEATH_EVERY_S - 1 && second < SECONDS / 2) {
      const dead = random.int(bidders.length);
      disputed += bidders[dead]!.spool.disputed().length;
      bidders[dead] = boot();
      deaths += 1;
    }
  }
  for (const { spool } of bidders) disputed += spool.disputed().length;
  const { settled, leased, cap } = (await ledger.account(CAMPAIGN))!;
  const late = Number((await ledger.account(`${CAMPAIGN}/late`))!.reserved);
  return {
    bids,
    deaths,
    disputed,
    overspentMicros: Math.max(0, settled + leased - cap),
    // What is set aside for late bills is not stranded: it goes back when the flight is over.
    stranded: (cap - settled - late) / cap,
    violations: (await ledger.audit()).violations.length,
  };
}

/** One second of one bidder: half of its bids win, and are billed at once, at or below their price. */
async function bidFor(
  simulation: Simulation,
  { purse, wallet, bills, clock }: BidderMoney,
  random: RandomStream,
): Promise<number> {
  const paid: Promise<unknown>[] = [];
  let bids = 0;
  for (let bid = 0; bid < BIDS_A_SECOND; bid += 1) {
    const price = 10_000 + random.int(40_000);
    const now = clock.monotonic();
    const number = purse.promise(wallet, price, now, now + 60_000, 'bid');
    if (number < 0) continue;
    bids += 1;
    if (random.int(2) === 0) {
      purse.lost(number);
      continue;
    }
    const micros = price - random.int(5_000);
    const bill = billOf(purse.holder, number, wallet.epoch, micros);
    paid.push(bills.take(bill).then(() => purse.paid(number, bill.epoch, micros)));
  }
  await simulation.run(Promise.all(paid), 1_000);
  return bids;
}

function billOf(holder: string, number: number, epoch: number, micros: number): Bill {
  return {
    id: `bill:north:${holder}-${number}`,
    account: CAMPAIGN,
    holder,
    epoch,
    amount: money(micros, 'USD'),
    isLate: false,
    late: lateReservation(CAMPAIGN),
    cause: 'bid:1',
  };
}
