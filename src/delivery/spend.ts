import type { Ledger } from '../ledger/index.ts';
import type { DeliveryPlan } from './delivery-plan.ts';
import type { RunningCampaign } from './serving/running-campaign.ts';

/**
 * Reads what all bidders together have paid in the open auction: pacing is for the campaign, not for one of its
 * processes. @throws GV_LEDGER_UNAVAILABLE
 */
export async function readSpend(
  ledger: Ledger,
  campaigns: readonly RunningCampaign[],
  plan: DeliveryPlan,
): Promise<void> {
  const dealAccounts = new Set(plan.deals.map(({ account }) => account));
  const settled = new Map<string, number>();
  for (const root of new Set(campaigns.map(({ campaign }) => campaign.account)))
    for (const account of await ledger.accounts(root)) settled.set(account.id, account.settled);
  for (const running of campaigns) {
    const { account } = running.campaign;
    let ofDeals = 0;
    for (const deal of dealAccounts) if (deal.startsWith(`${account}/`)) ofDeals += settled.get(deal) ?? 0;
    running.openSpent = (settled.get(account) ?? 0) - ofDeals;
    running.spentToday = settled.get(running.wallet.account) ?? 0;
  }
}
