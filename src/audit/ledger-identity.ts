import type { Ledger } from '../ledger/index.ts';

/** So much of a hash tells ledgers apart. */
const IDENTITY_CHARS = 16;
const MONEY_ID = /^money:([0-9a-f]{16}):\d+$/;

/** By what a ledger is told from others: the beginning of its first entry’s hash; `undefined` while it has no entry. */
export async function ledgerIdentity(ledger: Pick<Ledger, 'entries'>): Promise<string | undefined> {
  const [first] = await ledger.entries({ limit: 1 });
  return first?.hash.slice(0, IDENTITY_CHARS);
}

/** The id of a record of money: entries of all ledgers are numbered from 1. */
export function moneyIdOf(ledger: string, entry: number): string {
  return `money:${ledger}:${entry}`;
}

/** The ledger that a record of money is of; `undefined` for ids as they were before, `money:ENTRY`. */
export function ledgerOfMoney(id: string): string | undefined {
  return MONEY_ID.exec(id)?.[1];
}
