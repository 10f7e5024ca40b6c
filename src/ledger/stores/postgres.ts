import type postgres from 'postgres';
import { type Clock, type EpochMs, GavotteError } from '../../kernel/index.ts';
import type { Keys, LeaseName } from '../rows.ts';
import {
  checkSchema,
  type Decide,
  type LedgerStore,
  type Snapshot,
  type StoredEntry,
  unavailable,
} from '../store.ts';
import type { Account, AccountId, Lease, Reservation, ReservationState } from '../types.ts';
import { accountFrom, entryFrom, leaseFrom, type Row, reservationFrom } from './columns.ts';
import { importPostgres } from './postgres-package.ts';
import { readSnapshot, readStep, type StoreClock, serverTime } from './postgres-read.ts';
import { openSchema } from './postgres-schema.ts';
import { writeStep } from './postgres-write.ts';

/** Steps take turns anyway; further connections serve reads beside them. */
const MAX_CONNECTIONS = 4;
const CONNECT_TIMEOUT_S = 10;
/** A statement that waits or runs longer is given up by the server. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** Each lost race means that somebody else's step was written, so this many in a row mean that something is wrong. */
const MAX_RACES = 1_000;

type Sql = postgres.Sql;

/**
 * Keeps the books in PostgreSQL 15 or later, in the schema first on the URL's search path. Needs the package
 * `postgres`.
 *
 * A step is two statements: one reads what it needs, one writes all of it if the log has not grown since, and else
 * nothing, and then the step is decided anew. So no transaction stays open between them, whatever dies when; and
 * the driver's own transactions are avoided, as in 3.4.9 a connection that breaks within one can crash the process
 * or run the rest of it inside another's (porsager/postgres #1155, #1208).
 *
 * Time is the server's, so that programs whose clocks differ agree on what is over; `clock` is used in its place where
 * time must stand still, as in tests.
 * @throws GV_PACKAGE_MISSING, GV_BAD_INPUT for a URL or a database that cannot be used, GV_LEDGER_UNAVAILABLE
 */
export async function postgresStore(options: {
  readonly url: string;
  readonly clock?: Pick<Clock, 'now'>;
}): Promise<LedgerStore> {
  const { url } = options;
  checkUrl(url);
  const create = await importPostgres(() => import('postgres'));
  const store = new PostgresStore(() => connect(create, url), options.clock);
  await store.open();
  return store;
}

function checkUrl(url: string): void {
  if (/^postgres(?:ql)?:\/\//.test(url) && URL.canParse(url)) return;
  // The URL itself is not repeated, as it may carry a password.
  throw new GavotteError('GV_BAD_INPUT', 'the ledger’s URL is not one of PostgreSQL', {
    fix: 'Write it as postgres://user:password@host:5432/database.',
  });
}

function connect(create: typeof postgres, url: string): Sql {
  return create(url, {
    max: MAX_CONNECTIONS,
    connect_timeout: CONNECT_TIMEOUT_S,
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: 'gavotte',
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // A stricter level would refuse a step that waited for another, instead of letting it see the other's result.
      default_transaction_isolation: 'read committed',
    },
  });
}

class PostgresStore implements LedgerStore {
  readonly #connect: () => Sql;
  readonly #clock: StoreClock;
  #sql: Sql;
  #isClosed = false;
  /** Steps of this process stand in line here, so that they never race one another. */
  #line: Promise<unknown> = Promise.resolve();

  constructor(connectAnew: () => Sql, clock: StoreClock) {
    this.#clock = clock;
    this.#connect = connectAnew;
    this.#sql = connectAnew();
  }

  async open(): Promise<void> {
    try {
      checkSchema(await this.#ask(openSchema));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  transact<T>(keys: Keys, _now: EpochMs, decide: Decide<T>): Promise<T> {
    const step = this.#line.then(() => this.#step(keys, decide));
    this.#line = step.catch(() => {});
    return step;
  }

  async #step<T>(keys: Keys, decide: Decide<T>): Promise<T> {
    for (let race = 0; race < MAX_RACES; race += 1) {
      const { rows, head, now } = await this.#ask((sql) => readStep(sql, keys, this.#clock));
      const entries: StoredEntry[] = [];
      const result = decide(rows, head, (entry) => entries.push(entry), now);
      if (entries.length === 0 || (await this.#ask((sql) => writeStep(sql, head, rows, entries))))
        return result;
    }
    throw new GavotteError('GV_LEDGER_UNAVAILABLE', `${MAX_RACES} others wrote to the ledger first`, {
      fix: 'Try again; nothing was written.',
    });
  }

  async time(): Promise<EpochMs> {
    if (this.#clock !== undefined) return this.#clock.now();
    const [row] = await this.#ask((sql) => sql<{ now: string }[]>`SELECT ${serverTime(sql)} AS now`);
    return Number(row!.now) as EpochMs;
  }

  async account(id: AccountId): Promise<Account | undefined> {
    const rows = await this.#ask((sql) => sql<Row[]>`SELECT * FROM ledger_accounts WHERE id = ${id}`);
    return rows.map(accountFrom)[0];
  }

  async accounts(root: AccountId | undefined): Promise<readonly Account[]> {
    const rows = await this.#ask(
      (sql) => sql<Row[]>`SELECT * FROM ledger_accounts WHERE ${below(sql, 'id', root)}`,
    );
    return rows.map(accountFrom);
  }

  async reservation(id: string): Promise<Reservation | undefined> {
    const rows = await this.#ask((sql) => sql<Row[]>`SELECT * FROM ledger_reservations WHERE id = ${id}`);
    return rows.map(reservationFrom)[0];
  }

  async lease({ account, holder }: LeaseName): Promise<Lease | undefined> {
    const rows = await this.#ask(
      (sql) => sql<Row[]>`SELECT * FROM ledger_leases WHERE account = ${account} AND holder = ${holder}`,
    );
    return rows.map(leaseFrom)[0];
  }

  async reservations(
    account: AccountId | undefined,
    state: ReservationState | undefined,
  ): Promise<readonly Reservation[]> {
    const rows = await this.#ask(
      (sql) => sql<Row[]>`
        SELECT * FROM ledger_reservations
        WHERE ${below(sql, 'account', account)} AND ${state === undefined ? sql`true` : sql`state = ${state}`}
        ORDER BY position`,
    );
    return rows.map(reservationFrom);
  }

  async entries(after: number, limit: number): Promise<readonly StoredEntry[]> {
    const rows = await this.#ask(
      (sql) => sql<Row[]>`
        SELECT entry.*, before.hash AS previous_hash
        FROM ledger_entries AS entry LEFT JOIN ledger_entries AS before ON before.seq = entry.seq - 1
        WHERE entry.seq > ${after} ORDER BY entry.seq LIMIT ${limit}`,
    );
    return rows.map(entryFrom);
  }

  snapshot(): Promise<Snapshot> {
    return this.#ask(readSnapshot);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#sql.end({ timeout: 5 });
  }

  /** After any failure the next question goes out on new connections: the driver's own do not all recover. */
  async #ask<T>(work: (sql: Sql) => PromiseLike<T>): Promise<T> {
    const sql = this.#sql;
    try {
      return await work(sql);
    } catch (error) {
      if (!this.#isClosed && this.#sql === sql) {
        this.#sql = this.#connect();
        sql.end({ timeout: 5 }).catch(() => {});
      }
      throw unavailable(error);
    }
  }
}

/** The condition for an account and everything below it; '0' is the character after '/'. */
function below(sql: Sql, column: 'id' | 'account', root: AccountId | undefined) {
  if (root === undefined) return sql`true`;
  const name = sql(column);
  return sql`(${name} = ${root} OR (${name} >= ${`${root}/`} AND ${name} < ${`${root}0`}))`;
}
