import type { OpenBid } from '../../delivery/index.ts';
import type { EpochMs } from '../../kernel/index.ts';
import { micros } from '../../kernel/index.ts';
import type { Notice } from '../../openrtb/index.ts';
import { DAY_START } from './exact-campaigns.ts';

/** What the exchange tells of a bid: what it cleared at, and what it took to win. CPM micros. */
export function noticeOf(kind: 'bill' | 'loss', bid: OpenBid, priceCpm: number, toBeatCpm: number): Notice {
  const { campaign, creative, priceCpmMicros } = bid.candidate;
  const { id, account, currency } = campaign.campaign;
  return {
    kind,
    price: micros(priceCpm),
    minToWin: micros(toBeatCpm),
    multiplier: 1,
    lossCode: undefined,
    errorCode: undefined,
    creative: campaign.campaign.creatives[creative]!.id,
    shownAt: undefined,
    at: DAY_START as EpochMs,
    bills: kind === 'bill',
    exchange: bid.exchange,
    bidId: '',
    campaign: id,
    account,
    holder: 'exact',
    epoch: campaign.wallet.epoch,
    capCpmMicros: micros(priceCpmMicros),
    currency,
    dealId: '',
    expiresAt: DAY_START as EpochMs,
    test: false,
    billedBy: 'bill',
    maxMultiplier: 1,
  };
}
