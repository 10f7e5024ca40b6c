import type { EpochMs } from '../kernel/index.ts';
import { openAccount, setCap } from './account-rules.ts';
import { requireName, type Step } from './balances.ts';
import { expireLease, grantLease, reportLease, resizeLease, returnLease, spend } from './lease-rules.ts';
import type { Rows } from './rows.ts';
import { annotate, endReservation, move, pay, reserve, settle } from './transfer-rules.ts';
import type { Command, Posting } from './types.ts';

/**
 * The rules of the books as a function of the rows: no clock, no disk. Run it in `rows.atomically`, which takes
 * back what a command that throws has put.
 * @throws GV_ACCOUNT_UNKNOWN, GV_CAP_EXCEEDED, GV_ID_CONFLICT, GV_TRANSFER_STATE, GV_LEASE_STALE, GV_BAD_INPUT,
 * GV_MONEY_RANGE, GV_CURRENCY_UNKNOWN
 */
export function applyCommand(rows: Rows, command: Command, now: EpochMs): Step {
  // I11: nothing moves that nobody allowed.
  requireName(command.cause, 'cause');
  switch (command.kind) {
    case 'open':
      return openAccount(rows, command.account, command.cap);
    case 'setCap':
      return setCap(rows, command.account, command.cap);
    case 'reserve':
      return reserve(rows, command, now);
    case 'settle':
      return settle(rows, command.id, command.amount, now);
    case 'release':
      return endReservation(rows, command.id, 'released', now);
    case 'move':
      return move(rows, command, now);
    case 'annotate':
      return annotate(rows, command.id, command.memo, now);
    case 'expire':
      return expire(rows, now);
    case 'grantLease':
      return grantLease(rows, command, now);
    case 'resizeLease':
      return resizeLease(rows, command, now);
    case 'spend':
      return spend(rows, command, now);
    case 'pay':
      return pay(rows, command, now);
    case 'reportLease':
      return reportLease(rows, command, now);
    case 'returnLease':
      return returnLease(rows, command);
  }
}

/** Ends what is past its time. The store has put every such row into `rows`. */
function expire(rows: Rows, now: EpochMs): Step {
  const postings: Posting[] = [];
  let count = 0;
  for (const { id, expiresAt } of rows.reservations.watched()) {
    if (expiresAt === null || expiresAt > now) continue;
    postings.push(...endReservation(rows, id, 'expired', now).postings);
    count += 1;
  }
  for (const lease of rows.leases.watched()) {
    if (lease.expiresAt > now) continue;
    postings.push(...expireLease(rows, lease));
    count += 1;
  }
  return { value: count, postings, changed: count > 0 };
}
