import { type EpochMs, GavotteError, type Micros, type Money, micros, showMoney } from '../kernel/index.ts';
import {
  accountOf,
  bad,
  checkRoom,
  legs,
  requireAhead,
  requireName,
  requirePositive,
  type Step,
  shift,
  unchanged,
} from './balances.ts';
import { heldByLease, type LeaseName, leaseKey, pathOf, type Rows } from './rows.ts';
import { draw, paidBefore, putBack, putPaid } from './transfer-rules.ts';
import type { AccountId, Command, Lease, Posting } from './types.ts';

/**
 * Leases. A live lease keeps its whole unpaid part in the account's `leased` bucket, so nothing that its holder may
 * still spend can be given to another (I1, I8). Each bill is paid out of it by itself, by whoever received it, so a
 * holder that dies loses nothing. A lease returned early keeps what it had promised; at its time, when its last bid
 * can no longer be billed, all that is left goes back to where it came from: the free budget or a reservation.
 */
export function grantLease(
  rows: Rows,
  command: Extract<Command, { kind: 'grantLease' }>,
  now: EpochMs,
): Step {
  const { account, holder, amount, expiresAt, reservation } = command;
  requireName(holder, 'holder');
  requirePositive(amount, 'a lease of');
  requireAhead(expiresAt, 'expiresAt', now);
  const former = rows.leases.get(leaseKey(command));
  if (former !== undefined && former.reserved > 0) {
    throw new GavotteError(
      'GV_TRANSFER_STATE',
      `${holder} still has ${former.reserved} micros reserved in epoch ${former.epoch} on ${account}`,
      { fix: 'Report the bids of the old lease as settled or lost first, or lease as another holder.' },
    );
  }
  const returned = former === undefined ? [] : returnLease(rows, former).postings;
  const taken = take(rows, account, reservation ?? null, amount, now);
  requireWithin(rows, reservation ?? null, expiresAt);
  const lease: Lease = {
    account,
    holder,
    // The row stays when a lease ends, so an epoch never comes back.
    epoch: (former?.epoch ?? 0) + 1,
    amount: { amountMicros: amount.amountMicros, currency: amount.currency },
    reservation: reservation ?? null,
    reserved: 0 as Micros,
    settled: 0 as Micros,
    expiresAt,
    state: 'live',
  };
  rows.leases.put(leaseKey(lease), lease);
  return { value: lease, postings: [...returned, ...taken], changed: true };
}

/** Takes money for a lease: out of a reservation if one is named, else out of the free budget. */
function take(
  rows: Rows,
  account: AccountId,
  reservation: string | null,
  amount: Money,
  now: EpochMs,
): readonly Posting[] {
  const path = pathOf(account);
  if (reservation === null) {
    checkRoom(rows, path, amount);
    shift(rows, path, { leased: amount.amountMicros });
    return legs(account, 'budget', 'leased', amount);
  }
  accountOf(rows, account);
  const source = draw(rows, reservation, amount, now);
  if (source.account !== account)
    throw bad(`reservation ${reservation} is on ${source.account}, not on ${account}`, 'Lease where it is.');
  shift(rows, path, { reserved: -amount.amountMicros, leased: amount.amountMicros });
  return legs(account, 'reserved', 'leased', amount);
}

/** @throws GV_BAD_INPUT when a lease would outlive the reservation that it is taken from. */
function requireWithin(rows: Rows, reservation: string | null, expiresAt: EpochMs): void {
  const source = reservation === null ? undefined : rows.reservations.get(reservation);
  if (source?.state !== 'reserved' || source.expiresAt === null || expiresAt <= source.expiresAt) return;
  throw bad(
    `a lease until ${expiresAt} would outlive reservation ${source.id}, which ends at ${source.expiresAt}`,
    'Let it end with its reservation.',
  );
}

/** Takes what a lease no longer needs back to where it came from. */
function giveBack(rows: Rows, lease: Lease, freed: number): readonly Posting[] {
  if (freed === 0) return [];
  const { account, reservation } = lease;
  const amount: Money = { ...lease.amount, amountMicros: micros(freed) };
  const isPutBack = reservation !== null && putBack(rows, reservation, amount);
  shift(rows, pathOf(account), { leased: -freed, reserved: isPutBack ? freed : 0 });
  return legs(account, 'leased', isPutBack ? 'reserved' : 'budget', amount);
}

/** @throws GV_LEASE_STALE unless `epoch` is the latest one granted. */
function leaseOf(rows: Rows, name: LeaseName & { readonly epoch: number }): Lease {
  accountOf(rows, name.account);
  const lease = rows.leases.get(leaseKey(name));
  if (lease === undefined || lease.epoch !== name.epoch) {
    throw new GavotteError(
      'GV_LEASE_STALE',
      `epoch ${name.epoch} of ${name.holder} on ${name.account} is not the current one (${lease?.epoch ?? 'none'})`,
      { fix: 'Stop spending on it and ask for a new lease.' },
    );
  }
  return lease;
}

/**
 * Takes a holder's running totals (bills that it pays one by one count in `settled`). A live lease may reserve up to its amount; one that is closed, or past its time,
 * only ends what it had.
 */
export function reportLease(
  rows: Rows,
  command: Extract<Command, { kind: 'reportLease' }>,
  now: EpochMs,
): Step {
  const lease = leaseOf(rows, command);
  const { reserved, settled } = command;
  if (micros(reserved) < 0 || micros(settled) < lease.settled)
    throw bad(
      `a lease with ${lease.settled} micros settled cannot report ${reserved} reserved and ${settled} settled`,
      'Report running totals since the grant.',
    );
  if (reserved === lease.reserved && settled === lease.settled) return unchanged(lease);
  const over = lease.state === 'closed' || lease.expiresAt <= now;
  const limit = over ? lease.settled + lease.reserved : lease.amount.amountMicros;
  if (reserved + settled > limit || (over && reserved > lease.reserved)) {
    throw new GavotteError(
      'GV_LEASE_STALE',
      `${lease.holder} reports ${reserved + settled} micros of a lease that allows ${limit}`,
      { fix: 'The lease is over or too small; ask for a new one.' },
    );
  }
  const { account, amount } = lease;
  const paid: Money = { ...amount, amountMicros: micros(settled - lease.settled) };
  shift(rows, pathOf(account), { leased: -paid.amountMicros, settled: paid.amountMicros });
  const reported: Lease = { ...lease, reserved: micros(reserved), settled: micros(settled) };
  rows.leases.put(leaseKey(lease), reported);
  // Only a closed lease gives back here; a live one may still use what its bids did not.
  const freed = lease.state === 'closed' ? lease.reserved + lease.settled - reserved - settled : 0;
  const postings = [...legs(account, 'leased', 'settled', paid), ...giveBack(rows, lease, freed)];
  return { value: reported, postings, changed: true };
}

/**
 * Changes a lease in place, so that a holder which goes on bidding keeps its epoch and its promises. One that is past its
 * time, and that nobody has ended yet, still holds its money and lives on: after an outage, bills that waited on
 * somebody's disk find it as it was.
 */
export function resizeLease(
  rows: Rows,
  command: Extract<Command, { kind: 'resizeLease' }>,
  now: EpochMs,
): Step {
  const { account, amount, expiresAt } = command;
  requireAhead(expiresAt, 'expiresAt', now);
  requirePositive(amount, 'a lease of');
  const lease = leaseOf(rows, command);
  if (lease.state === 'closed')
    throw new GavotteError(
      'GV_LEASE_STALE',
      `epoch ${lease.epoch} of ${lease.holder} on ${account} is over`,
      {
        fix: 'Ask for a new lease.',
      },
    );
  if (amount.currency !== lease.amount.currency)
    throw bad(`a lease in ${lease.amount.currency} cannot become ${showMoney(amount)}`, 'Keep its currency.');
  const grown = micros(amount.amountMicros - lease.amount.amountMicros);
  if (grown === 0 && expiresAt === lease.expiresAt) return unchanged(lease);
  if (amount.amountMicros < lease.settled + lease.reserved)
    throw bad(
      `a lease with ${lease.settled} micros paid and ${lease.reserved} reserved cannot be ${showMoney(amount)}`,
      'Keep at least what is paid and reserved.',
    );
  requireWithin(rows, lease.reservation, expiresAt);
  const more: Money = { ...amount, amountMicros: grown };
  const postings =
    grown > 0 ? take(rows, account, lease.reservation, more, now) : giveBack(rows, lease, -grown);
  const { amountMicros, currency } = amount;
  const resized: Lease = { ...lease, amount: { amountMicros, currency }, expiresAt };
  rows.leases.put(leaseKey(lease), resized);
  return { value: resized, postings, changed: true };
}

/**
 * Pays one bill. Whether the holder is alive does not matter. A lease that nobody has ended yet still holds its money
 * and pays even past its time, as when the books could not be reached for a while; a closed one pays only what it
 * had promised. The bill's row makes it a no-op to pay it again (I7).
 */
export function spend(rows: Rows, command: Extract<Command, { kind: 'spend' }>, now: EpochMs): Step {
  const { id, account, amount } = command;
  requireName(id, 'bill id');
  requirePositive(amount, 'a payment of');
  const before = paidBefore(rows, id, account, amount);
  if (before !== undefined) return unchanged(before);
  const lease = leaseOf(rows, command);
  const left = heldByLease(lease);
  if (amount.currency !== lease.amount.currency || amount.amountMicros > left) {
    throw new GavotteError(
      'GV_LEASE_STALE',
      `${showMoney(amount)} is more than the ${left} micros left in epoch ${lease.epoch} of ${lease.holder} on ${account}`,
      { fix: 'Pay it from what is set aside for late bills.' },
    );
  }
  shift(rows, pathOf(account), { leased: -amount.amountMicros, settled: amount.amountMicros });
  rows.leases.put(leaseKey(lease), {
    ...lease,
    settled: micros(lease.settled + amount.amountMicros),
    reserved: micros(Math.max(0, lease.reserved - amount.amountMicros)),
  });
  const postings = legs(account, 'leased', 'settled', amount);
  return { value: putPaid(rows, id, account, amount, now), postings, changed: true };
}

/** Ends a lease early: everything neither settled nor reserved returns at once. */
export function returnLease(rows: Rows, name: LeaseName & { readonly epoch: number }): Step {
  const lease = leaseOf(rows, name);
  if (lease.state === 'closed') return unchanged(lease);
  const closed: Lease = { ...lease, state: 'closed' };
  rows.leases.put(leaseKey(lease), closed);
  const postings = giveBack(rows, lease, heldByLease(lease) - lease.reserved);
  return { value: closed, postings, changed: true };
}

/** Ends a lease whose time has come: no bid of it can be billed any more. */
export function expireLease(rows: Rows, lease: Lease): readonly Posting[] {
  rows.leases.put(leaseKey(lease), { ...lease, state: 'closed', reserved: 0 as Micros });
  return giveBack(rows, lease, heldByLease(lease));
}
