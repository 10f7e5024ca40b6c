import type { Clock } from '../kernel/index.ts';
import {
  type Authorisations,
  type BidRequest,
  decidePrivacy,
  type ExchangeProfile,
  hopsOf,
  type Imp,
  impressionKey,
  judgeSupply,
  PathWindow,
  PRIVACY,
  type PrivacySettings,
  privacyPolicy,
  type Refusal,
  type SupplyPolicy,
} from '../openrtb/index.ts';
import type { Permissions } from './serving/bidder.ts';

/** One impression reaches us by several paths within seconds; we take part this often (S6). */
const PATHS = { capacity: 65_536, windowMs: 5_000, maxBids: 1 } as const;

/** Judges each request by law and signals (spec §9). */
export function privacyJudge(settings: PrivacySettings): (request: BidRequest) => Permissions {
  const policy = privacyPolicy(settings);
  return (request) => {
    const bits = decidePrivacy(request, policy);
    return {
      mayBid: (bits & PRIVACY.mayBid) !== 0,
      mayUseId: (bits & PRIVACY.mayUseId) !== 0,
      mayPersonalise: (bits & PRIVACY.mayPersonalise) !== 0,
    };
  };
}

/** Judges the way by which each request came (spec §10). */
export function supplyJudge(options: {
  readonly exchanges: readonly ExchangeProfile[];
  readonly authorisations: Authorisations;
  readonly policy: SupplyPolicy;
  readonly clock: Pick<Clock, 'now'>;
}): (request: BidRequest, exchange: string) => Refusal {
  const { authorisations, policy, clock } = options;
  const profiles = new Map(options.exchanges.map((profile) => [profile.name, profile]));
  return (request, exchange) =>
    judgeSupply(request, profiles.get(exchange)!, authorisations, policy, clock.now());
}

/** Takes one path to each impression of the open auction (S6): false for the others. */
export function pathJudge(clock: Pick<Clock, 'monotonic'>): (request: BidRequest, imp: Imp) => boolean {
  const paths = new PathWindow(PATHS);
  return (request, imp) => paths.take(impressionKey(request, imp), hopsOf(request), clock.monotonic());
}
