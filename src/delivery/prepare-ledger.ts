import type { Ledger } from '../ledger/index.ts';
import type { DeliveryPlan } from './delivery-plan.ts';
import { campaignAccount } from './money/day-account.ts';
import { setAsideForLateBills } from './money/set-aside.ts';
import type { Wallet } from './money/wallet.ts';

/** Bids that a wallet can make before its demand is known. */
const FIRST_BIDS = 20;

/** A wallet begins with the money of a few bids at the highest price. */
export function minimumOf(plan: DeliveryPlan): (wallet: Wallet) => number {
  const prices = new Map<string, number>();
  for (const { account, maxCpm } of plan.campaigns) prices.set(account, maxCpm);
  for (const { account, cpm } of plan.deals) prices.set(account, cpm.amountMicros);
  return ({ account }) => Math.max(1, Math.ceil((prices.get(campaignAccount(account))! * FIRST_BIDS) / 1000));
}

/**
 * Makes the ledger ready for a plan: opens what is set aside for late bills. For whoever starts the campaigns; safe to
 * repeat. The accounts themselves exist: the desk opened them.
 * @throws GV_ACCOUNT_UNKNOWN, GV_CAP_EXCEEDED, GV_LEDGER_UNAVAILABLE
 */
export async function prepareLedger(ledger: Ledger, plan: DeliveryPlan, cause: string): Promise<void> {
  for (const { account, totalBudget, currency } of plan.campaigns)
    await setAsideForLateBills(ledger, { account, budget: { amountMicros: totalBudget, currency }, cause });
}
