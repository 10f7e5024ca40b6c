import type { Ledger } from '../ledger/index.ts';
import { groupOf } from './agents/tranches.ts';
import type { DealBook } from './deals/deal-book.ts';
import type { RunningCampaign } from './serving/running-campaign.ts';

/**
 * Reads what all bidders together have paid in the open auction: pacing is for the campaign, not for one of its
 * processes. @throws GV_LEDGER_UNAVAILABLE
 */
export async function readSpend(
  ledger: Ledger,
  campaigns: readonly RunningCampaign[],
  deals: DealBook,
): Promise<void> {
  const booked = [...deals.deals];
  const dealAccounts = new Set(booked.map(({ terms }) => terms.account));
  const settled = new Map<string, number>();
  for (const root of new Set(campaigns.map(({ campaign }) => campaign.account)))
    for (const account of await ledger.accounts(root)) settled.set(account.id, account.settled);
  for (const deal of booked) {
    const { account, cpm } = deal.terms;
    deal.delivered = Math.floor(((settled.get(account) ?? 0) * 1000) / cpm.amountMicros);
  }
  const free = new Map<string, number>();
  for (const { campaign } of campaigns) free.set(groupOf(campaign.account), Number.MAX_SAFE_INTEGER);
  for (const group of free.keys()) {
    const account = await ledger.account(group);
    // What is leased to the campaigns themselves is theirs to spend.
    if (account !== undefined) free.set(group, account.cap - account.reserved - account.settled);
  }
  for (const running of campaigns) {
    const { account } = running.campaign;
    running.groupFree = free.get(groupOf(account))!;
    let ofDeals = 0;
    for (const deal of dealAccounts) if (deal.startsWith(`${account}/`)) ofDeals += settled.get(deal) ?? 0;
    running.openSpent = (settled.get(account) ?? 0) - ofDeals;
    running.spentToday = settled.get(running.wallet.account) ?? 0;
  }
}
