import { type EpochMs, GavotteError, type Micros, type Money, micros } from '../kernel/index.ts';
import {
  accountOf,
  bad,
  checkRoom,
  legs,
  requireName,
  requirePositive,
  requireTime,
  type Step,
  shift,
  unchanged,
} from './balances.ts';
import { type LeaseName, leaseKey, pathOf, type Rows } from './rows.ts';
import type { Command, Lease } from './types.ts';

/**
 * Leases. A live lease keeps its whole unpaid part in the account's `leased` bucket, so nothing that its holder may
 * still spend can be given to another (I1, I8). When it ends, what it had reported as `reserved` (bids not yet
 * resolved) stays in `leased` until the holder reports each of them paid or lost; the rest returns to the budget at
 * once. A closed lease can settle at most what it had reserved. It is not replaced while any of that is open, so no
 * promise is ever forgotten: a holder that comes back reports first, a new one leases under a name of its own.
 */
export function grantLease(rows: Rows, command: Extract<Command, { kind: 'grantLease' }>): Step {
  const { account, holder, amount, expiresAt } = command;
  requireName(holder, 'holder');
  requirePositive(amount, 'a lease of');
  requireTime(expiresAt, 'expiresAt');
  const former = rows.leases.get(leaseKey(command));
  if (former !== undefined && former.reserved > 0) {
    throw new GavotteError(
      'GV_TRANSFER_STATE',
      `${holder} still has ${former.reserved} micros reserved in epoch ${former.epoch} on ${account}`,
      { fix: 'Report the bids of the old lease as settled or lost first, or lease as another holder.' },
    );
  }
  const returned = former === undefined ? [] : returnLease(rows, former).postings;
  const path = pathOf(account);
  checkRoom(rows, path, amount);
  shift(rows, path, { leased: amount.amountMicros });
  const lease: Lease = {
    account,
    holder,
    // The row stays when a lease ends, so an epoch never comes back.
    epoch: (former?.epoch ?? 0) + 1,
    amount: { amountMicros: amount.amountMicros, currency: amount.currency },
    reserved: 0 as Micros,
    settled: 0 as Micros,
    expiresAt,
    state: 'live',
  };
  rows.leases.put(leaseKey(lease), lease);
  return {
    value: lease,
    postings: [...returned, ...legs(account, 'budget', 'leased', amount)],
    changed: true,
  };
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
 * Takes a holder's running totals. A live lease may reserve up to its amount; one that is closed, or past its time,
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
  // Only a closed lease gives back here; a live one may still use what its bids did not.
  const freed = lease.state === 'closed' ? lease.reserved + lease.settled - reserved - settled : 0;
  const givenBack: Money = { ...amount, amountMicros: micros(freed) };
  shift(rows, pathOf(account), {
    leased: -paid.amountMicros - givenBack.amountMicros,
    settled: paid.amountMicros,
  });
  const reported: Lease = { ...lease, reserved: micros(reserved), settled: micros(settled) };
  rows.leases.put(leaseKey(lease), reported);
  return {
    value: reported,
    postings: [...legs(account, 'leased', 'settled', paid), ...legs(account, 'leased', 'budget', givenBack)],
    changed: true,
  };
}

/** Ends a lease: everything neither settled nor reserved returns at once. */
export function returnLease(rows: Rows, name: LeaseName & { readonly epoch: number }): Step {
  const lease = leaseOf(rows, name);
  if (lease.state === 'closed') return unchanged(lease);
  const { account, amount } = lease;
  const unused: Money = {
    ...amount,
    amountMicros: micros(amount.amountMicros - lease.settled - lease.reserved),
  };
  shift(rows, pathOf(account), { leased: -unused.amountMicros });
  const closed: Lease = { ...lease, state: 'closed' };
  rows.leases.put(leaseKey(lease), closed);
  return { value: closed, postings: legs(account, 'leased', 'budget', unused), changed: true };
}
