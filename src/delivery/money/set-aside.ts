import { type Money, timesShareRoundingUp } from '../../kernel/index.ts';
import type { AccountId, Ledger } from '../../ledger/index.ts';

/** Of a campaign's budget, this much is kept for bills that come after their lease (D7: at most 0.1 % of spend). */
const LATE_SHARE_MILLIONTHS = 1_000;

/** The reservation that pays the late bills of an account. */
export function lateReservation(account: AccountId): string {
  return `late:${account}`;
}

/**
 * Sets money aside for the late bills of an account, on an account of its own below it. Safe to repeat.
 * @throws GV_CAP_EXCEEDED, GV_ID_CONFLICT when it was done with another budget, GV_LEDGER_UNAVAILABLE
 */
export async function setAsideForLateBills(
  ledger: Ledger,
  options: { readonly account: AccountId; readonly budget: Money; readonly cause: string },
): Promise<void> {
  const { account, budget, cause } = options;
  const amount = timesShareRoundingUp(budget, LATE_SHARE_MILLIONTHS);
  // What an earlier plan set aside stays as it is, whatever the budget has become since.
  if ((await ledger.reservation(lateReservation(account))) !== undefined) return;
  const late = `${account}/late`;
  await ledger.open({ account: late, cap: amount, cause });
  await ledger.reserve({ id: lateReservation(account), account: late, amount, memo: 'late bills', cause });
}
