import type postgres from 'postgres';
import type { Rows } from '../rows.ts';
import type { StoredEntry } from '../store.ts';
import type { Account, Lease, Reservation } from '../types.ts';

type Transaction = postgres.TransactionSql;

/** Writes what a step changed and its entries: each table in one statement, all in one round trip. */
export async function writeChanges(
  step: Transaction,
  rows: Rows,
  entries: readonly StoredEntry[],
): Promise<void> {
  const accounts = rows.accounts.changes();
  const reservations = rows.reservations.changes();
  const leases = rows.leases.changes();
  const last = entries.at(-1)!;
  await Promise.all([
    writeAccounts(step, [...accounts.added, ...accounts.changed]),
    addReservations(step, reservations.added, entries[0]!.seq),
    changeReservations(step, reservations.changed),
    writeLeases(step, [...leases.added, ...leases.changed]),
    step`INSERT INTO ledger_entries
      SELECT * FROM json_to_recordset(${JSON.stringify(entries)}::text::json)
      AS given (seq bigint, at bigint, command text, postings text, hash text)`,
    step`UPDATE ledger_head SET seq = ${last.seq}, hash = ${last.hash}`,
  ]);
}

function writeAccounts(step: Transaction, accounts: readonly Account[]) {
  return step`INSERT INTO ledger_accounts
    SELECT * FROM json_to_recordset(${JSON.stringify(accounts)}::text::json)
    AS given (id text, currency text, cap bigint, reserved bigint, leased bigint, settled bigint)
    ON CONFLICT (id) DO UPDATE SET
      cap = excluded.cap, reserved = excluded.reserved, leased = excluded.leased, settled = excluded.settled`;
}

/** A new reservation has an entry of its own, so positions counted from the first entry are never given twice. */
function addReservations(step: Transaction, added: readonly Reservation[], firstSeq: number) {
  const given = added.map((row, index) => ({ ...flatReservation(row), position: firstSeq + index }));
  return step`INSERT INTO ledger_reservations
    SELECT * FROM json_to_recordset(${JSON.stringify(given)}::text::json)
    AS given (id text, position bigint, account text, amount bigint, currency text, state text, settled bigint,
      expires_at bigint, memo text, changed_at bigint)`;
}

function changeReservations(step: Transaction, changed: readonly Reservation[]) {
  return step`UPDATE ledger_reservations AS row SET
      account = given.account, state = given.state, settled = given.settled, memo = given.memo,
      changed_at = given.changed_at
    FROM json_to_recordset(${JSON.stringify(changed.map(flatReservation))}::text::json)
    AS given (id text, account text, state text, settled bigint, memo text, changed_at bigint)
    WHERE row.id = given.id`;
}

function flatReservation({ id, account, amount, state, settled, expiresAt, memo, changedAt }: Reservation) {
  return {
    id,
    account,
    amount: amount.amountMicros,
    currency: amount.currency,
    state,
    settled,
    expires_at: expiresAt,
    memo,
    changed_at: changedAt,
  };
}

function writeLeases(step: Transaction, leases: readonly Lease[]) {
  const given = leases.map((lease) => ({
    ...lease,
    amount: lease.amount.amountMicros,
    currency: lease.amount.currency,
    expires_at: lease.expiresAt,
  }));
  return step`INSERT INTO ledger_leases
    SELECT * FROM json_to_recordset(${JSON.stringify(given)}::text::json)
    AS given (account text, holder text, epoch bigint, amount bigint, currency text, reserved bigint, settled bigint,
      expires_at bigint, state text)
    ON CONFLICT (account, holder) DO UPDATE SET
      epoch = excluded.epoch, amount = excluded.amount, currency = excluded.currency, reserved = excluded.reserved,
      settled = excluded.settled, expires_at = excluded.expires_at, state = excluded.state`;
}
