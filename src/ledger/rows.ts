import { Table } from './table.ts';
import type { Account, AccountId, Command, Lease, Reservation } from './types.ts';

/** The rows one step reads and changes. A missing row is one that does not exist. */
export class Rows {
  readonly accounts = new Table<Account>();
  /** Watched: those that can expire. */
  readonly reservations = new Table<Reservation>((row) => row.state === 'reserved' && row.expiresAt !== null);
  /** Watched: those that still hold money. */
  readonly leases = new Table<Lease>((row) => heldByLease(row) > 0);

  load(read: {
    accounts?: Iterable<Account>;
    reservations?: Iterable<Reservation>;
    leases?: Iterable<Lease>;
  }): void {
    for (const row of read.accounts ?? []) this.accounts.load(row.id, row);
    for (const row of read.reservations ?? []) this.reservations.load(row.id, row);
    for (const row of read.leases ?? []) this.leases.load(leaseKey(row), row);
  }

  /** Runs one command: if it throws, the rows are as they were before it. */
  atomically<T>(work: () => T): T {
    try {
      const result = work();
      this.accounts.keep();
      this.reservations.keep();
      this.leases.keep();
      return result;
    } catch (error) {
      this.accounts.takeBack();
      this.reservations.takeBack();
      this.leases.takeBack();
      throw error;
    }
  }
}

/** What a reservation keeps set aside. */
export function heldByReservation({ state, amount, drawn }: Reservation): number {
  return state === 'reserved' ? amount.amountMicros - drawn : 0;
}

/** What a lease keeps from its account: all that is unpaid while it lives, then what it had promised. */
export function heldByLease({ state, amount, settled, reserved }: Lease): number {
  return state === 'live' ? amount.amountMicros - settled : reserved;
}

/** Which lease: one holder has at most one on an account. */
export interface LeaseName {
  readonly account: AccountId;
  readonly holder: string;
}

export function leaseKey(lease: LeaseName): string {
  return `${lease.account}|${lease.holder}`;
}

const pathCache = new Map<AccountId, readonly AccountId[]>();
const PATH_CACHE_MAX = 10_000;

/** The account and everything above it, root first: `a/b/c` → `a`, `a/b`, `a/b/c`. */
export function pathOf(id: AccountId): readonly AccountId[] {
  let path = pathCache.get(id);
  if (path === undefined) {
    const parts = id.split('/');
    path = parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
    if (pathCache.size >= PATH_CACHE_MAX) pathCache.clear();
    pathCache.set(id, path);
  }
  return path;
}

/** Whether `id` lies strictly below `root`. */
export function isBelow(id: AccountId, root: AccountId): boolean {
  return id.startsWith(`${root}/`);
}

/** Not every store can keep, or even look for, a text with NUL or half a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** The rows a batch names itself; reservations behind leases, and the accounts of all, come on top. */
export interface Keys {
  readonly reservations: ReadonlySet<string>;
  readonly leases: ReadonlyMap<string, LeaseName>;
  readonly accounts: ReadonlySet<AccountId>;
  /** The batch ends what is past its time, so every due row is needed. */
  readonly due: boolean;
}

/** Which rows must be read before these commands can be decided. */
export function keysOf(commands: readonly Command[]): Keys {
  const reservations = new Set<string>();
  const leases = new Map<string, LeaseName>();
  const accounts = new Set<AccountId>();
  let due = false;
  for (const command of commands) {
    if ('account' in command) addPath(accounts, command.account);
    if (command.kind === 'move') addPath(accounts, command.to);
    if ('id' in command && isStorable(command.id)) reservations.add(command.id);
    if ('reservation' in command && command.reservation !== undefined && isStorable(command.reservation))
      reservations.add(command.reservation);
    if ('holder' in command && isStorable(command.holder)) leases.set(leaseKey(command), command);
    if (command.kind === 'expire') due = true;
  }
  return { reservations, leases, accounts, due };
}

/** The named reservations, and those that the leases which were read go back to. */
export function reservationsOf(keys: Keys, rows: Rows): ReadonlySet<string> {
  const reservations = new Set(keys.reservations);
  for (const { reservation } of rows.leases.values()) if (reservation !== null) reservations.add(reservation);
  return reservations;
}

/** Every account whose row is needed once the rows that `keys` names are read: their paths, too. */
export function accountsOf(keys: Keys, rows: Rows): ReadonlySet<AccountId> {
  const accounts = new Set(keys.accounts);
  for (const row of rows.reservations.values()) addPath(accounts, row.account);
  for (const row of rows.leases.values()) addPath(accounts, row.account);
  return accounts;
}

function addPath(accounts: Set<AccountId>, id: AccountId): void {
  if (accounts.has(id) || !isStorable(id)) return;
  for (const each of pathOf(id)) accounts.add(each);
}
