import { STEPS, tracedNow } from '../src/kernel/index.ts';
import type { BidApplication } from '../src/services/bid-server/application.ts';
import { timedBids } from '../src/services/bid-server/timed-bids.ts';
import { BucketCounts, scrapeText } from '../src/telemetry/index.ts';
import { type Spread, spread } from './stats.ts';

const REQUESTS = 2_000_000;
const RUNS = 9;
const CAMPAIGNS = 1_000;
const MICROS_PER_UNIT = 1_000_000;
const BODY = new Uint8Array(1_000);
/** Prices spread over all buckets, so that no branch is learnt by heart. */
const PRICES = Float64Array.from({ length: 1_024 }, (_none, n) => 50_000 * 1.008 ** n);

/**
 * What counting costs for each request: a decision that does nothing, with the clock and histograms of a bidder around it
 * and without, one beside the other. The rest of what a bidder serves it counts anyway. And one scrape of a thousand campaigns.
 */
export function metricsBench(): object {
  const runs = Array.from({ length: RUNS }, () => {
    const without = nanosPerRequest(bare, () => {});
    const prices = new Map([['USD', new BucketCounts('gavotte_bid_price_cpm')]]);
    const withThem = nanosPerRequest(timedBids(bare), (price) =>
      prices.get('USD')!.observe(price / MICROS_PER_UNIT),
    );
    const step = nanosPerRequest(stepped, () => {}) - nanosPerRequest(bare, () => {});
    return { without, withThem, step };
  });
  return {
    nanosPerRequest: {
      without: spread(runs.map(({ without }) => without)),
      with: spread(runs.map(({ withThem }) => withThem)),
      added: spread(runs.map(({ without, withThem }) => withThem - without)),
    },
    unwatchedStepNanos: spread(runs.map(({ step }) => step)),
    scrapeMs: scrapeMs(),
    aims: { addedNanosPerRequest: 1_000 },
  };
}

const bare: BidApplication = {
  bid: () => ({ status: 204 }),
  other: () => Promise.resolve({ status: 404 }),
};

/** A step that nobody watches. */
const stepped: BidApplication = {
  ...bare,
  bid: (path, body, start, end) =>
    tracedNow(
      STEPS.bid,
      () => ({ path }),
      () => bare.bid(path, body, start, end),
    ),
};

/** Processor time, which other processes do not lengthen. Every request is counted as if it made a bid. */
function nanosPerRequest({ bid }: BidApplication, price: (micros: number) => void): number {
  const before = process.cpuUsage();
  for (let n = 0; n < REQUESTS; n += 1) {
    bid('/openrtb2/bid/north', BODY, 0, BODY.length);
    price(PRICES[n % PRICES.length]!);
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / REQUESTS;
}

/** Twelve series for each campaign, as `serve bidder` has them. */
function scrapeMs(): Spread {
  const labels = Array.from({ length: CAMPAIGNS }, (_none, n) => ({
    campaign: `campaign-${n}`,
    currency: 'USD',
  }));
  return spread(
    Array.from({ length: RUNS }, () => {
      const before = performance.now();
      scrapeText((scrape) => {
        for (const each of labels)
          for (let n = 0; n < 12; n += 1) scrape.add('gavotte_spend_total', each, n * 1.5);
      });
      return performance.now() - before;
    }),
  );
}
