import type { DeliveryEngine } from '../../delivery/index.ts';
import { STEPS, traced } from '../../kernel/index.ts';
import { SCRAPE_CONTENT_TYPE } from '../../telemetry/index.ts';
import type { BidAnswer, BidApplication, ControlAnswer, ControlRequest } from '../bid-server/application.ts';
import type { BidderStatus } from './bidder-status.ts';

const BID_ROUTE = '/openrtb2/bid/';

/** What a bidder process says of itself. */
export interface BidderHealth {
  readonly isReady: () => boolean;
  readonly status: () => BidderStatus;
  /** In Prometheus’ text format. */
  readonly metrics: () => string;
}

/** A bidder behind the bid server: bids, notices, and what operators ask. */
export function bidderApplication(engine: DeliveryEngine, health: BidderHealth): BidApplication {
  return {
    bid: (path, body, start, end): BidAnswer => {
      const result = engine.bid(path.slice(BID_ROUTE.length), body, start, end);
      return result.status === 200 ? result : { status: result.status };
    },
    other: (request) => answer(request, engine, health),
  };
}

async function answer(
  { method, target }: ControlRequest,
  engine: DeliveryEngine,
  { isReady, status: statusOf, metrics }: BidderHealth,
): Promise<ControlAnswer> {
  if (target.startsWith('/n/')) {
    const { status, location } = await traced(
      STEPS.notice,
      () => ({ kind: target.split('/')[2]! }),
      () => engine.notice(target),
    );
    return location === undefined ? { status } : { status, headers: { location } };
  }
  if (method !== 'GET') return { status: 405, headers: { allow: 'GET' } };
  switch (target) {
    case '/livez':
      return { status: 200, body: 'ok\n' };
    case '/readyz':
      return isReady() ? { status: 200, body: 'ok\n' } : { status: 503, body: 'no lease yet\n' };
    case '/status':
      return {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(statusOf()),
      };
    case '/metrics':
      return { status: 200, headers: { 'content-type': SCRAPE_CONTENT_TYPE }, body: metrics() };
    default:
      return { status: 404, body: 'not found\n' };
  }
}
