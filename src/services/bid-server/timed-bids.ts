import { performance } from 'node:perf_hooks';
import { STEPS, tracedNow } from '../../kernel/index.ts';
import { BucketCounts } from '../../telemetry/index.ts';
import type { BidApplication } from './application.ts';

/** An application whose decisions are timed. */
export interface TimedBids extends BidApplication {
  readonly times: BucketCounts;
}

/** Times each decision: two readings of the clock and one count, well under a microsecond (`npm run bench -- metrics`). */
export function timedBids(application: BidApplication): TimedBids {
  const times = new BucketCounts('gavotte_decision_seconds');
  return {
    times,
    bid: (path, body, start, end) => {
      const before = performance.now();
      const answer = tracedNow(
        STEPS.bid,
        () => ({ path }),
        () => application.bid(path, body, start, end),
      );
      times.observe((performance.now() - before) / 1000);
      return answer;
    },
    other: (request) => application.other(request),
  };
}
