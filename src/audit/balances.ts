import type { Account, Entry } from '../ledger/index.ts';
import type { BalanceChange } from '../outcomes/index.ts';

/** What is not free on an account and below it, micros. */
export interface Balances {
  reserved: number;
  leased: number;
  settled: number;
}

/** The account and those above it. The ledger has the same in other words; the auditor does not borrow them. */
export function lineOf(account: string): readonly string[] {
  const line: string[] = [];
  for (let end = account.indexOf('/'); end >= 0; end = account.indexOf('/', end + 1))
    line.push(account.slice(0, end));
  line.push(account);
  return line;
}

/** Adds a change to the books of an account and of all above it; returns which those are. */
export function addChange(books: Map<string, Balances>, change: BalanceChange): readonly string[] {
  const line = lineOf(change.account);
  for (const account of line) {
    const balances = books.get(account) ?? { reserved: 0, leased: 0, settled: 0 };
    balances.reserved += change.reserved;
    balances.leased += change.leased;
    balances.settled += change.settled;
    books.set(account, balances);
  }
  return line;
}

/** An account on which ledger and log do not agree. */
export interface Disagreement {
  readonly account: string;
  readonly ledger: Balances;
  readonly log: Balances;
}

/**
 * Where the ledger's balances differ from `books`. The ledger goes on while it is read, so `entries`, which its journal
 * has after the last one in the books, are added one by one: if the balances agree at any of these moments, all is well.
 */
export function disagreements(
  books: ReadonlyMap<string, Balances>,
  accounts: readonly Account[],
  entries: readonly Entry[],
): readonly Disagreement[] {
  const ledger = new Map<string, Balances>(
    accounts.map(({ id, reserved, leased, settled }) => [id, { reserved, leased, settled }]),
  );
  const gaps = new Map<string, Balances>();
  for (const account of new Set([...ledger.keys(), ...books.keys()])) {
    const gap = minus(ledger.get(account) ?? NOTHING, books.get(account) ?? NOTHING);
    gaps.set(account, gap);
  }
  const open = new Set([...gaps.keys()].filter((account) => !isNothing(gaps.get(account)!)));
  let least = open.size;
  const show = () =>
    [...open].map((account) => {
      const stored = ledger.get(account) ?? NOTHING;
      return { account, ledger: stored, log: minus(stored, gaps.get(account)!) };
    });
  let closest = show();
  for (const { postings } of entries) {
    if (open.size === 0) return [];
    for (const { account, bucket, amount } of postings) {
      if (bucket === 'budget') continue;
      for (const each of lineOf(account)) {
        const gap = gaps.get(each) ?? { ...NOTHING };
        gap[bucket] -= amount;
        gaps.set(each, gap);
        if (isNothing(gap)) open.delete(each);
        else open.add(each);
      }
    }
    if (open.size >= least) continue;
    least = open.size;
    closest = show();
  }
  return open.size === 0 ? [] : closest;
}

const NOTHING: Readonly<Balances> = { reserved: 0, leased: 0, settled: 0 };

/** By currency, how many micros a balance of the ledger is from that of the log, at most. */
export function imbalanceOf(
  found: readonly Disagreement[],
  accounts: readonly Account[],
): Record<string, number> {
  const currencies = new Map<string, string>(accounts.map(({ id, currency }) => [id, currency]));
  const most = Object.fromEntries(accounts.map(({ currency }) => [currency, 0]));
  for (const { account, ledger, log } of found) {
    const currency = currencies.get(account);
    if (currency === undefined) continue;
    for (const balance of ['reserved', 'leased', 'settled'] as const)
      most[currency] = Math.max(most[currency]!, Math.abs(ledger[balance] - log[balance]));
  }
  return most;
}

function minus(a: Balances, b: Balances): Balances {
  return {
    reserved: a.reserved - b.reserved,
    leased: a.leased - b.leased,
    settled: a.settled - b.settled,
  };
}

function isNothing({ reserved, leased, settled }: Balances): boolean {
  return reserved === 0 && leased === 0 && settled === 0;
}
