import type { Sql, TransactionSql } from 'postgres';
import { type EpochMs, GavotteError } from '../../kernel/index.ts';
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
import { accountFrom, entryFrom, leaseFrom, reservationFrom } from './columns.ts';

/** Every step takes the head row's lock, so more connections would only wait. */
const CONNECTIONS = 4;
/** Rows per INSERT, well under the protocol's 65,535 parameters. */
const ROWS_PER_STATEMENT = 4_000;

/** The same tables as SQLite's; texts compare by code unit (COLLATE "C"), so that paths sort the same everywhere. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS ledger_accounts (
    id TEXT COLLATE "C" PRIMARY KEY, currency TEXT NOT NULL, cap BIGINT NOT NULL,
    reserved BIGINT NOT NULL, leased BIGINT NOT NULL, settled BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS ledger_reservations (
    id TEXT COLLATE "C" PRIMARY KEY, position BIGINT NOT NULL, account TEXT COLLATE "C" NOT NULL, amount BIGINT NOT NULL,
    currency TEXT NOT NULL, state TEXT NOT NULL, settled BIGINT NOT NULL, expires_at BIGINT,
    memo TEXT NOT NULL, changed_at BIGINT NOT NULL);
  CREATE INDEX IF NOT EXISTS ledger_reservations_due ON ledger_reservations (expires_at)
    WHERE state = 'reserved' AND expires_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS ledger_reservations_live ON ledger_reservations (account) WHERE state = 'reserved';
  CREATE TABLE IF NOT EXISTS ledger_leases (
    account TEXT COLLATE "C" NOT NULL, holder TEXT COLLATE "C" NOT NULL, epoch BIGINT NOT NULL, amount BIGINT NOT NULL,
    currency TEXT NOT NULL, reserved BIGINT NOT NULL, settled BIGINT NOT NULL, expires_at BIGINT NOT NULL,
    state TEXT NOT NULL, PRIMARY KEY (account, holder));
  CREATE TABLE IF NOT EXISTS ledger_entries (
    seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, command TEXT NOT NULL, postings TEXT NOT NULL, hash TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS ledger_head (
    one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, seq BIGINT NOT NULL, hash TEXT NOT NULL);
`;
/** Taken while the tables are made, so that two programs starting at once do not trip over each other. */
const SCHEMA_LOCK = 74_269;

/**
 * Keeps the books in PostgreSQL, for desks on more than one machine. Steps are serialised by the lock of the
 * head row, as the hash chain demands. Needs the package `postgres`.
 * @throws GV_PACKAGE_MISSING, GV_LEDGER_UNAVAILABLE when the server cannot be reached.
 */
export async function postgresStore(options: { readonly url: string }): Promise<LedgerStore> {
  const { default: connect } = await import('postgres').catch((cause: unknown) => {
    throw new GavotteError('GV_PACKAGE_MISSING', 'the PostgreSQL ledger needs the package "postgres"', {
      fix: 'Run: npm install postgres',
      cause,
    });
  });
  const sql = connect(options.url, { max: CONNECTIONS, onnotice: () => {} });
  try {
    const [head] = await sql.begin(async (transaction) => {
      await transaction`SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`;
      await transaction.unsafe(SCHEMA);
      await transaction`
        INSERT INTO ledger_head VALUES (1, ${SCHEMA_VERSION}, ${EMPTY_HEAD.seq}, ${EMPTY_HEAD.hash}) ON CONFLICT DO NOTHING`;
      return transaction`SELECT version FROM ledger_head`;
    });
    checkSchema(head?.version);
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw unavailable(error);
  }
  return new PostgresStore(sql);
}

class PostgresStore implements LedgerStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  transact<T>(keys: Keys, now: EpochMs, decide: (rows: Rows, head: Head) => Decision<T>): Promise<T> {
    return reporting(async () => {
      const decided = await this.#sql.begin(async (transaction) => {
        const [head] = await transaction`SELECT seq, hash FROM ledger_head FOR UPDATE`;
        const rows = await readRows(transaction, keys, now);
        const { result, entries } = decide(rows, { seq: Number(head!.seq), hash: head!.hash as string });
        if (entries.length > 0) await writeRows(transaction, rows, entries);
        return { result };
      });
      return decided.result as T;
    });
  }

  account(id: AccountId): Promise<Account | undefined> {
    return reporting(
      async () => (await this.#sql`SELECT * FROM ledger_accounts WHERE id = ${id}`).map(accountFrom)[0],
    );
  }

  accounts(root: AccountId | undefined): Promise<readonly Account[]> {
    const sql = this.#sql;
    return reporting(async () => {
      const below =
        root === undefined ? sql`true` : sql`(id = ${root} OR (id >= ${`${root}/`} AND id < ${`${root}0`}))`;
      return (await sql`SELECT * FROM ledger_accounts WHERE ${below} ORDER BY id`).map(accountFrom);
    });
  }

  reservation(id: string): Promise<Reservation | undefined> {
    return reporting(
      async () =>
        (await this.#sql`SELECT * FROM ledger_reservations WHERE id = ${id}`).map(reservationFrom)[0],
    );
  }

  reservations(
    account: AccountId | undefined,
    state: ReservationState | undefined,
  ): Promise<readonly Reservation[]> {
    const sql = this.#sql;
    return reporting(async () => {
      const below =
        account === undefined
          ? sql`true`
          : sql`(account = ${account} OR (account >= ${`${account}/`} AND account < ${`${account}0`}))`;
      const inState = state === undefined ? sql`true` : sql`state = ${state}`;
      return (
        await sql`SELECT * FROM ledger_reservations WHERE ${below} AND ${inState} ORDER BY position`
      ).map(reservationFrom);
    });
  }

  entries(after: number, limit: number): Promise<readonly StoredEntry[]> {
    return reporting(async () =>
      (
        await this.#sql`
          SELECT entry.*, before.hash AS previous_hash
          FROM ledger_entries AS entry LEFT JOIN ledger_entries AS before ON before.seq = entry.seq - 1
          WHERE entry.seq > ${after} ORDER BY entry.seq LIMIT ${limit}`
      ).map(entryFrom),
    );
  }

  snapshot(): Promise<Snapshot> {
    return reporting(() =>
      this.#sql.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (transaction) => {
        const [head] = await transaction`SELECT seq, hash FROM ledger_head`;
        const [log] =
          await transaction`SELECT count(*) AS count, coalesce(max(seq), 0) AS last FROM ledger_entries`;
        return {
          head: { seq: Number(head!.seq), hash: head!.hash as string },
          entryCount: Number(log!.count),
          lastSeq: Number(log!.last),
          accounts: (await transaction`SELECT * FROM ledger_accounts`).map(accountFrom),
          reservations: (await transaction`SELECT * FROM ledger_reservations`).map(reservationFrom),
          leases: (await transaction`SELECT * FROM ledger_leases`).map(leaseFrom),
        };
      }),
    );
  }

  close(): Promise<void> {
    return reporting(() => this.#sql.end({ timeout: 5 }));
  }
}

async function readRows(sql: TransactionSql, keys: Keys, now: EpochMs): Promise<Rows> {
  const rows = new Rows();
  if (keys.reservations.size > 0) {
    const ids = [...keys.reservations];
    rows.load({
      reservations: (await sql`SELECT * FROM ledger_reservations WHERE id = ANY(${ids})`).map(
        reservationFrom,
      ),
    });
  }
  for (const { account, holder } of keys.leases.values()) {
    rows.load({
      leases: (await sql`SELECT * FROM ledger_leases WHERE account = ${account} AND holder = ${holder}`).map(
        leaseFrom,
      ),
    });
  }
  if (keys.due) {
    const reservations =
      await sql`SELECT * FROM ledger_reservations WHERE state = 'reserved' AND expires_at <= ${now}`;
    const leases = await sql`SELECT * FROM ledger_leases WHERE state = 'live' AND expires_at <= ${now}`;
    rows.load({ reservations: reservations.map(reservationFrom), leases: leases.map(leaseFrom) });
  }
  const accounts = [...accountsOf(keys, rows)];
  rows.load({
    accounts: (await sql`SELECT * FROM ledger_accounts WHERE id = ANY(${accounts})`).map(accountFrom),
  });
  return rows;
}

async function writeRows(sql: TransactionSql, rows: Rows, entries: readonly StoredEntry[]): Promise<void> {
  const accounts = rows.accounts.changes();
  for (const part of parts([...accounts.added, ...accounts.changed])) {
    await sql`
      INSERT INTO ledger_accounts ${sql(part.map(({ id, currency, cap, reserved, leased, settled }) => ({ id, currency, cap, reserved, leased, settled })))}
      ON CONFLICT (id) DO UPDATE SET cap = excluded.cap, reserved = excluded.reserved, leased = excluded.leased, settled = excluded.settled`;
  }
  const reservations = rows.reservations.changes();
  // A new reservation has an entry of its own, so positions counted from the first entry are never given twice.
  const added = reservations.added.map((row, index) => reservationColumns(row, entries[0]!.seq + index));
  const changed = reservations.changed.map((row) => reservationColumns(row, 0));
  for (const part of parts([...added, ...changed])) {
    await sql`
      INSERT INTO ledger_reservations ${sql(part)}
      ON CONFLICT (id) DO UPDATE SET account = excluded.account, state = excluded.state, settled = excluded.settled,
        memo = excluded.memo, changed_at = excluded.changed_at`;
  }
  const leases = rows.leases.changes();
  for (const part of parts([...leases.added, ...leases.changed])) {
    const columns = part.map(({ account, holder, epoch, amount, reserved, settled, expiresAt, state }) => ({
      account,
      holder,
      epoch,
      amount: amount.amountMicros,
      currency: amount.currency,
      reserved,
      settled,
      expires_at: expiresAt,
      state,
    }));
    await sql`
      INSERT INTO ledger_leases ${sql(columns)}
      ON CONFLICT (account, holder) DO UPDATE SET epoch = excluded.epoch, amount = excluded.amount, currency = excluded.currency,
        reserved = excluded.reserved, settled = excluded.settled, expires_at = excluded.expires_at, state = excluded.state`;
  }
  for (const part of parts(entries)) {
    const columns = part.map(({ seq, at, command, postings, hash }) => ({
      seq,
      at,
      command,
      postings,
      hash,
    }));
    await sql`INSERT INTO ledger_entries ${sql(columns)}`;
  }
  const last = entries.at(-1)!;
  await sql`UPDATE ledger_head SET seq = ${last.seq}, hash = ${last.hash}`;
}

function reservationColumns(row: Reservation, position: number) {
  return {
    id: row.id,
    position,
    account: row.account,
    amount: row.amount.amountMicros,
    currency: row.amount.currency,
    state: row.state,
    settled: row.settled,
    expires_at: row.expiresAt,
    memo: row.memo,
    changed_at: row.changedAt,
  };
}

function* parts<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT)
    yield rows.slice(start, start + ROWS_PER_STATEMENT);
}

/** Our own errors pass; what the server or the connection threw leaves it unknown whether the step was written. */
async function reporting<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unavailable(error);
  }
}
