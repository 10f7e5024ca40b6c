import type { EpochMs, SqlDatabase, SqlRow, SqlStatement, SqlValue } from '../../kernel/index.ts';
import { accountsOf, type Keys, type LeaseName, Rows, reservationsOf } from '../rows.ts';
import {
  checkSchema,
  type Decide,
  EMPTY_HEAD,
  type Head,
  type LedgerStore,
  SCHEMA_VERSION,
  type Snapshot,
  type StoredEntry,
  unavailable,
} from '../store.ts';
import type { Account, AccountId, Lease, Reservation, ReservationState } from '../types.ts';
import { accountFrom, accountValues, entryFrom, leaseFrom, leaseValues, reservationFrom } from './columns.ts';

/**
 * `position` gives reservations in the order they were made. An entry does not repeat the hash before its own: it
 * is the one of the entry before. The check holds I1 even against a program that is not ours.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS ledger_accounts (
    id TEXT PRIMARY KEY, currency TEXT NOT NULL, cap INTEGER NOT NULL,
    reserved INTEGER NOT NULL, leased INTEGER NOT NULL, settled INTEGER NOT NULL,
    CHECK (min(reserved, leased, settled) >= 0 AND reserved + leased + settled <= cap)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ledger_reservations (
    id TEXT PRIMARY KEY, position INTEGER NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, drawn INTEGER NOT NULL, state TEXT NOT NULL, settled INTEGER NOT NULL, expires_at INTEGER,
    memo TEXT NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS ledger_reservations_due ON ledger_reservations (expires_at)
    WHERE state = 'reserved' AND expires_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS ledger_reservations_live ON ledger_reservations (account) WHERE state = 'reserved';
  CREATE TABLE IF NOT EXISTS ledger_leases (
    account TEXT NOT NULL, holder TEXT NOT NULL, epoch INTEGER NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, reservation TEXT, reserved INTEGER NOT NULL, settled INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (account, holder)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ledger_entries (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, command TEXT NOT NULL, postings TEXT NOT NULL, hash TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS ledger_head (
    one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL);
`;

const ACCOUNTS_BY_ID = 'SELECT * FROM ledger_accounts WHERE id IN (SELECT value FROM json_each(?))';
const RESERVATIONS_BY_ID = 'SELECT * FROM ledger_reservations WHERE id IN (SELECT value FROM json_each(?))';
const DUE_RESERVATIONS = `SELECT * FROM ledger_reservations WHERE state = 'reserved' AND expires_at <= ?`;
const LEASE = 'SELECT * FROM ledger_leases WHERE account = ? AND holder = ?';
const DUE_LEASES = `SELECT * FROM ledger_leases WHERE (state = 'live' OR reserved > 0) AND expires_at <= ?`;
const ENTRIES_AFTER = `
  SELECT entry.*, before.hash AS previous_hash
  FROM ledger_entries AS entry LEFT JOIN ledger_entries AS before ON before.seq = entry.seq - 1
  WHERE entry.seq > ? ORDER BY entry.seq LIMIT ?`;
const WRITE_ACCOUNT = 'INSERT OR REPLACE INTO ledger_accounts VALUES (?, ?, ?, ?, ?, ?)';
const ADD_RESERVATION = 'INSERT INTO ledger_reservations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
const CHANGE_RESERVATION =
  'UPDATE ledger_reservations SET account = ?, drawn = ?, state = ?, settled = ?, memo = ?, changed_at = ? WHERE id = ?';
const WRITE_LEASE = 'INSERT OR REPLACE INTO ledger_leases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
const ADD_ENTRY = 'INSERT INTO ledger_entries VALUES (?, ?, ?, ?, ?)';

/** Keeps the books in an SQLite database: the default, nothing to install. Takes the database over; `close` closes it. */
export function sqliteStore(database: SqlDatabase): LedgerStore {
  const head = database.transaction(() => {
    database.exec(SCHEMA);
    database
      .prepare('INSERT OR IGNORE INTO ledger_head VALUES (1, ?, ?, ?)')
      .run(SCHEMA_VERSION, EMPTY_HEAD.seq, EMPTY_HEAD.hash);
    return database.prepare('SELECT version FROM ledger_head').get();
  });
  checkSchema(head?.version);
  return new SqliteStore(database);
}

class SqliteStore implements LedgerStore {
  readonly #database: SqlDatabase;
  readonly #statements = new Map<string, SqlStatement>();

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  transact<T>(keys: Keys, now: EpochMs, decide: Decide<T>): Promise<T> {
    return this.#step(() => {
      const rows = this.#read(keys, now);
      const head = this.#head();
      const add = this.#prepared(ADD_ENTRY);
      let last: Head = head;
      const append = (entry: StoredEntry) => {
        add.run(entry.seq, entry.at, entry.command, entry.postings, entry.hash);
        last = entry;
      };
      const result = decide(rows, head, append, now);
      if (last !== head) this.#write(rows, head, last);
      return result;
    });
  }

  /** On one machine there is one clock. */
  time(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  account(id: AccountId): Promise<Account | undefined> {
    return this.#ask(() => this.#many(ACCOUNTS_BY_ID, accountFrom, jsonList([id]))[0]);
  }

  accounts(root: AccountId | undefined): Promise<readonly Account[]> {
    const [where, values] = below('id', root);
    return this.#ask(() =>
      this.#many(`SELECT * FROM ledger_accounts WHERE ${where}`, accountFrom, ...values),
    );
  }

  reservation(id: string): Promise<Reservation | undefined> {
    return this.#ask(() => this.#many(RESERVATIONS_BY_ID, reservationFrom, jsonList([id]))[0]);
  }

  lease(name: LeaseName): Promise<Lease | undefined> {
    return this.#ask(() => this.#many(LEASE, leaseFrom, name.account, name.holder)[0]);
  }

  reservations(
    account: AccountId | undefined,
    state: ReservationState | undefined,
  ): Promise<readonly Reservation[]> {
    const [where, values] = below('account', account);
    // Only a literal lets SQLite use the index of the live ones, which are few among all that ever were.
    const inState = state === 'reserved' ? `state = 'reserved'` : 'coalesce(?, state) = state';
    const sql = `SELECT * FROM ledger_reservations WHERE ${where} AND ${inState} ORDER BY position`;
    const wanted = state === 'reserved' ? [] : [state ?? null];
    return this.#ask(() => this.#many(sql, reservationFrom, ...values, ...wanted));
  }

  entries(after: number, limit: number): Promise<readonly StoredEntry[]> {
    return this.#ask(() => this.#many(ENTRIES_AFTER, entryFrom, after, limit));
  }

  snapshot(): Promise<Snapshot> {
    return this.#step(() => {
      const log = this.#prepared(
        'SELECT count(*) AS count, coalesce(max(seq), 0) AS last FROM ledger_entries',
      ).get()!;
      return {
        head: this.#head(),
        entryCount: log.count as number,
        lastSeq: log.last as number,
        accounts: this.#many('SELECT * FROM ledger_accounts', accountFrom),
        reservations: this.#many('SELECT * FROM ledger_reservations', reservationFrom),
        leases: this.#many('SELECT * FROM ledger_leases', leaseFrom),
      };
    });
  }

  close(): Promise<void> {
    return this.#ask(() => this.#database.close());
  }

  #read(keys: Keys, now: EpochMs): Rows {
    const rows = new Rows();
    for (const { account, holder } of keys.leases.values())
      rows.load({ leases: this.#many(LEASE, leaseFrom, account, holder) });
    if (keys.due) {
      rows.load({
        reservations: this.#many(DUE_RESERVATIONS, reservationFrom, now),
        leases: this.#many(DUE_LEASES, leaseFrom, now),
      });
    }
    const named = reservationsOf(keys, rows);
    if (named.size > 0)
      rows.load({ reservations: this.#many(RESERVATIONS_BY_ID, reservationFrom, jsonList(named)) });
    rows.load({ accounts: this.#many(ACCOUNTS_BY_ID, accountFrom, jsonList(accountsOf(keys, rows))) });
    return rows;
  }

  #write(rows: Rows, before: Head, last: Head): void {
    const accounts = rows.accounts.changes();
    for (const row of [...accounts.added, ...accounts.changed]) this.#run(WRITE_ACCOUNT, accountValues(row));
    this.#writeReservations(rows, before.seq + 1);
    const leases = rows.leases.changes();
    for (const row of [...leases.added, ...leases.changed]) this.#run(WRITE_LEASE, leaseValues(row));
    this.#run('UPDATE ledger_head SET seq = ?, hash = ?', [last.seq, last.hash]);
  }

  /** A new reservation has an entry of its own, so positions counted from the first entry are never given twice. */
  #writeReservations(rows: Rows, firstSeq: number): void {
    const { added, changed } = rows.reservations.changes();
    const add = this.#prepared(ADD_RESERVATION);
    for (const [index, row] of added.entries()) {
      const { amount } = row;
      add.run(
        row.id,
        firstSeq + index,
        row.account,
        amount.amountMicros,
        amount.currency,
        row.drawn,
        row.state,
        row.settled,
        row.expiresAt,
        row.memo,
        row.changedAt,
      );
    }
    const change = this.#prepared(CHANGE_RESERVATION);
    for (const row of changed)
      change.run(row.account, row.drawn, row.state, row.settled, row.memo, row.changedAt, row.id);
  }

  #run(sql: string, values: readonly SqlValue[]): void {
    this.#prepared(sql).run(...values);
  }

  /** A read of one statement. */
  async #ask<T>(work: () => T): Promise<T> {
    try {
      return work();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** One transaction. */
  #step<T>(work: () => T): Promise<T> {
    return this.#ask(() => this.#database.transaction(work));
  }

  #head(): Head {
    const row = this.#prepared('SELECT seq, hash FROM ledger_head').get()!;
    return { seq: row.seq as number, hash: row.hash as string };
  }

  #prepared(sql: string): SqlStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #many<T>(sql: string, from: (row: SqlRow) => T, ...values: SqlValue[]): T[] {
    return this.#prepared(sql)
      .all(...values)
      .map(from);
  }
}

/** Any number of keys as one value, so that one statement reads them all. */
function jsonList(keys: Iterable<string>): string {
  return JSON.stringify([...keys]);
}

/** The condition for an account and everything below it; '0' is the character after '/'. */
export function below(column: string, root: AccountId | undefined): [string, string[]] {
  return root === undefined
    ? ['1 = 1', []]
    : [`(${column} = ? OR (${column} >= ? AND ${column} < ?))`, [root, `${root}/`, `${root}0`]];
}
