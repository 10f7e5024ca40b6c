import { type EpochMs, GavotteError, sha256 } from '../kernel/index.ts';
import type { Keys, LeaseName, Rows } from './rows.ts';
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

/**
 * Decides one step: changes `rows`, which remember what to write, and hands over each new entry in order. Entries
 * are handed over one by one, so that a large batch need not hold all their texts at once. A store may ask again,
 * with fresh rows, when another program wrote in between; only the last answer counts. `now` is the store's time.
 */
export type Decide<T> = (rows: Rows, head: Head, append: (entry: StoredEntry) => void, now: EpochMs) => T;

/** Every stored row at one moment, and how far the log then went; its entries are read in pages. */
export interface Snapshot {
  readonly head: Head;
  readonly entryCount: number;
  readonly lastSeq: number;
  readonly accounts: readonly Account[];
  readonly reservations: readonly Reservation[];
  readonly leases: readonly Lease[];
}

/** Where the books are kept. One contract suite (test/contract) holds for every store. */
export interface LedgerStore {
  /**
   * One serialised, atomic, durable step: reads the rows named by `keys` (and the accounts of the named
   * reservations), lets `decide` change them, and writes what changed and the new entries. Nothing is
   * written when `decide` throws or appends no entry. `now` is the caller's time, for a store without one of its own.
   * @throws GV_LEDGER_UNAVAILABLE when it is not known whether it was written.
   */
  transact<T>(keys: Keys, now: EpochMs, decide: Decide<T>): Promise<T>;
  /** The store's own time, one for all who share it; undefined where the caller's is as good. */
  time(): Promise<EpochMs | undefined>;
  account(id: AccountId): Promise<Account | undefined>;
  accounts(root: AccountId | undefined): Promise<readonly Account[]>;
  reservation(id: string): Promise<Reservation | undefined>;
  lease(name: LeaseName): Promise<Lease | undefined>;
  /** In the order in which they were made. */
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

/** What stores write into the head row. */
export const SCHEMA_VERSION = 2;

/** @throws GV_BAD_INPUT when the tables were made by another version. */
export function checkSchema(found: unknown): void {
  if (Number(found) === SCHEMA_VERSION) return;
  throw new GavotteError(
    'GV_BAD_INPUT',
    `the ledger has schema ${String(found)}, this program writes ${SCHEMA_VERSION}`,
    { fix: 'Use the version of gavotte that wrote it, or another ledger.' },
  );
}

/** What a store's engine threw: whether it had committed before is not known. Our own errors stay as they are. */
export function unavailable(thrown: unknown): GavotteError {
  if (thrown instanceof GavotteError) return thrown;
  return new GavotteError(
    'GV_LEDGER_UNAVAILABLE',
    `the ledger's store failed: ${GavotteError.from(thrown).message}`,
    {
      fix: 'Repeat the command with the same id; if it was done, that is a no-op.',
      cause: thrown,
    },
  );
}

/** The hash of an entry: over the hash before it and the very texts that are stored. */
export function entryHash(entry: Omit<StoredEntry, 'hash'>): string {
  return sha256(`${entry.previousHash}\n${entry.seq}\n${entry.at}\n${entry.command}\n${entry.postings}`);
}
