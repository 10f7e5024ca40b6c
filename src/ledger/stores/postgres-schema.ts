import type postgres from 'postgres';
import { EMPTY_HEAD, SCHEMA_VERSION } from '../store.ts';

/** Any number; all that is asked is that two programs do not create the tables at the same time. */
const CREATE_LOCK = 4_720_917;

/**
 * The tables, made when missing. The collation makes texts compare by code point, as they do in SQLite and in
 * JavaScript. The check holds I1 even against a program that is not ours.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS ledger_accounts (
    id text COLLATE "C" PRIMARY KEY, currency text NOT NULL, cap bigint NOT NULL,
    reserved bigint NOT NULL, leased bigint NOT NULL, settled bigint NOT NULL,
    CHECK (least(reserved, leased, settled) >= 0 AND reserved + leased + settled <= cap));
  CREATE TABLE IF NOT EXISTS ledger_reservations (
    id text COLLATE "C" PRIMARY KEY, position bigint NOT NULL, account text COLLATE "C" NOT NULL, amount bigint NOT NULL,
    currency text NOT NULL, drawn bigint NOT NULL, state text NOT NULL, settled bigint NOT NULL, expires_at bigint,
    memo text NOT NULL, changed_at bigint NOT NULL);
  CREATE INDEX IF NOT EXISTS ledger_reservations_due ON ledger_reservations (expires_at)
    WHERE state = 'reserved' AND expires_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS ledger_reservations_live ON ledger_reservations (account) WHERE state = 'reserved';
  CREATE TABLE IF NOT EXISTS ledger_leases (
    account text COLLATE "C" NOT NULL, holder text COLLATE "C" NOT NULL, epoch bigint NOT NULL, amount bigint NOT NULL,
    currency text NOT NULL, reservation text, reserved bigint NOT NULL, settled bigint NOT NULL,
    expires_at bigint NOT NULL, state text NOT NULL, PRIMARY KEY (account, holder));
  CREATE TABLE IF NOT EXISTS ledger_entries (
    seq bigint PRIMARY KEY, at bigint NOT NULL, command text NOT NULL, postings text NOT NULL, hash text NOT NULL);
  CREATE TABLE IF NOT EXISTS ledger_head (
    one integer PRIMARY KEY CHECK (one = 1), version integer NOT NULL, seq bigint NOT NULL, hash text NOT NULL);
`;

/** Makes the tables if they are missing; returns the version of those that are there. */
export async function openSchema(sql: postgres.Sql): Promise<unknown> {
  // Several statements sent as one are one transaction.
  const results = await sql.unsafe(`
    SELECT pg_advisory_xact_lock(${CREATE_LOCK});
    ${SCHEMA}
    INSERT INTO ledger_head VALUES (1, ${SCHEMA_VERSION}, ${EMPTY_HEAD.seq}, '${EMPTY_HEAD.hash}') ON CONFLICT DO NOTHING;
    SELECT version FROM ledger_head`);
  return (results.at(-1) as unknown as { version: unknown }[])[0]?.version;
}
