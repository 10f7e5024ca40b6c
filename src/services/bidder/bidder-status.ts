import type { DeliveryEngine } from '../../delivery/index.ts';
import type { CrawlStatus } from '../../openrtb/index.ts';

/** What a bidder tells of itself; money in micros of each campaign's currency. */
export interface BidderStatus {
  readonly requests: number;
  readonly bids: number;
  readonly openBids: number;
  readonly clockSkewMs: number;
  /** The trained team that corrects the agents; null where they are classical. */
  readonly policy: DeliveryEngine['policy'];
  /** What each agent would say if asked. */
  readonly agents: Readonly<Record<string, string>>;
  /** What deals are behind their flight, and which campaign buys it in the open auction. */
  readonly makeGoods: DeliveryEngine['makeGoods'];
  readonly noBids: Readonly<Record<string, number>>;
  readonly notices: Readonly<Record<string, number>>;
  readonly campaigns: readonly CampaignStatus[];
  readonly deals: readonly DealStatus[];
  /** Records that are not in the outcome log yet, and such as never will be; `null` where nothing is written down. */
  readonly outcomes: { readonly waiting: number; readonly dropped: number } | null;
  /** How fetching ads.txt and sellers.json goes; `null` where none are fetched. */
  readonly supplyFiles: CrawlStatus | null;
}

/** One campaign as this process has seen it. */
export interface CampaignStatus {
  readonly id: string;
  readonly bids: number;
  readonly wins: number;
  readonly impressions: number;
  readonly clicks: number;
  readonly spentMicros: number;
  readonly leasedMicros: number;
  readonly promisedMicros: number;
  /** Why it cannot show anything, such as creatives that exchanges refuse; `null` when it can. */
  readonly halted: string | null;
  /** Why it did not bid, most frequent first. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** One deal as this process has seen it. */
export interface DealStatus {
  readonly exchange: string;
  readonly dealId: string;
  readonly type: string;
  readonly campaign: string;
  readonly offered: number;
  /** Impressions bid and not lost. */
  readonly committed: number;
  readonly impressions: number;
  readonly refused: Readonly<Record<string, number>>;
  /** What went back to the budget when its flight had ended; null before that. */
  readonly releasedMicros: number | null;
}

/** Reads the counters of an engine; cheap, and safe at any time. */
export function bidderStatus(engine: DeliveryEngine, supplyFiles: CrawlStatus | null): BidderStatus {
  const { journal } = engine;
  const { refused, ...counts } = engine.desk.counts;
  return {
    requests: engine.bidder.requests,
    bids: engine.bidder.bids,
    openBids: engine.purse.openBids,
    clockSkewMs: engine.clockSkewMs,
    policy: engine.policy,
    agents: engine.messages(),
    makeGoods: engine.makeGoods,
    noBids: Object.fromEntries(engine.bidder.reasons.entries()),
    notices: {
      ...counts,
      ...Object.fromEntries([...refused].map(([why, count]) => [`refused: ${why}`, count])),
    },
    campaigns: engine.campaigns.map((running) => ({
      id: running.campaign.id,
      bids: running.bids,
      wins: running.wins,
      impressions: running.impressions,
      clicks: running.clicks,
      spentMicros: running.spent,
      leasedMicros: running.wallet.amount,
      promisedMicros: running.wallet.promised,
      halted: engine.haltOf(running),
      reasons: Object.fromEntries(running.reasons.entries()),
    })),
    deals: [...engine.deals.deals].map(({ terms, offered, committed, refused: why }) => ({
      exchange: terms.exchange,
      dealId: terms.dealId,
      type: terms.type,
      campaign: terms.campaign,
      offered,
      committed,
      impressions: terms.impressions,
      refused: Object.fromEntries(why),
      releasedMicros: engine.flightEnds.released.get(terms.reservation)?.amountMicros ?? null,
    })),
    outcomes: journal && { waiting: journal.waiting, dropped: journal.dropped },
    supplyFiles,
  };
}
