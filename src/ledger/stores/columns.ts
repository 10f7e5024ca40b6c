import type { Currency, EpochMs, Micros } from '../../kernel/index.ts';
import { EMPTY_HEAD, type StoredEntry } from '../store.ts';
import type { Account, Lease, Reservation, ReservationState } from '../types.ts';

/** A row as any store gives it: integers as numbers, or as texts where the driver keeps 64-bit ones exact. */
export type Row = Readonly<Record<string, unknown>>;

function micros(value: unknown): Micros {
  return Number(value) as Micros;
}

function time(value: unknown): EpochMs {
  return Number(value) as EpochMs;
}

export function accountFrom(row: Row): Account {
  return {
    id: row.id as string,
    currency: row.currency as Currency,
    cap: micros(row.cap),
    reserved: micros(row.reserved),
    leased: micros(row.leased),
    settled: micros(row.settled),
  };
}

export function accountValues(row: Account): [string, string, number, number, number, number] {
  return [row.id, row.currency, row.cap, row.reserved, row.leased, row.settled];
}

export function reservationFrom(row: Row): Reservation {
  return {
    id: row.id as string,
    account: row.account as string,
    amount: { amountMicros: micros(row.amount), currency: row.currency as Currency },
    drawn: micros(row.drawn),
    state: row.state as ReservationState,
    settled: micros(row.settled),
    expiresAt: row.expires_at === null ? null : time(row.expires_at),
    memo: row.memo as string,
    changedAt: time(row.changed_at),
  };
}

export function leaseFrom(row: Row): Lease {
  return {
    account: row.account as string,
    holder: row.holder as string,
    epoch: Number(row.epoch),
    amount: { amountMicros: micros(row.amount), currency: row.currency as Currency },
    reservation: row.reservation as string | null,
    reserved: micros(row.reserved),
    settled: micros(row.settled),
    expiresAt: time(row.expires_at),
    state: row.state as Lease['state'],
  };
}

export function leaseValues(
  row: Lease,
): [string, string, number, number, string, string | null, number, number, number, string] {
  const { amount } = row;
  return [
    row.account,
    row.holder,
    row.epoch,
    amount.amountMicros,
    amount.currency,
    row.reservation,
    row.reserved,
    row.settled,
    row.expiresAt,
    row.state,
  ];
}

export function entryFrom(row: Row): StoredEntry {
  return {
    seq: Number(row.seq),
    at: time(row.at),
    command: row.command as string,
    postings: row.postings as string,
    previousHash: (row.previous_hash as string | null) ?? EMPTY_HEAD.hash,
    hash: row.hash as string,
  };
}
