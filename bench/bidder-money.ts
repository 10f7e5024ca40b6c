import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lateReservation, setAsideForLateBills } from '../src/delivery/index.ts';
import { BillSpool } from '../src/delivery/money/bill-spool.ts';
import { Bills } from '../src/delivery/money/bills.ts';
import { LeaseKeeper } from '../src/delivery/money/lease-keeper.ts';
import { Purse } from '../src/delivery/money/purse.ts';
import type { Wallet } from '../src/delivery/money/wallet.ts';
import { createRealWorld, money } from '../src/kernel/index.ts';
import { openBenchLedger } from './engine.ts';

const ACCOUNT = 'acme/spring/web';
const HOLDER = 'bench-1';
const BUDGET = money(1_000_000_000_000_000, 'USD');
const LEAST_LEASE_MICROS = 1_000_000_000;
const BILL_WINDOW_MS = 600_000;
const HOLD_MS = 90_000;
const TICK_MS = 250;
/** A bid is won or lost about so long after it. */
const OUTCOME_TICKS = 4;
/** One bid in so many is billed, twice; the others are lost. */
const BILLED_OF = 50;

/** The money of a bidder with one campaign: a promise before each bid, bills and their copies, losses. */
export interface BidMoney {
  /** Whether the price of a bid could be promised; without money there is no bid. */
  promise(cpmMicros: number): boolean;
}

/** A lease of a real ledger file in `folder`, kept filled; what becomes of the bids is told to it, not over HTTP. */
export async function startBidMoney(folder: string): Promise<BidMoney> {
  mkdirSync(folder, { recursive: true });
  const { clock, storage } = createRealWorld();
  const ledger = await openBenchLedger(folder);
  const cause = 'plan:bench';
  for (const account of ['acme', 'acme/spring', ACCOUNT]) await ledger.open({ account, cap: BUDGET, cause });
  await setAsideForLateBills(ledger, { account: ACCOUNT, budget: BUDGET, cause });
  const purse = new Purse<number>(HOLDER);
  const wallet = purse.wallet({ account: ACCOUNT, currency: BUDGET.currency, reservation: null });
  const minimum = () => LEAST_LEASE_MICROS;
  const reach = { isSteady: () => true };
  const keeper = new LeaseKeeper({ ledger, purse, reach, clock, billWindowMs: BILL_WINDOW_MS, minimum });
  const spool = new BillSpool(storage.openDatabase(join(folder, 'spool.db')));
  const bills = new Bills({ ledger, spool, clock });
  await keeper.tick();
  let made = 0;
  let ended = 0;
  const turns = new Array<number>(OUTCOME_TICKS).fill(0);
  setInterval(() => {
    void keeper.tick().catch(() => {});
    turns.push(made);
    for (const until = turns.shift()!; ended < until; ended += 1) end(ended, purse, wallet, bills);
  }, TICK_MS);
  return {
    promise: (cpmMicros) => {
      const now = clock.monotonic();
      const number = purse.promise(wallet, Math.ceil(cpmMicros / 1000), now, now + HOLD_MS, cpmMicros);
      if (number < 0) return false;
      made = number + 1;
      return true;
    },
  };
}

function end(number: number, purse: Purse<number>, { epoch }: Wallet, bills: Bills): void {
  if (number % BILLED_OF !== 0) {
    purse.lost(number);
    return;
  }
  const micros = Math.ceil(purse.bid(number)! / 1000);
  const bill = {
    id: `bill:bench:${HOLDER}-${number}`,
    account: ACCOUNT,
    holder: HOLDER,
    epoch,
    amount: money(micros, 'USD'),
    isLate: false,
    late: lateReservation(ACCOUNT),
    cause: `bid:${number}`,
  };
  for (let copy = 0; copy < 2; copy += 1) void bills.take(bill).then(() => purse.paid(number, epoch, micros));
}
