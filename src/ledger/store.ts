import type { EpochMs } from '../kernel/index.ts';
import type { Keys, Rows } from './rows.ts';
import type { Account, AccountId, Lease, Reservation, ReservationState } from './types.ts';

/** The end of the log: its length and last hash. The next entry is `seq + 1`. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** An entry as stored; the hash covers these very texts. */
export interface StoredEntry {
  readonly seq: number;
  readonly at: EpochMs;
  readonly command: string;
  readonly postings: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** What a step decided: the log lines it adds. The rows it changed are marked in `Rows`. */
export interface Decision<T> {
  readonly result: T;
  readonly entries: readonly StoredEntry[];
}

/** A way to read every stored row at one moment, for the audit. */
export interface Snapshot {
  readonly head: Head;
  readonly accounts: readonly Account[];
  readonly reservations: readonly Reservation[];
  readonly leases: readonly Lease[];
  readonly entries: readonly StoredEntry[];
}

/** Where the books are kept. One contract suite (test/contract) holds for every store. */
export interface LedgerStore {
  /**
   * One serialised, atomic, durable step: reads the rows named by `keys` (and the accounts of the named
   * reservations), lets `decide` change them, and writes what changed and the new entries. Nothing is
   * written when `decide` throws or adds no entry.
   * @throws GV_LEDGER_UNAVAILABLE when it is not known whether it was written.
   */
  transact<T>(keys: Keys, now: EpochMs, decide: (rows: Rows, head: Head) => Decision<T>): Promise<T>;
  account(id: AccountId): Promise<Account | undefined>;
  accounts(root: AccountId | undefined): Promise<readonly Account[]>;
  reservation(id: string): Promise<Reservation | undefined>;
  reservations(
    account: AccountId | undefined,
    state: ReservationState | undefined,
  ): Promise<readonly Reservation[]>;
  entries(after: number, limit: number): Promise<readonly StoredEntry[]>;
  snapshot(): Promise<Snapshot>;
  close(): Promise<void>;
}

/** Before the first entry. */
export const EMPTY_HEAD: Head = { seq: 0, hash: '0'.repeat(64) };
