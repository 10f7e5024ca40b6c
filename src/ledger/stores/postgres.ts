import type postgres from 'postgres';
import { type EpochMs, GavotteError } from '../../kernel/index.ts';
import { accountsOf, type Keys, Rows } from '../rows.ts';
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
import type { Account, AccountId, Reservation, ReservationState } from '../types.ts';
import { accountFrom, entryFrom, leaseFrom, type Row, reservationFrom } from './columns.ts';
import { POSTGRES_SCHEMA } from './postgres-schema.ts';
import { writeChanges } from './postgres-write.ts';

/** Steps take turns at the head row anyway; further connections serve reads beside them. */
const MAX_CONNECTIONS = 4;
const CONNECT_TIMEOUT_S = 10;
/** A step that waits or runs longer is given up by the server, and with it every lock it holds. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** Any number; all that is asked is that two programs do not create the tables at the same time. */
const CREATE_LOCK = 4_720_917;

type Sql = postgres.Sql;
type Transaction = postgres.TransactionSql;

/**
 * Keeps the books in PostgreSQL 15 or later, in the schema first on the URL's search path. Needs the package
 * `postgres`.
 * @throws GV_PACKAGE_MISSING, GV_BAD_INPUT for a URL or a database that cannot be used, GV_LEDGER_UNAVAILABLE
 */
export async function postgresStore(options: { readonly url: string }): Promise<LedgerStore> {
  const sql = connect(await importPostgres(() => import('postgres')), options.url);
  try {
    const version = await sql.begin(async (step) => {
      await step`SELECT pg_advisory_xact_lock(${CREATE_LOCK})`;
      await step.unsafe(POSTGRES_SCHEMA);
      await step`INSERT INTO ledger_head VALUES (1, ${SCHEMA_VERSION}, ${EMPTY_HEAD.seq}, ${EMPTY_HEAD.hash}) ON CONFLICT DO NOTHING`;
      const [head] = await step`SELECT version FROM ledger_head`;
      return head?.version as unknown;
    });
    checkSchema(version);
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw unavailable(error);
  }
  return new PostgresStore(sql);
}

/** The optional package; who never asks for this store need not have it. */
export async function importPostgres(
  load: () => Promise<{ readonly default: typeof postgres }>,
): Promise<typeof postgres> {
  try {
    return (await load()).default;
  } catch (cause) {
    throw new GavotteError('GV_PACKAGE_MISSING', 'the PostgreSQL ledger needs the package "postgres"', {
      fix: 'Run: npm install postgres',
      cause,
    });
  }
}

function connect(create: typeof postgres, url: string): Sql {
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
    // The URL itself is not repeated, as it may carry a password.
    throw new GavotteError('GV_BAD_INPUT', 'the ledger’s URL is not one of PostgreSQL', {
      fix: 'Write it as postgres://user:password@host:5432/database.',
    });
  }
  return create(url, {
    max: MAX_CONNECTIONS,
    connect_timeout: CONNECT_TIMEOUT_S,
    onnotice: () => {},
    connection: {
      application_name: 'gavotte',
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    },
  });
}

class PostgresStore implements LedgerStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async transact<T>(keys: Keys, now: EpochMs, decide: Decide<T>): Promise<T> {
    const { result } = await this.#ask(() =>
      this.#sql.begin('ISOLATION LEVEL READ COMMITTED', async (step) => {
        const { rows, head } = await readRows(step, keys, now);
        const entries: StoredEntry[] = [];
        const result = decide(rows, head, (entry) => entries.push(entry));
        if (entries.length > 0) await writeChanges(step, rows, entries);
        // In an object, as the driver would await the members of an array.
        return { result };
      }),
    );
    return result as T;
  }

  async account(id: AccountId): Promise<Account | undefined> {
    const rows = await this.#ask(() => this.#sql<Row[]>`SELECT * FROM ledger_accounts WHERE id = ${id}`);
    return rows.map(accountFrom)[0];
  }

  async accounts(root: AccountId | undefined): Promise<readonly Account[]> {
    const rows = await this.#ask(
      () => this.#sql<Row[]>`SELECT * FROM ledger_accounts WHERE ${this.#below('id', root)}`,
    );
    return rows.map(accountFrom);
  }

  async reservation(id: string): Promise<Reservation | undefined> {
    const rows = await this.#ask(() => this.#sql<Row[]>`SELECT * FROM ledger_reservations WHERE id = ${id}`);
    return rows.map(reservationFrom)[0];
  }

  async reservations(
    account: AccountId | undefined,
    state: ReservationState | undefined,
  ): Promise<readonly Reservation[]> {
    const sql = this.#sql;
    const inState = state === undefined ? sql`true` : sql`state = ${state}`;
    const rows = await this.#ask(
      () =>
        sql<
          Row[]
        >`SELECT * FROM ledger_reservations WHERE ${this.#below('account', account)} AND ${inState} ORDER BY position`,
    );
    return rows.map(reservationFrom);
  }

  async entries(after: number, limit: number): Promise<readonly StoredEntry[]> {
    const rows = await this.#ask(
      () => this.#sql<Row[]>`
        SELECT entry.*, before.hash AS previous_hash
        FROM ledger_entries AS entry LEFT JOIN ledger_entries AS before ON before.seq = entry.seq - 1
        WHERE entry.seq > ${after} ORDER BY entry.seq LIMIT ${limit}`,
    );
    return rows.map(entryFrom);
  }

  snapshot(): Promise<Snapshot> {
    return this.#ask(() =>
      this.#sql.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (step) => {
        const head = await readHead(step);
        const [log] = await step`SELECT count(*) AS count, coalesce(max(seq), 0) AS last FROM ledger_entries`;
        const accounts = await step<Row[]>`SELECT * FROM ledger_accounts`;
        const reservations = await step<Row[]>`SELECT * FROM ledger_reservations`;
        const leases = await step<Row[]>`SELECT * FROM ledger_leases`;
        return {
          head,
          entryCount: Number(log!.count),
          lastSeq: Number(log!.last),
          accounts: accounts.map(accountFrom),
          reservations: reservations.map(reservationFrom),
          leases: leases.map(leaseFrom),
        };
      }),
    );
  }

  close(): Promise<void> {
    return this.#ask(() => this.#sql.end({ timeout: 5 }));
  }

  /** The condition for an account and everything below it; '0' is the character after '/'. */
  #below(column: 'id' | 'account', root: AccountId | undefined) {
    const sql = this.#sql;
    if (root === undefined) return sql`true`;
    const name = sql(column);
    return sql`(${name} = ${root} OR (${name} >= ${`${root}/`} AND ${name} < ${`${root}0`}))`;
  }

  async #ask<T>(work: () => PromiseLike<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw unavailable(error);
    }
  }
}

async function readHead(step: Transaction): Promise<Head> {
  const [head] = await step`SELECT seq, hash FROM ledger_head`;
  return { seq: Number(head!.seq), hash: head!.hash as string };
}

/** Locks the head row first, so that steps follow one another and each sees all that the one before wrote. */
async function readRows(step: Transaction, keys: Keys, now: EpochMs): Promise<{ rows: Rows; head: Head }> {
  const locked = step`SELECT seq, hash FROM ledger_head FOR UPDATE`;
  const named = [...keys.leases.values()].map(({ account, holder }) => ({ account, holder }));
  // Sent together, answered in this order: one round trip.
  const [[head], reservations, leases, dueReservations, dueLeases] = await Promise.all([
    locked,
    step<
      Row[]
    >`SELECT * FROM ledger_reservations WHERE id IN (SELECT json_array_elements_text(${json([...keys.reservations])}::text::json))`,
    step<Row[]>`SELECT lease.* FROM ledger_leases AS lease
      JOIN json_to_recordset(${json(named)}::text::json) AS named (account text, holder text) USING (account, holder)`,
    step<
      Row[]
    >`SELECT * FROM ledger_reservations WHERE ${keys.due} AND state = 'reserved' AND expires_at <= ${now}`,
    step<Row[]>`SELECT * FROM ledger_leases WHERE ${keys.due} AND state = 'live' AND expires_at <= ${now}`,
  ]);
  const rows = new Rows();
  rows.load({
    reservations: [...reservations, ...dueReservations].map(reservationFrom),
    leases: [...leases, ...dueLeases].map(leaseFrom),
  });
  const accounts = await step<Row[]>`
    SELECT * FROM ledger_accounts WHERE id IN (SELECT json_array_elements_text(${json([...accountsOf(keys, rows)])}::text::json))`;
  rows.load({ accounts: accounts.map(accountFrom) });
  return { rows, head: { seq: Number(head!.seq), hash: head!.hash as string } };
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
