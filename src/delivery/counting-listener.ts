import type { Notice } from '../openrtb/index.ts';
import { heedReview } from './agents/creative-approval.ts';
import type { SharedCaps } from './eligibility/shared-caps.ts';
import type { OutcomeListener } from './notice-desk.ts';
import type { OpenBid } from './serving/candidate.ts';
import type { RunningCampaign } from './serving/running-campaign.ts';

/**
 * Counts what became of bids by campaign, takes refused creatives off, and passes it on to those who learn and those
 * who count, and to the journal if there is one.
 */
export function countingListener(
  campaigns: readonly RunningCampaign[],
  agents: OutcomeListener<OpenBid>,
  sharedCaps: Pick<SharedCaps, 'billedFor'>,
  journal: OutcomeListener<OpenBid> | null,
): OutcomeListener<OpenBid> {
  const byId = new Map(campaigns.map((running) => [running.campaign.id, running]));
  const count = ({ campaign }: Notice, add: (running: RunningCampaign) => void) => {
    const running = byId.get(campaign);
    if (running !== undefined) add(running);
  };
  return {
    won: (bid, notice) => {
      count(notice, (running) => {
        running.wins += 1;
      });
      agents.won(bid, notice);
      journal?.won(bid, notice);
    },
    lost: (bid, notice) => {
      if (bid !== undefined) {
        const { campaign, creative } = bid.candidate;
        heedReview(notice, campaign.creatives[creative]!);
      }
      agents.lost(bid, notice);
      journal?.lost(bid, notice);
    },
    billed: (bid, notice, micros) => {
      count(notice, (running) => {
        running.impressions += 1;
        running.spent += micros;
        if (notice.dealId !== '') return;
        running.openSpent += micros;
        running.spentToday += micros;
      });
      if (notice.dealId === '') sharedCaps.billedFor(notice.holder, notice.bidId, notice.campaign);
      agents.billed(bid, notice, micros);
      journal?.billed(bid, notice, micros);
    },
    clicked: (bid, notice) => {
      count(notice, (running) => {
        running.clicks += 1;
      });
      agents.clicked(bid, notice);
      journal?.clicked(bid, notice);
    },
  };
}
