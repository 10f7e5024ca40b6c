import {
  type EpochMs,
  formatMoney,
  GavotteError,
  type Micros,
  type Money,
  micros,
  showMoney,
} from '../kernel/index.ts';
import { openAccount } from './account-rules.ts';
import {
  bad,
  checkRoom,
  legs,
  moneyMove,
  requireName,
  requirePositive,
  requireText,
  requireTime,
  type Step,
  shift,
  unchanged,
} from './balances.ts';
import { heldByReservation, isBelow, pathOf, type Rows } from './rows.ts';
import type { AccountId, Command, Reservation } from './types.ts';

/**
 * First phase: sets money aside. The memo is no part of what makes a repeat, as `annotate` and `move` may have
 * replaced it since; a reservation that moved below its account is still the same one.
 */
export function reserve(rows: Rows, command: Extract<Command, { kind: 'reserve' }>, now: EpochMs): Step {
  const { id, account, amount, memo } = command;
  const existing = rows.reservations.get(id);
  if (existing !== undefined) {
    const same =
      existing.amount.amountMicros === amount.amountMicros &&
      existing.amount.currency === amount.currency &&
      (existing.account === account || isBelow(existing.account, account));
    if (same) return unchanged(existing);
    throw new GavotteError('GV_ID_CONFLICT', `reservation ${id} exists with another account or amount`, {
      fix: 'Use a new id.',
    });
  }
  requireName(id, 'reservation id');
  requireText(memo, 'memo');
  if (command.expiresAt !== undefined) requireTime(command.expiresAt, 'expiresAt');
  requirePositive(amount, 'a reservation of');
  const path = pathOf(account);
  checkRoom(rows, path, amount);
  shift(rows, path, { reserved: amount.amountMicros });
  const reservation: Reservation = {
    id,
    account,
    amount: { amountMicros: amount.amountMicros, currency: amount.currency },
    drawn: 0 as Micros,
    state: 'reserved',
    settled: 0 as Micros,
    expiresAt: command.expiresAt ?? null,
    memo,
    changedAt: now,
  };
  rows.reservations.put(id, reservation);
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
    { fix: 'Read the reservation; it has ended.' },
  );
}

/** What it still holds, as money. */
function stillHeld(reservation: Reservation): Money {
  return { ...reservation.amount, amountMicros: micros(heldByReservation(reservation)) };
}

/** Leases stay on the account of their reservation. */
function requireUndrawn({ id, drawn }: Reservation): void {
  if (drawn === 0) return;
  throw new GavotteError('GV_TRANSFER_STATE', `reservation ${id} is drawn on and cannot be moved`, {
    fix: 'Move it before anything is leased or paid out of it.',
  });
}

/**
 * Takes `amount` out of a live reservation on `account`, for a lease or a payment. The caller moves the balances.
 * @throws GV_TRANSFER_STATE when it is over, of another account or currency, or holds too little.
 */
export function draw(rows: Rows, id: string, amount: Money, now: EpochMs): Reservation {
  const reservation = reservationOf(rows, id);
  requireLive(reservation, 'drawn on');
  const held = stillHeld(reservation);
  if (amount.currency !== held.currency || amount.amountMicros > held.amountMicros) {
    throw new GavotteError(
      'GV_TRANSFER_STATE',
      `${showMoney(amount)} cannot be drawn from reservation ${id}, which holds ${showMoney(held)}`,
      { fix: 'Draw at most what is held, in its currency.', details: { left: formatMoney(held) } },
    );
  }
  const drawn = micros(reservation.drawn + amount.amountMicros);
  const after: Reservation = { ...reservation, drawn, changedAt: now };
  rows.reservations.put(id, after);
  return after;
}

/** Puts back what was drawn and not paid, if the reservation lives; returns whether it took it. */
export function putBack(rows: Rows, id: string, amount: Money): boolean {
  const reservation = reservationOf(rows, id);
  if (reservation.state !== 'reserved') return false;
  const drawn = micros(reservation.drawn - amount.amountMicros);
  rows.reservations.put(id, { ...reservation, drawn });
  return true;
}

/** A bill that was paid, as a row: what makes paying it again a no-op. Undefined when it is not paid yet. */
export function paidBefore(
  rows: Rows,
  id: string,
  account: AccountId,
  amount: Money,
): Reservation | undefined {
  const existing = rows.reservations.get(id);
  if (existing === undefined) return undefined;
  const same =
    existing.state === 'settled' &&
    existing.account === account &&
    existing.settled === amount.amountMicros &&
    existing.amount.currency === amount.currency;
  if (same) return existing;
  throw new GavotteError('GV_ID_CONFLICT', `${id} exists with another account, amount or state`, {
    fix: 'A bill is paid once; use its own id.',
  });
}

/** Writes down a paid bill. */
export function putPaid(
  rows: Rows,
  id: string,
  account: AccountId,
  { amountMicros, currency }: Money,
  now: EpochMs,
): Reservation {
  const paid: Reservation = {
    id,
    account,
    amount: { amountMicros, currency },
    drawn: 0 as Micros,
    state: 'settled',
    settled: amountMicros,
    expiresAt: null,
    memo: '',
    changedAt: now,
  };
  rows.reservations.put(id, paid);
  return paid;
}

/** Pays one bill out of a reservation, which goes on holding the rest. */
export function pay(rows: Rows, command: Extract<Command, { kind: 'pay' }>, now: EpochMs): Step {
  const { id, reservation: source, amount } = command;
  requireName(id, 'bill id');
  requirePositive(amount, 'a payment of');
  const { account } = reservationOf(rows, source);
  const before = paidBefore(rows, id, account, amount);
  if (before !== undefined) return unchanged(before);
  draw(rows, source, amount, now);
  shift(rows, pathOf(account), { reserved: -amount.amountMicros, settled: amount.amountMicros });
  const postings = legs(account, 'reserved', 'settled', amount);
  return { value: putPaid(rows, id, account, amount, now), postings, changed: true };
}

/** Second phase: pays at most what is reserved, and gives the rest back. */
export function settle(rows: Rows, id: string, amount: Money, now: EpochMs): Step {
  const reservation = reservationOf(rows, id);
  const { account } = reservation;
  const held = stillHeld(reservation);
  const sameCurrency = amount.currency === held.currency;
  if (reservation.state === 'settled' && sameCurrency && reservation.settled === amount.amountMicros)
    return unchanged(reservation);
  requireLive(reservation, 'settled');
  if (!sameCurrency || micros(amount.amountMicros) < 0 || amount.amountMicros > held.amountMicros) {
    throw new GavotteError(
      'GV_TRANSFER_STATE',
      `${showMoney(amount)} cannot be settled from a reservation of ${showMoney(held)}`,
      { fix: 'Settle at most what is reserved, in its currency.' },
    );
  }
  shift(rows, pathOf(account), { reserved: -held.amountMicros, settled: amount.amountMicros });
  const settled: Reservation = {
    ...reservation,
    state: 'settled',
    settled: amount.amountMicros,
    changedAt: now,
  };
  rows.reservations.put(id, settled);
  const rest: Money = { ...held, amountMicros: micros(held.amountMicros - amount.amountMicros) };
  return {
    value: settled,
    postings: [...legs(account, 'reserved', 'settled', amount), ...legs(account, 'reserved', 'budget', rest)],
    changed: true,
  };
}

/** Ends a reservation without paying. */
export function endReservation(rows: Rows, id: string, state: 'released' | 'expired', now: EpochMs): Step {
  const reservation = reservationOf(rows, id);
  if (reservation.state === state) return unchanged(reservation);
  requireLive(reservation, state);
  const { account } = reservation;
  const amount = stillHeld(reservation);
  shift(rows, pathOf(account), { reserved: -amount.amountMicros });
  const ended: Reservation = { ...reservation, state, changedAt: now };
  rows.reservations.put(id, ended);
  return { value: ended, postings: legs(account, 'reserved', 'budget', amount), changed: true };
}

/** Takes a live reservation down its own path; the accounts above hold it before and after. */
export function move(rows: Rows, command: Extract<Command, { kind: 'move' }>, now: EpochMs): Step {
  const { id, to, memo } = command;
  const reservation = reservationOf(rows, id);
  const { account: from, amount } = reservation;
  if (from === to) return annotate(rows, id, memo, now);
  requireLive(reservation, 'moved');
  requireUndrawn(reservation);
  requireText(memo, 'memo');
  if (!isBelow(to, from)) throw bad(`${to} is not below ${from}`, 'Money moves down its own path only.');
  if (rows.accounts.get(to) === undefined) openAccount(rows, to, amount);
  const path: readonly AccountId[] = pathOf(to).filter((each) => isBelow(each, from));
  checkRoom(rows, path, amount);
  shift(rows, path, { reserved: amount.amountMicros });
  const moved: Reservation = { ...reservation, account: to, memo, changedAt: now };
  rows.reservations.put(id, moved);
  const postings = moneyMove(
    { account: from, bucket: 'reserved' },
    { account: to, bucket: 'reserved' },
    amount,
  );
  return { value: moved, postings, changed: true };
}

/** Replaces the memo. No money moves, yet the change is in the log. */
export function annotate(rows: Rows, id: string, memo: string, now: EpochMs): Step {
  const reservation = reservationOf(rows, id);
  if (reservation.memo === memo) return unchanged(reservation);
  requireLive(reservation, 'annotated');
  requireText(memo, 'memo');
  const annotated: Reservation = { ...reservation, memo, changedAt: now };
  rows.reservations.put(id, annotated);
  return { value: annotated, postings: [], changed: true };
}
