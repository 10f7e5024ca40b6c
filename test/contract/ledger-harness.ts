import { test } from 'node:test';
import { type Clock, type EpochMs, type Money, money } from '../../src/kernel/index.ts';
import { type Ledger, type LedgerStore, openLedger, type Reservation } from '../../src/ledger/index.ts';

/** What a store must offer the suite: fresh, empty books, opened as often as asked (as several processes would). */
export interface StoreUnderTest {
  open(clock: Clock): Promise<LedgerStore>;
  /** Runs SQL behind the ledger's back. */
  tamper(sql: string): Promise<void>;
  dispose(): Promise<void>;
}

/** Makes fresh books. */
export type Prepare = () => Promise<StoreUnderTest>;

/** Books with three accounts, a clock that stands still, and more connections to them for the asking. */
export interface Books {
  readonly ledger: Ledger;
  readonly under: StoreUnderTest;
  /** Lets time pass. */
  tick(ms: number): void;
  again(): Promise<Ledger>;
}

/** Registers one test on fresh books. */
export type Check = (name: string, body: (books: Books) => Promise<void>) => void;

export const NOON = Date.UTC(2026, 10, 23, 12) as EpochMs;
export const cause = 'plan:1';
/** The deepest of the accounts that are open; each has a cap of $100. */
export const CTV = 'acme/spring/ctv';

export function usd(units: number): Money {
  return money(units * 1_000_000, 'USD');
}

export function checkOn(kind: string, prepare: Prepare): Check {
  return (name, body) => void test(`ledger on ${kind}: ${name}`, () => withBooks(prepare, body));
}

export async function withBooks(prepare: Prepare, body: (books: Books) => Promise<void>): Promise<void> {
  const under = await prepare();
  const opened: Ledger[] = [];
  let now = NOON;
  const clock: Clock = { now: () => now, monotonic: () => now - NOON, sleep: () => Promise.resolve() };
  const again = async () => {
    const ledger = await openLedger({ store: await under.open(clock), clock });
    opened.push(ledger);
    return ledger;
  };
  const tick = (ms: number) => {
    now = (now + ms) as EpochMs;
  };
  try {
    const ledger = await again();
    for (const account of ['acme', 'acme/spring', CTV]) await ledger.open({ account, cap: usd(100), cause });
    await body({ ledger, under, tick, again });
  } finally {
    for (const ledger of opened) await ledger.close();
    await under.dispose();
  }
}

/** Reserves whole dollars on the deepest account. */
export function reserve(ledger: Ledger, id: string, units: number): Promise<Reservation> {
  return ledger.reserve({ id, account: CTV, amount: usd(units), memo: '', cause });
}

/** Reserved, leased and settled, in dollars. */
export async function balances(ledger: Ledger, id = CTV): Promise<readonly number[]> {
  const { reserved, leased, settled } = (await ledger.account(id))!;
  return [reserved, leased, settled].map((each) => each / 1_000_000);
}

export async function violations(ledger: Ledger): Promise<readonly string[]> {
  return (await ledger.audit()).violations;
}
