import { type EpochMs, GavotteError, type Micros, type Money, micros } from '../kernel/index.ts';
import { accountOf, bad, checkRoom, legs, requirePositive, type Step, shift } from './machine.ts';
import { leaseKey, type Rows } from './rows.ts';
import type { AccountId, Command, Lease, Posting } from './types.ts';

/**
 * Leases. A live lease keeps its whole unsettled part in the account's `leased` bucket, so nothing it may still
 * spend can be given to another (I8). When it ends, what it had reported as `reserved` (bids not yet resolved)
 * stays in `leased` until the holder reports it settled or not; the rest returns to the budget. Such a closed
 * lease may settle at most what it had reserved, whatever epoch came after it would otherwise be refused.
 */
export function grantLease(rows: Rows, command: Extract<Command, { kind: 'grantLease' }>): Step {
  const { account, holder, amount, expiresAt } = command;
  requirePositive(amount, 'a lease of');
  accountOf(rows, account);
  const former = rows.leases.get(leaseKey(command));
  if (former !== undefined && former.reserved > 0) {
    throw new GavotteError(
      'GV_TRANSFER_STATE',
      `${holder} still has ${former.reserved} micros reserved in epoch ${former.epoch} on ${account}`,
      {
        fix: 'Report the old lease’s bids as settled or lost first, or lease as another holder.',
      },
    );
  }
  const postings: Posting[] = former?.state === 'live' ? [...returnLease(rows, former).postings] : [];
  checkRoom(rows, account, amount);
  shift(rows, account, 'leased', amount.amountMicros);
  const lease: Lease = {
    account,
    holder,
    epoch: (former?.epoch ?? 0) + 1,
    amount,
    reserved: 0 as Micros,
    settled: 0 as Micros,
    expiresAt,
    state: 'live',
  };
  rows.putLease(lease);
  return {
    value: lease,
    postings: [...postings, ...legs(account, 'budget', 'leased', amount)],
    changed: true,
  };
}

function leaseOf(rows: Rows, key: { account: AccountId; holder: string; epoch: number }): Lease {
  const lease = rows.leases.get(leaseKey(key));
  if (lease === undefined || lease.epoch !== key.epoch) {
    throw new GavotteError(
      'GV_LEASE_STALE',
      `epoch ${key.epoch} of ${key.holder} on ${key.account} is not the current one (${lease?.epoch ?? 'none'})`,
      {
        fix: 'Stop spending on it and ask for a new lease.',
      },
    );
  }
  return lease;
}

/** Takes a holder's running totals. A live lease may reserve up to its amount; a closed one only ends what it had. */
export function reportLease(
  rows: Rows,
  command: Extract<Command, { kind: 'reportLease' }>,
  now: EpochMs,
): Step {
  const lease = leaseOf(rows, command);
  const { reserved, settled } = command;
  if (micros(reserved) < 0 || micros(settled) < lease.settled)
    throw bad(`a lease cannot report ${reserved} reserved, ${settled} settled`, 'Report running totals.');
  if (reserved === lease.reserved && settled === lease.settled)
    return { value: lease, postings: [], changed: false };
  const closed = lease.state === 'closed' || lease.expiresAt <= now;
  const limit = closed ? lease.settled + lease.reserved : lease.amount.amountMicros;
  if (reserved + settled > limit || (closed && reserved > lease.reserved)) {
    throw new GavotteError(
      'GV_LEASE_STALE',
      `${lease.holder} reports ${reserved + settled} micros of a lease that allows ${limit}`,
      {
        fix: 'The lease is over or too small; ask for a new one.',
      },
    );
  }
  const paid: Money = { amountMicros: micros(settled - lease.settled), currency: lease.amount.currency };
  // Only a closed lease gives back here; a live one may still use what its bids did not.
  const givenBack: Money = {
    amountMicros: micros(lease.state === 'closed' ? lease.reserved + lease.settled - reserved - settled : 0),
    currency: lease.amount.currency,
  };
  shift(rows, lease.account, 'leased', -paid.amountMicros - givenBack.amountMicros);
  shift(rows, lease.account, 'settled', paid.amountMicros);
  const reported: Lease = { ...lease, reserved: micros(reserved), settled: micros(settled) };
  rows.putLease(reported);
  const postings = [
    ...legs(lease.account, 'leased', 'settled', paid),
    ...legs(lease.account, 'leased', 'budget', givenBack),
  ];
  return { value: reported, postings, changed: true };
}

/** Ends a lease: everything neither settled nor reserved returns at once. */
export function returnLease(rows: Rows, key: { account: AccountId; holder: string; epoch: number }): Step {
  const lease = leaseOf(rows, key);
  if (lease.state === 'closed') return { value: lease, postings: [], changed: false };
  const unused: Money = {
    ...lease.amount,
    amountMicros: micros(lease.amount.amountMicros - lease.settled - lease.reserved),
  };
  shift(rows, lease.account, 'leased', -unused.amountMicros);
  const closed: Lease = { ...lease, state: 'closed' };
  rows.putLease(closed);
  return { value: closed, postings: legs(lease.account, 'leased', 'budget', unused), changed: true };
}
