import type postgres from 'postgres';
import type { Clock, EpochMs } from '../../kernel/index.ts';
import { type Keys, Rows } from '../rows.ts';
import type { Head, Snapshot } from '../store.ts';
import type { Account, Lease, Reservation } from '../types.ts';
import { accountFrom, leaseFrom, type Row, reservationFrom } from './columns.ts';

/** Rows of several tables in one answer, so that all are of one moment. */
interface Found {
  readonly kind: 'head' | 'account' | 'reservation' | 'lease';
  readonly row: Row;
}

/** Everything a step needs: the head, the named rows, those that are due, and the accounts on the paths of all. */
export async function readStep(
  sql: postgres.Sql,
  keys: Keys,
  clock: StoreClock,
): Promise<{ readonly rows: Rows; readonly head: Head; readonly now: EpochMs }> {
  const now = clock === undefined ? sql`(${serverTime(sql)})` : sql`${clock.now()}`;
  const leases = [...keys.leases.values()].map(({ account, holder }) => ({ account, holder }));
  const found = await sql<Found[]>`
    WITH leased AS (
      SELECT lease.* FROM ledger_leases AS lease JOIN json_to_recordset(${JSON.stringify(leases)}::text::json)
        AS named (account text, holder text) ON lease.account = named.account AND lease.holder = named.holder
      UNION ALL
      SELECT * FROM ledger_leases WHERE ${keys.due} AND (state = 'live' OR reserved > 0) AND expires_at <= ${now}::bigint),
    held AS (
      SELECT * FROM ledger_reservations WHERE id IN (
        SELECT json_array_elements_text(${list(keys.reservations)}::text::json)
        UNION ALL SELECT reservation FROM leased)
      UNION ALL
      SELECT * FROM ledger_reservations WHERE ${keys.due} AND state = 'reserved' AND expires_at <= ${now}::bigint),
    names AS (SELECT string_to_array(account, '/') AS path FROM (SELECT account FROM held UNION SELECT account FROM leased) AS each),
    ids AS (
      SELECT json_array_elements_text(${list(keys.accounts)}::text::json) AS id
      UNION
      SELECT array_to_string(path[1:depth], '/') FROM names, generate_series(1, cardinality(path)) AS depth)
    SELECT 'head' AS kind, row_to_json(each) AS row FROM (SELECT seq, hash, ${now}::bigint AS now FROM ledger_head) AS each
    UNION ALL SELECT 'reservation', row_to_json(each) FROM held AS each
    UNION ALL SELECT 'lease', row_to_json(each) FROM leased AS each
    UNION ALL SELECT 'account', row_to_json(each) FROM ledger_accounts AS each WHERE id IN (SELECT id FROM ids)`;
  const { head, ...tables } = sorted(found);
  const rows = new Rows();
  rows.load(tables);
  const { row } = found.find(({ kind }) => kind === 'head')!;
  return { rows, head, now: Number(row.now) as EpochMs };
}

/** Where the time comes from: the server when it is undefined. */
export type StoreClock = Pick<Clock, 'now'> | undefined;

/** The server's time in whole milliseconds since 1970; within one statement it stands still. */
export function serverTime(sql: postgres.Sql) {
  return sql`floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint`;
}

/** All the books but the log. */
export async function readSnapshot(sql: postgres.Sql): Promise<Snapshot> {
  const found = await sql<Found[]>`
    SELECT 'head' AS kind, row_to_json(each) AS row FROM (
      SELECT seq, hash, (SELECT count(*) FROM ledger_entries) AS count, (SELECT max(seq) FROM ledger_entries) AS last
      FROM ledger_head) AS each
    UNION ALL SELECT 'account', row_to_json(each) FROM ledger_accounts AS each
    UNION ALL SELECT 'reservation', row_to_json(each) FROM ledger_reservations AS each
    UNION ALL SELECT 'lease', row_to_json(each) FROM ledger_leases AS each`;
  const { row } = found.find(({ kind }) => kind === 'head')!;
  return { ...sorted(found), entryCount: Number(row.count), lastSeq: Number(row.last ?? 0) };
}

function sorted(found: readonly Found[]) {
  const accounts: Account[] = [];
  const reservations: Reservation[] = [];
  const leases: Lease[] = [];
  let head: Head | undefined;
  for (const { kind, row } of found) {
    if (kind === 'account') accounts.push(accountFrom(row));
    else if (kind === 'reservation') reservations.push(reservationFrom(row));
    else if (kind === 'lease') leases.push(leaseFrom(row));
    else head = { seq: Number(row.seq), hash: row.hash as string };
  }
  return { head: head!, accounts, reservations, leases };
}

/** Any number of keys as one value. */
function list(keys: Iterable<string>): string {
  return JSON.stringify([...keys]);
}
