import {
  type EpochMs,
  GavotteError,
  type SqlDatabase,
  type SqlRow,
  type SqlStatement,
  type SqlValue,
} from '../../kernel/index.ts';
import { addPath, type Keys, Rows } from '../rows.ts';
import { EMPTY_HEAD, type Head, type LedgerStore, type StoredEntry } from '../store.ts';
import type { Account, AccountId, Lease, Reservation } from '../types.ts';
import {
  accountFrom,
  accountValues,
  entryFrom,
  leaseFrom,
  leaseValues,
  reservationFrom,
  reservationValues,
} from './columns.ts';

const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS ledger_accounts (
    id TEXT PRIMARY KEY, currency TEXT NOT NULL, cap INTEGER NOT NULL,
    reserved INTEGER NOT NULL, leased INTEGER NOT NULL, settled INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ledger_reservations (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    state TEXT NOT NULL, settled INTEGER NOT NULL, expires_at INTEGER, memo TEXT NOT NULL, changed_at INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS ledger_reservations_due ON ledger_reservations (expires_at) WHERE state = 'reserved' AND expires_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS ledger_reservations_live ON ledger_reservations (account) WHERE state = 'reserved';
  CREATE TABLE IF NOT EXISTS ledger_leases (
    account TEXT NOT NULL, holder TEXT NOT NULL, epoch INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    reserved INTEGER NOT NULL, settled INTEGER NOT NULL, expires_at INTEGER NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (account, holder)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ledger_entries (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, command TEXT NOT NULL, postings TEXT NOT NULL,
    previous_hash TEXT NOT NULL, hash TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS ledger_head (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL);
`;

/** Keeps the books in an SQLite database: the default, nothing to install. Takes the database over; `close` closes it. */
export function sqliteStore(database: SqlDatabase): LedgerStore {
  const head = database.transaction(() => {
    database.exec(SCHEMA);
    database
      .prepare('INSERT OR IGNORE INTO ledger_head VALUES (1, ?, ?, ?)')
      .run(SCHEMA_VERSION, EMPTY_HEAD.seq, EMPTY_HEAD.hash);
    return database.prepare('SELECT version FROM ledger_head').get();
  });
  if (head?.version !== SCHEMA_VERSION) {
    throw new GavotteError(
      'GV_BAD_INPUT',
      `the ledger file has schema ${String(head?.version)}, this program writes ${SCHEMA_VERSION}`,
      {
        fix: 'Use the version of gavotte that wrote it, or another ledger file.',
      },
    );
  }
  return new SqliteStore(database);
}

class SqliteStore implements LedgerStore {
  readonly #database: SqlDatabase;
  readonly #statements = new Map<string, SqlStatement>();

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  // Executors run at once and turn a throw into a rejection, so callers see promises only.
  transact<T>(
    keys: Keys,
    now: EpochMs,
    decide: (rows: Rows, head: Head) => { result: T; entries: readonly StoredEntry[] },
  ): Promise<T> {
    return new Promise((resolve) => resolve(this.#transact(keys, now, decide)));
  }

  #transact<T>(
    keys: Keys,
    now: EpochMs,
    decide: (rows: Rows, head: Head) => { result: T; entries: readonly StoredEntry[] },
  ): T {
    return this.#database.transaction(() => {
      const rows = this.#read(keys, now);
      const { result, entries } = decide(rows, this.#head());
      if (entries.length > 0) this.#write(rows, entries);
      return result;
    });
  }

  account(id: AccountId): Promise<Account | undefined> {
    return Promise.resolve(this.#one('SELECT * FROM ledger_accounts WHERE id = ?', accountFrom, id));
  }

  accounts(root: AccountId | undefined): Promise<readonly Account[]> {
    const [where, values] = below('id', root);
    return Promise.resolve(
      this.#many(`SELECT * FROM ledger_accounts WHERE ${where} ORDER BY id`, accountFrom, ...values),
    );
  }

  reservation(id: string): Promise<Reservation | undefined> {
    return Promise.resolve(this.#one('SELECT * FROM ledger_reservations WHERE id = ?', reservationFrom, id));
  }

  reservations(account: AccountId | undefined, state: string | undefined): Promise<readonly Reservation[]> {
    const [where, values] = below('account', account);
    const sql = `SELECT * FROM ledger_reservations WHERE ${where} ${state === undefined ? '' : 'AND state = ?'} ORDER BY position`;
    return Promise.resolve(
      this.#many(sql, reservationFrom, ...values, ...(state === undefined ? [] : [state])),
    );
  }

  entries(after: number, limit: number): Promise<readonly StoredEntry[]> {
    return Promise.resolve(
      this.#many('SELECT * FROM ledger_entries WHERE seq > ? ORDER BY seq LIMIT ?', entryFrom, after, limit),
    );
  }

  snapshot() {
    return Promise.resolve(
      this.#database.transaction(() => ({
        head: this.#head(),
        accounts: this.#many('SELECT * FROM ledger_accounts', accountFrom),
        reservations: this.#many('SELECT * FROM ledger_reservations', reservationFrom),
        leases: this.#many('SELECT * FROM ledger_leases', leaseFrom),
        entries: this.#many('SELECT * FROM ledger_entries ORDER BY seq', entryFrom),
      })),
    );
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }

  #read(keys: Keys, now: EpochMs): Rows {
    const rows = new Rows();
    const addReservation = (row: Reservation | undefined) =>
      void (row !== undefined && rows.reservations.set(row.id, row));
    const addLease = (row: Lease | undefined) =>
      void (row !== undefined && rows.leases.set(`${row.account}|${row.holder}`, row));
    for (const id of keys.reservations)
      addReservation(this.#one('SELECT * FROM ledger_reservations WHERE id = ?', reservationFrom, id));
    for (const key of keys.leases) {
      const at = key.indexOf('|');
      addLease(
        this.#one(
          'SELECT * FROM ledger_leases WHERE account = ? AND holder = ?',
          leaseFrom,
          key.slice(0, at),
          key.slice(at + 1),
        ),
      );
    }
    if (keys.due) {
      const due = `SELECT * FROM ledger_reservations WHERE state = 'reserved' AND expires_at IS NOT NULL AND expires_at <= ?`;
      for (const row of this.#many(due, reservationFrom, now)) addReservation(row);
      for (const row of this.#many(
        `SELECT * FROM ledger_leases WHERE state = 'live' AND expires_at <= ?`,
        leaseFrom,
        now,
      ))
        addLease(row);
    }
    const accounts = new Set(keys.accounts);
    for (const row of rows.reservations.values()) addPath(accounts, row.account);
    for (const row of rows.leases.values()) addPath(accounts, row.account);
    for (const id of accounts) {
      const account = this.#one('SELECT * FROM ledger_accounts WHERE id = ?', accountFrom, id);
      if (account !== undefined) rows.accounts.set(id, account);
    }
    return rows;
  }

  #write(rows: Rows, entries: readonly StoredEntry[]): void {
    const account = this.#prepared('INSERT OR REPLACE INTO ledger_accounts VALUES (?, ?, ?, ?, ?, ?)');
    for (const id of rows.changedAccounts) {
      const row = rows.accounts.get(id);
      if (row !== undefined) account.run(...accountValues(row));
    }
    const reservation = this.#prepared(
      `INSERT INTO ledger_reservations (id, account, amount, currency, state, settled, expires_at, memo, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET account = excluded.account, state = excluded.state, settled = excluded.settled, memo = excluded.memo, changed_at = excluded.changed_at`,
    );
    for (const id of rows.changedReservations) {
      const row = rows.reservations.get(id);
      if (row !== undefined) reservation.run(...reservationValues(row));
    }
    const lease = this.#prepared('INSERT OR REPLACE INTO ledger_leases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    for (const key of rows.changedLeases) {
      const row = rows.leases.get(key);
      if (row !== undefined) lease.run(...leaseValues(row));
    }
    const entry = this.#prepared('INSERT INTO ledger_entries VALUES (?, ?, ?, ?, ?, ?)');
    for (const each of entries)
      entry.run(each.seq, each.at, each.command, each.postings, each.previousHash, each.hash);
    const last = entries.at(-1)!;
    this.#prepared('UPDATE ledger_head SET seq = ?, hash = ?').run(last.seq, last.hash);
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

  #one<T>(sql: string, from: (row: SqlRow) => T, ...values: SqlValue[]): T | undefined {
    const row = this.#prepared(sql).get(...values);
    return row === undefined ? undefined : from(row);
  }

  #many<T>(sql: string, from: (row: SqlRow) => T, ...values: SqlValue[]): T[] {
    return this.#prepared(sql)
      .all(...values)
      .map(from);
  }
}

/** The condition for an account and everything below it; '0' is the character after '/'. */
export function below(column: string, root: AccountId | undefined): [string, string[]] {
  return root === undefined
    ? ['1 = 1', []]
    : [`(${column} = ? OR (${column} >= ? AND ${column} < ?))`, [root, `${root}/`, `${root}0`]];
}
