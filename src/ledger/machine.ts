import {
  type EpochMs,
  formatMoney,
  GavotteError,
  type Micros,
  type Money,
  micros,
  showMoney,
} from '../kernel/index.ts';
import { grantLease, reportLease, returnLease } from './lease-machine.ts';
import { isBelow, pathOf, type Rows } from './rows.ts';
import type { Account, AccountId, Bucket, Command, Lease, Posting, Reservation } from './types.ts';

/** What a command gave back, and the money it moved. No postings and `changed: false`: it was a repeat. */
export interface Step {
  readonly value: Account | Reservation | Lease | number;
  readonly postings: readonly Posting[];
  readonly changed: boolean;
}

/**
 * The rules of the books as a function of the rows: no clock, no disk. It changes `rows` only when it
 * returns; a command that throws has changed nothing.
 * @throws GV_ACCOUNT_UNKNOWN, GV_CAP_EXCEEDED, GV_ID_CONFLICT, GV_TRANSFER_STATE, GV_LEASE_STALE, GV_BAD_INPUT
 */
export function applyCommand(rows: Rows, command: Command, now: EpochMs): Step {
  if (command.cause === '')
    throw bad('cause is empty', 'Say what allowed this: an approval, a plan or a rule (I11).');
  switch (command.kind) {
    case 'open':
      return open(rows, command.account, command.cap);
    case 'setCap':
      return setCap(rows, command.account, command.cap);
    case 'reserve':
      return reserve(rows, command, now);
    case 'settle':
      return settle(rows, command.id, command.amount, now);
    case 'release':
      return end(rows, command.id, 'released', now);
    case 'move':
      return move(rows, command, now);
    case 'annotate':
      return annotate(rows, command.id, command.memo, now);
    case 'expire':
      return expire(rows, now);
    case 'grantLease':
      return grantLease(rows, command);
    case 'reportLease':
      return reportLease(rows, command, now);
    case 'returnLease':
      return returnLease(rows, command);
  }
}

export function bad(message: string, fix: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', message, { fix });
}

/** @throws GV_ACCOUNT_UNKNOWN */
export function accountOf(rows: Rows, id: AccountId): Account {
  const account = rows.accounts.get(id);
  if (account === undefined) {
    throw new GavotteError('GV_ACCOUNT_UNKNOWN', `there is no account ${JSON.stringify(id)}`, {
      fix: 'Open it first, below an account that exists.',
    });
  }
  return account;
}

function used(account: Account): number {
  return account.reserved + account.leased + account.settled;
}

/** Changes one bucket of an account and of all above it, which include it. */
export function shift(rows: Rows, id: AccountId, bucket: Exclude<Bucket, 'budget'>, by: number): void {
  for (const each of pathOf(id)) {
    const account = accountOf(rows, each);
    rows.putAccount({ ...account, [bucket]: micros(account[bucket] + by) });
  }
}

/** @throws GV_CAP_EXCEEDED naming the lowest account on the path that cannot take `amount` more. */
export function checkRoom(rows: Rows, id: AccountId, amount: Money): void {
  for (const each of [...pathOf(id)].reverse()) {
    const account = accountOf(rows, each);
    if (account.currency !== amount.currency)
      throw bad(
        `${amount.currency} cannot be taken from ${each}, which is in ${account.currency}`,
        'Convert it first.',
      );
    const left = account.cap - used(account);
    if (amount.amountMicros > left) {
      const free: Money = { amountMicros: Math.max(0, left) as Micros, currency: account.currency };
      throw new GavotteError(
        'GV_CAP_EXCEEDED',
        `${showMoney(amount)} does not fit under the cap of ${each}: ${showMoney(free)} is left`,
        {
          fix: 'Ask for less, release something, or raise the cap.',
          details: { account: each, left: formatMoney(free) },
        },
      );
    }
  }
}

/** The two legs that move `amount` between buckets of one account. */
export function legs(account: AccountId, from: Bucket, to: Bucket, amount: Money): readonly Posting[] {
  if (amount.amountMicros === 0) return [];
  const { currency } = amount;
  return [
    { account, bucket: to, amount: amount.amountMicros, currency },
    { account, bucket: from, amount: -amount.amountMicros, currency },
  ];
}

export function requirePositive(amount: Money, what: string): void {
  micros(amount.amountMicros);
  if (amount.amountMicros <= 0)
    throw bad(`${what} ${showMoney(amount)} must be above zero`, 'Give an amount above zero.');
}

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,79}$/;
const MAX_DEPTH = 8;

function open(rows: Rows, id: AccountId, cap: Money): Step {
  const path = pathOf(id);
  if (path.length > MAX_DEPTH || id.split('/').some((part) => !SEGMENT.test(part))) {
    throw bad(
      `account ${JSON.stringify(id)} is not a path of 1 to ${MAX_DEPTH} names`,
      'Use letters, digits and . _ : @ - in names joined by "/".',
    );
  }
  if (micros(cap.amountMicros) < 0)
    throw bad(`cap ${showMoney(cap)} of ${id} is negative`, 'Give a cap of zero or more.');
  const existing = rows.accounts.get(id);
  if (existing !== undefined) {
    if (existing.cap === cap.amountMicros && existing.currency === cap.currency)
      return { value: existing, postings: [], changed: false };
    throw new GavotteError('GV_ID_CONFLICT', `account ${id} is open with another cap`, {
      fix: 'Use setCap to change it.',
    });
  }
  const parent = path.at(-2);
  if (parent !== undefined && accountOf(rows, parent).currency !== cap.currency) {
    throw bad(
      `${id} cannot be in ${cap.currency}: ${parent} is in ${accountOf(rows, parent).currency}`,
      'Use one currency in a tree.',
    );
  }
  const zero = 0 as Micros;
  const account: Account = {
    id,
    currency: cap.currency,
    cap: cap.amountMicros,
    reserved: zero,
    leased: zero,
    settled: zero,
  };
  rows.putAccount(account);
  return { value: account, postings: [], changed: true };
}

function setCap(rows: Rows, id: AccountId, cap: Money): Step {
  const account = accountOf(rows, id);
  if (account.currency !== cap.currency)
    throw bad(`the cap of ${id} must be in ${account.currency}`, 'Convert it first.');
  if (account.cap === cap.amountMicros) return { value: account, postings: [], changed: false };
  if (micros(cap.amountMicros) < used(account)) {
    throw new GavotteError(
      'GV_CAP_EXCEEDED',
      `the cap of ${id} cannot be ${showMoney(cap)}: more is in use`,
      { fix: 'Release something first.' },
    );
  }
  const changed = { ...account, cap: cap.amountMicros };
  rows.putAccount(changed);
  return { value: changed, postings: [], changed: true };
}

function reserve(rows: Rows, command: Extract<Command, { kind: 'reserve' }>, now: EpochMs): Step {
  const { id, account, amount, memo } = command;
  const existing = rows.reservations.get(id);
  if (existing !== undefined) {
    const same =
      existing.amount.amountMicros === amount.amountMicros && existing.amount.currency === amount.currency;
    if (same && (existing.account === account || isBelow(existing.account, account)))
      return { value: existing, postings: [], changed: false };
    throw new GavotteError('GV_ID_CONFLICT', `reservation ${id} exists with another account or amount`, {
      fix: 'Use a new id.',
    });
  }
  requirePositive(amount, 'a reservation of');
  accountOf(rows, account);
  checkRoom(rows, account, amount);
  shift(rows, account, 'reserved', amount.amountMicros);
  const reservation: Reservation = {
    id,
    account,
    amount,
    state: 'reserved',
    settled: 0 as Micros,
    expiresAt: command.expiresAt ?? null,
    memo,
    changedAt: now,
  };
  rows.putReservation(reservation);
  return { value: reservation, postings: legs(account, 'budget', 'reserved', amount), changed: true };
}

function reservationOf(rows: Rows, id: string): Reservation {
  const reservation = rows.reservations.get(id);
  if (reservation === undefined)
    throw new GavotteError('GV_TRANSFER_STATE', `there is no reservation ${id}`, { fix: 'Reserve first.' });
  return reservation;
}

function requireLive(reservation: Reservation, act: string): void {
  if (reservation.state === 'reserved') return;
  throw new GavotteError(
    'GV_TRANSFER_STATE',
    `reservation ${reservation.id} is ${reservation.state} and cannot be ${act}`,
  );
}

function settle(rows: Rows, id: string, amount: Money, now: EpochMs): Step {
  const reservation = reservationOf(rows, id);
  if (reservation.state === 'settled' && reservation.settled === amount.amountMicros)
    return { value: reservation, postings: [], changed: false };
  requireLive(reservation, 'settled');
  const { account, amount: held } = reservation;
  if (
    amount.currency !== held.currency ||
    micros(amount.amountMicros) < 0 ||
    amount.amountMicros > held.amountMicros
  ) {
    throw new GavotteError(
      'GV_TRANSFER_STATE',
      `${showMoney(amount)} cannot be settled from a reservation of ${showMoney(held)}`,
      {
        fix: 'Settle at most what is reserved.',
      },
    );
  }
  shift(rows, account, 'reserved', -held.amountMicros);
  shift(rows, account, 'settled', amount.amountMicros);
  const settled: Reservation = {
    ...reservation,
    state: 'settled',
    settled: amount.amountMicros,
    changedAt: now,
  };
  rows.putReservation(settled);
  const rest: Money = { ...held, amountMicros: micros(held.amountMicros - amount.amountMicros) };
  return {
    value: settled,
    postings: [...legs(account, 'reserved', 'settled', amount), ...legs(account, 'reserved', 'budget', rest)],
    changed: true,
  };
}

function end(rows: Rows, id: string, state: 'released' | 'expired', now: EpochMs): Step {
  const reservation = reservationOf(rows, id);
  if (reservation.state === state) return { value: reservation, postings: [], changed: false };
  requireLive(reservation, state);
  shift(rows, reservation.account, 'reserved', -reservation.amount.amountMicros);
  const ended: Reservation = { ...reservation, state, changedAt: now };
  rows.putReservation(ended);
  return {
    value: ended,
    postings: legs(reservation.account, 'reserved', 'budget', reservation.amount),
    changed: true,
  };
}

function move(rows: Rows, command: Extract<Command, { kind: 'move' }>, now: EpochMs): Step {
  const { id, to, memo } = command;
  const reservation = reservationOf(rows, id);
  requireLive(reservation, 'moved');
  const { account: from, amount } = reservation;
  if (from === to)
    return reservation.memo === memo
      ? { value: reservation, postings: [], changed: false }
      : annotate(rows, id, memo, now);
  if (!isBelow(to, from)) throw bad(`${to} is not below ${from}`, 'Money moves down its own path only.');
  if (rows.accounts.get(to) === undefined) open(rows, to, amount);
  const path = pathOf(to).filter((each) => isBelow(each, from));
  for (const each of path) {
    const account = accountOf(rows, each);
    if (account.cap - used(account) < amount.amountMicros) {
      throw new GavotteError(
        'GV_CAP_EXCEEDED',
        `${showMoney(amount)} does not fit under the cap of ${each}`,
        { fix: 'Raise its cap.' },
      );
    }
  }
  for (const each of path) {
    const account = accountOf(rows, each);
    rows.putAccount({ ...account, reserved: micros(account.reserved + amount.amountMicros) });
  }
  const moved: Reservation = { ...reservation, account: to, memo, changedAt: now };
  rows.putReservation(moved);
  const { currency, amountMicros } = amount;
  const postings: Posting[] = [
    { account: to, bucket: 'reserved', amount: amountMicros, currency },
    { account: from, bucket: 'reserved', amount: -amountMicros, currency },
  ];
  return { value: moved, postings, changed: true };
}

function annotate(rows: Rows, id: string, memo: string, now: EpochMs): Step {
  const reservation = reservationOf(rows, id);
  requireLive(reservation, 'annotated');
  if (reservation.memo === memo) return { value: reservation, postings: [], changed: false };
  const annotated: Reservation = { ...reservation, memo, changedAt: now };
  rows.putReservation(annotated);
  return { value: annotated, postings: [], changed: true };
}

/** The store has put every row that is past its time into `rows`. */
function expire(rows: Rows, now: EpochMs): Step {
  const postings: Posting[] = [];
  let count = 0;
  for (const reservation of [...rows.reservations.values()]) {
    if (reservation.state !== 'reserved' || reservation.expiresAt === null || reservation.expiresAt > now)
      continue;
    postings.push(...end(rows, reservation.id, 'expired', now).postings);
    count += 1;
  }
  for (const lease of [...rows.leases.values()]) {
    if (lease.state !== 'live' || lease.expiresAt > now) continue;
    postings.push(...returnLease(rows, lease).postings);
    count += 1;
  }
  return { value: count, postings, changed: count > 0 };
}
