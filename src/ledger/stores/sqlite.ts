import type { EpochMs, SqlDatabase, SqlRow, SqlStatement, SqlValue } from '../../kernel/index.ts';
import { accountsOf, type Keys, Rows } from '../rows.ts';
import {
  checkSchema,
  type Decision,
  EMPTY_HEAD,
  type Head,
  type LedgerStore,
  SCHEMA_VERSION,
  type Snapshot,
  type StoredEntry,
  unavailable,
} from '../store.ts';
import type { Account, AccountId, Reservation, ReservationState } from '../types.ts';
import {
  accountFrom,
  accountValues,
  entryFrom,
  leaseFrom,
  leaseValues,
  reservationFrom,
  reservationValues,
} from './columns.ts';

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

const ACCOUNT_BY_ID = 'SELECT * FROM ledger_accounts WHERE id = ?';
const RESERVATION_BY_ID = 'SELECT * FROM ledger_reservations WHERE id = ?';
const UPSERT_RESERVATION = `
  INSERT INTO ledger_reservations (id, account, amount, currency, state, settled, expires_at, memo, changed_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET account = excluded.account, state = excluded.state, settled = excluded.settled,
    memo = excluded.memo, changed_at = excluded.changed_at`;

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

  transact<T>(keys: Keys, now: EpochMs, decide: (rows: Rows, head: Head) => Decision<T>): Promise<T> {
    return this.#step(() => {
      const rows = this.#read(keys, now);
      const { result, entries } = decide(rows, this.#head());
      if (entries.length > 0) this.#write(rows, entries);
      return result;
    });
  }

  account(id: AccountId): Promise<Account | undefined> {
    return this.#ask(() => this.#many(ACCOUNT_BY_ID, accountFrom, id)[0]);
  }

  accounts(root: AccountId | undefined): Promise<readonly Account[]> {
    const [where, values] = below('id', root);
    return this.#ask(() =>
      this.#many(`SELECT * FROM ledger_accounts WHERE ${where}`, accountFrom, ...values),
    );
  }

  reservation(id: string): Promise<Reservation | undefined> {
    return this.#ask(() => this.#many(RESERVATION_BY_ID, reservationFrom, id)[0]);
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
    const sql = 'SELECT * FROM ledger_entries WHERE seq > ? ORDER BY seq LIMIT ?';
    return this.#ask(() => this.#many(sql, entryFrom, after, limit));
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
    for (const id of keys.reservations)
      rows.load({ reservations: this.#many(RESERVATION_BY_ID, reservationFrom, id) });
    for (const { account, holder } of keys.leases.values())
      rows.load({
        leases: this.#many(
          'SELECT * FROM ledger_leases WHERE account = ? AND holder = ?',
          leaseFrom,
          account,
          holder,
        ),
      });
    if (keys.due)
      rows.load({
        reservations: this.#many(
          `SELECT * FROM ledger_reservations WHERE state = 'reserved' AND expires_at <= ?`,
          reservationFrom,
          now,
        ),
        leases: this.#many(
          `SELECT * FROM ledger_leases WHERE state = 'live' AND expires_at <= ?`,
          leaseFrom,
          now,
        ),
      });
    for (const id of accountsOf(keys, rows))
      rows.load({ accounts: this.#many(ACCOUNT_BY_ID, accountFrom, id) });
    return rows;
  }

  #write(rows: Rows, entries: readonly StoredEntry[]): void {
    const account = this.#prepared('INSERT OR REPLACE INTO ledger_accounts VALUES (?, ?, ?, ?, ?, ?)');
    for (const row of rows.accounts.changed()) account.run(...accountValues(row));
    const reservation = this.#prepared(UPSERT_RESERVATION);
    for (const row of rows.reservations.changed()) reservation.run(...reservationValues(row));
    const lease = this.#prepared('INSERT OR REPLACE INTO ledger_leases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    for (const row of rows.leases.changed()) lease.run(...leaseValues(row));
    const entry = this.#prepared('INSERT INTO ledger_entries VALUES (?, ?, ?, ?, ?, ?)');
    for (const each of entries)
      entry.run(each.seq, each.at, each.command, each.postings, each.previousHash, each.hash);
    const last = entries.at(-1)!;
    this.#prepared('UPDATE ledger_head SET seq = ?, hash = ?').run(last.seq, last.hash);
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

/** The condition for an account and everything below it; '0' is the character after '/'. */
export function below(column: string, root: AccountId | undefined): [string, string[]] {
  return root === undefined
    ? ['1 = 1', []]
    : [`(${column} = ? OR (${column} >= ? AND ${column} < ?))`, [root, `${root}/`, `${root}0`]];
}
