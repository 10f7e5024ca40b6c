import type { BucketCounts, Publish } from '../../telemetry/index.ts';
import type { BidServerStats } from './stats.ts';

/** How bid requests ended, and how long deciding took. */
export function serverMetrics(stats: Readonly<BidServerStats>, times: BucketCounts): Publish {
  return (scrape) => {
    const { bids, noBids, invalid, shed, failed } = stats;
    for (const [outcome, count] of Object.entries({ bid: bids, no_bid: noBids, invalid, shed, failed }))
      scrape.add('gavotte_bid_requests_total', { outcome }, count);
    scrape.addHistogram('gavotte_decision_seconds', {}, times);
  };
}
