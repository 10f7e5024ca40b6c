import type { Account, AccountId, Command, Lease, Reservation } from './types.ts';

/** The rows one step reads and changes, by id. A missing row is one that does not exist. */
export class Rows {
  readonly accounts = new Map<AccountId, Account>();
  readonly reservations = new Map<string, Reservation>();
  readonly leases = new Map<string, Lease>();
  readonly changedAccounts = new Set<AccountId>();
  readonly changedReservations = new Set<string>();
  readonly changedLeases = new Set<string>();
  /** How to take back what the current command has put, last first. */
  #undo: (() => void)[] = [];

  putAccount(account: Account): void {
    this.#put(this.accounts, this.changedAccounts, account.id, account);
  }

  putReservation(reservation: Reservation): void {
    this.#put(this.reservations, this.changedReservations, reservation.id, reservation);
  }

  putLease(lease: Lease): void {
    this.#put(this.leases, this.changedLeases, leaseKey(lease), lease);
  }

  /** Runs one command: if it throws, the rows are as they were before it. */
  atomically<T>(work: () => T): T {
    this.#undo = [];
    try {
      return work();
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      throw error;
    }
  }

  #put<T>(rows: Map<string, T>, changed: Set<string>, key: string, row: T): void {
    const before = rows.get(key);
    this.#undo.push(() => {
      if (before === undefined) rows.delete(key);
      else rows.set(key, before);
    });
    rows.set(key, row);
    changed.add(key);
  }
}

/** One holder has at most one lease on an account. */
export function leaseKey(lease: { readonly account: AccountId; readonly holder: string }): string {
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

/** The rows a batch names itself; the accounts of named reservations come on top. */
export interface Keys {
  readonly reservations: ReadonlySet<string>;
  readonly leases: ReadonlySet<string>;
  readonly accounts: ReadonlySet<AccountId>;
  /** The batch ends what is past its time, so every due row is needed. */
  readonly due: boolean;
}

/** Which rows must be read before these commands can be decided. */
export function keysOf(commands: readonly Command[]): Keys {
  const reservations = new Set<string>();
  const leases = new Set<string>();
  const accounts = new Set<AccountId>();
  let due = false;
  for (const command of commands) {
    if ('account' in command) addPath(accounts, command.account);
    if (command.kind === 'move') addPath(accounts, command.to);
    if ('id' in command) reservations.add(command.id);
    if ('holder' in command) leases.add(leaseKey(command));
    if (command.kind === 'expire') due = true;
  }
  return { reservations, leases, accounts, due };
}

export function addPath(accounts: Set<AccountId>, id: AccountId): void {
  for (const each of pathOf(id)) accounts.add(each);
}
