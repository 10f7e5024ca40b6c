import { type BookedDeal, readIntent } from '../../deals/index.ts';
import { GavotteError } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import { channelAccount } from '../accounts.ts';
import { type BookContext, bookPlan } from '../book-plan.ts';
import type { CampaignBrief } from '../brief/index.ts';
import { parsePlan } from '../plan.ts';
import type { CampaignState } from './campaign-state.ts';
import type { CampaignFact, DealOfChannel } from './facts.ts';

/**
 * Books the plan of a campaign, and what became of it: one sum over all channels; and, where nothing was booked or what
 * the plan was made from has changed, the way back to planning.
 * @throws what may pass (a ledger that is away): whoever calls next tries again.
 */
export async function bookedFacts(state: CampaignState, context: BookContext): Promise<CampaignFact[]> {
  const { id, brief, plan } = state;
  try {
    const booked = await bookPlan(parsePlan(JSON.stringify(plan), `the plan of ${id}`), context);
    const fact: CampaignFact = {
      kind: 'booked',
      planHash: booked.planHash,
      deals: await withChannels(booked.bookedDeals, brief, context.ledger),
      failed: booked.failedBookings,
      committed: booked.totalSpend,
    };
    if (booked.bookedDeals.length > 0) return [fact];
    const why = new GavotteError('GV_PLAN_CHANGED', 'no seller has booked', { fix: 'Plan again.' });
    return [fact, ...backToPlanning(why)];
  } catch (thrown) {
    const error = GavotteError.from(thrown);
    if (error.recovery !== 'correctable') throw error;
    return backToPlanning(error);
  }
}

function backToPlanning(error: GavotteError): CampaignFact[] {
  return [
    { kind: 'moved', from: 'booking', to: 'planning' },
    { kind: 'failed', step: 'book', error: error.toJSON() },
  ];
}

/** Which channel each deal was bought for, from the ledger: a booking's money was reserved on its channel's account. */
async function withChannels(
  deals: readonly BookedDeal[],
  brief: CampaignBrief,
  ledger: Ledger,
): Promise<readonly DealOfChannel[]> {
  const channels = new Map(brief.channels.map(({ channel }) => [channelAccount(brief, channel), channel]));
  const bought = new Map<string, string>();
  for (const { memo } of await ledger.reservations({
    account: `${brief.advertiser.id}/${brief.campaign}`,
  })) {
    const intent = readIntent(memo);
    if (intent !== undefined) bought.set(intent.bookingId, channels.get(intent.account) ?? '');
  }
  return deals.map((deal) => ({ ...deal, channel: bought.get(deal.bookingId) ?? '' }));
}
