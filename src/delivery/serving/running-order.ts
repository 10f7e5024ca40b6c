import type { DeliveryCampaign } from '../types.ts';

/** What is expected of an impression before anything is known: clicks of it, and sales of a click. */
const USUAL_CLICK_RATE = 0.002;
const USUAL_SALE_RATE = 0.02;

/** Campaigns as a bidder runs them: the bid path looks at the first that suit, so those that are worth most come first. */
export function runningOrder(campaigns: readonly DeliveryCampaign[]): readonly DeliveryCampaign[] {
  return campaigns.toSorted((a, b) => worthOf(b) - worthOf(a));
}

/** What an impression is worth to a campaign, micros. */
function worthOf({ goal: { kind, value }, maxCpm }: DeliveryCampaign): number {
  const rate =
    kind === 'impressions' ? 1 : kind === 'clicks' ? USUAL_CLICK_RATE : USUAL_CLICK_RATE * USUAL_SALE_RATE;
  return Math.min(value.amountMicros * rate, maxCpm / 1000);
}
