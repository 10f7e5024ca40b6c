import { type Clock, type EpochMs, money, type Simulation } from '../../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../ledger/index.ts';
import { BillSpool } from '../money/bill-spool.ts';
import { Bills } from '../money/bills.ts';
import { LeaseKeeper } from '../money/lease-keeper.ts';
import type { LedgerReach } from '../money/ledger-reach.ts';
import { Purse } from '../money/purse.ts';
import { setAsideForLateBills } from '../money/set-aside.ts';
import type { Wallet } from '../money/wallet.ts';

/** How long bids can be billed in these tests. */
export const BILL_WINDOW_MS = 600_000;
/** The campaign's account in these tests. */
export const CAMPAIGN = 'acme/spring/web';

/** Books on a simulated disk with one campaign of `budget` micros USD, its late bills provided for. */
export async function booksOf(simulation: Simulation, budget: number): Promise<Ledger> {
  const process = simulation.boot('books', simulation.disk());
  const ledger = await openLedger({
    store: sqliteStore(process.world.storage.openDatabase('ledger.db')),
    clock: process.world.clock,
  });
  const cap = money(budget, 'USD');
  for (const account of ['acme', 'acme/spring', CAMPAIGN])
    await ledger.open({ account, cap, cause: 'plan:1' });
  await setAsideForLateBills(ledger, { account: CAMPAIGN, budget: cap, cause: 'plan:1' });
  return ledger;
}

/** One bidder's money: a purse with a wallet on the campaign, and what keeps it. */
export interface BidderMoney {
  readonly purse: Purse<string>;
  readonly wallet: Wallet;
  readonly keeper: LeaseKeeper;
  readonly bills: Bills;
  readonly spool: BillSpool;
  readonly clock: Clock;
}

/** @param minimum micros that a wallet holds at least. */
export function bidderMoney(
  simulation: Simulation,
  ledger: Ledger,
  holder: string,
  minimum: number,
  reach: Pick<LedgerReach, 'isSteady'> = { isSteady: () => true },
): BidderMoney {
  const { world } = simulation.boot(holder, simulation.disk());
  const purse = new Purse<string>(holder, () => {}, 1 << 14);
  const wallet = purse.wallet({
    account: CAMPAIGN,
    currency: money(0, 'USD').currency,
    reservation: null,
  });
  const keeper = new LeaseKeeper({
    ledger,
    purse,
    reach,
    clock: world.clock,
    billWindowMs: BILL_WINDOW_MS,
    minimum: () => minimum,
  });
  const spool = new BillSpool(world.storage.openDatabase('spool.db'));
  return {
    purse,
    wallet,
    keeper,
    spool,
    bills: new Bills({ ledger, spool, clock: world.clock }),
    clock: world.clock,
  };
}

/** A wall time some way off. */
export function after(clock: Clock, ms: number): EpochMs {
  return (clock.now() + ms) as EpochMs;
}
