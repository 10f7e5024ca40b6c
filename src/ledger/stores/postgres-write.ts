import type postgres from 'postgres';
import type { Rows } from '../rows.ts';
import type { Head, StoredEntry } from '../store.ts';
import type { Lease, Reservation } from '../types.ts';

/**
 * Writes what a step changed and its entries in one statement, if the log still ends at `before`; else it writes
 * nothing and returns false. The head row goes first: whoever changes it first has won, the others wait for that
 * and then find it changed, and every other part joins it, so without it there is nothing to write.
 */
export async function writeStep(
  sql: postgres.Sql,
  before: Head,
  rows: Rows,
  entries: readonly StoredEntry[],
): Promise<boolean> {
  const accounts = rows.accounts.changes();
  const reservations = rows.reservations.changes();
  const leases = rows.leases.changes();
  const last = entries.at(-1)!;
  // A new reservation has an entry of its own, so positions counted from the first entry are never given twice.
  const added = reservations.added.map((row, index) => ({
    ...flatReservation(row),
    position: before.seq + 1 + index,
  }));
  const written = await sql`
    WITH turn AS (
      UPDATE ledger_head SET seq = ${last.seq}, hash = ${last.hash}
      WHERE seq = ${before.seq} AND hash = ${before.hash} RETURNING seq),
    accounts AS (
      INSERT INTO ledger_accounts
      SELECT given.* FROM turn, json_to_recordset(${json([...accounts.added, ...accounts.changed])}::text::json)
        AS given (id text, currency text, cap bigint, reserved bigint, leased bigint, settled bigint)
      ON CONFLICT (id) DO UPDATE SET
        cap = excluded.cap, reserved = excluded.reserved, leased = excluded.leased, settled = excluded.settled),
    added AS (
      INSERT INTO ledger_reservations
      SELECT given.* FROM turn, json_to_recordset(${json(added)}::text::json)
        AS given (id text, position bigint, account text, amount bigint, currency text, drawn bigint, state text,
          settled bigint, expires_at bigint, memo text, changed_at bigint)),
    changed AS (
      UPDATE ledger_reservations AS each SET
        account = given.account, drawn = given.drawn, state = given.state, settled = given.settled, memo = given.memo,
        changed_at = given.changed_at
      FROM turn, json_to_recordset(${json(reservations.changed.map(flatReservation))}::text::json)
        AS given (id text, account text, drawn bigint, state text, settled bigint, memo text, changed_at bigint)
      WHERE each.id = given.id),
    leases AS (
      INSERT INTO ledger_leases
      SELECT given.* FROM turn, json_to_recordset(${json([...leases.added, ...leases.changed].map(flatLease))}::text::json)
        AS given (account text, holder text, epoch bigint, amount bigint, currency text, reservation text,
          reserved bigint, settled bigint, expires_at bigint, state text)
      ON CONFLICT (account, holder) DO UPDATE SET
        epoch = excluded.epoch, amount = excluded.amount, currency = excluded.currency,
        reservation = excluded.reservation, reserved = excluded.reserved,
        settled = excluded.settled, expires_at = excluded.expires_at, state = excluded.state),
    entries AS (
      INSERT INTO ledger_entries
      SELECT given.* FROM turn, json_to_recordset(${json(entries)}::text::json)
        AS given (seq bigint, at bigint, command text, postings text, hash text))
    SELECT seq FROM turn`;
  return written.length === 1;
}

function flatReservation({
  id,
  account,
  amount,
  drawn,
  state,
  settled,
  expiresAt,
  memo,
  changedAt,
}: Reservation) {
  return {
    id,
    account,
    amount: amount.amountMicros,
    currency: amount.currency,
    drawn,
    state,
    settled,
    expires_at: expiresAt,
    memo,
    changed_at: changedAt,
  };
}

function flatLease(lease: Lease) {
  const { amount, expiresAt } = lease;
  return { ...lease, amount: amount.amountMicros, currency: amount.currency, expires_at: expiresAt };
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
