import type { Clock } from '../../kernel/index.ts';
import {
  type BidRequest,
  crawlerRefusal,
  type Floor,
  holdRefusal,
  type Imp,
  type NoBidReason,
  nbrOf,
  noBidText,
  openAuctionRefusal,
  PodBreak,
  placeRefusal,
  type Refusal,
  RequestBlocks,
  type RequestReader,
  timeBudgetMs,
  writeResponse,
} from '../../openrtb/index.ts';
import type { BucketCounts } from '../../telemetry/index.ts';
import type { BidAgents } from '../agents/bid-agents.ts';
import { type BookedDeal, type DealBook, refuse } from '../deals/deal-book.ts';
import { DecisionChance } from '../decisions/decision-chance.ts';
import { NO_TAPE, type Tape } from '../decisions/tape.ts';
import { type BitSet, emptyBits } from '../eligibility/bitset.ts';
import type { CampaignIndex } from '../eligibility/campaign-index.ts';
import type { Wallet } from '../money/wallet.ts';
import type { Candidate } from './candidate.ts';
import type { Asked } from './choosing.ts';
import { CreativeFits } from './creative-fits.ts';
import { type DealMarket, dealBids } from './deal-offers.ts';
import { note, openBids } from './open-auction.ts';
import { type LeavingBid, Promising, type PromisingParts } from './promising.ts';
import { ReasonCounts } from './reasons.ts';
import type { RunningCampaign } from './running-campaign.ts';
import type { RunningExchange } from './running-exchange.ts';
import { Standings } from './standings.ts';

/** What may be done with a request and its user (spec §9). */
export interface Permissions {
  readonly mayBid: boolean;
  readonly mayUseId: boolean;
  readonly mayPersonalise: boolean;
}

/** How a request ends. A 204 may carry a body where the exchange reads reasons. */
export type BidResult =
  | { readonly status: 200; readonly body: Uint8Array; readonly bids: number }
  | { readonly status: 204; readonly reason: NoBidReason }
  | { readonly status: 400 };

/** From here on `dsarequired` asks for transparency (2: required, 3: required of online platforms). */
const DSA_REQUIRED = 2;
const NO_BIDS: readonly LeavingBid[] = [];
/** What a decision usually takes, and more. */
const DECISION_MS = 1;

/** What a bidder is made of. */
export interface BidderParts extends PromisingParts {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly reader: RequestReader;
  readonly exchanges: readonly RunningExchange[];
  readonly campaigns: readonly RunningCampaign[];
  readonly index: CampaignIndex;
  readonly deals: DealBook;
  readonly walletOf: (deal: BookedDeal) => Wallet;
  readonly agents: BidAgents;
  readonly permissions: (request: BidRequest) => Permissions;
  /** Judges the supply chain (spec §10). */
  readonly supply: (request: BidRequest, exchange: string) => Refusal;
  /** Whether to bid on an impression of the open auction by this path; an impression may come by several (S6). */
  readonly takesPath: (request: BidRequest, imp: Imp) => boolean;
  /** Converts a floor at today's rate; undefined when there is none that is fresh. */
  readonly convert: (floor: Floor, currency: string) => number | undefined;
  /** Who records decisions, or plays back what one of them read. */
  readonly watch?: DecisionWatch;
  /** What decisions that leave something to chance depend on, beside their number. */
  readonly chanceSeed: number;
  /** Number of the first decision. @defaultValue 0 */
  readonly firstDecision?: number;
}

/** Sees each decision: what it read, and how it ended. */
export interface DecisionWatch {
  /** A decision begins; what it reads of the world that moves goes through the tape that is answered. */
  begin(decision: number): Tape;
  /** It has ended; the body is as it came, and may be looked at during the call only. */
  end(decision: EndedDecision): void;
}

/** A decision that has ended. */
export interface EndedDecision {
  readonly number: number;
  /** Wall milliseconds. */
  readonly at: number;
  readonly exchange: string;
  readonly body: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly result: BidResult;
  /** The bids that leave, tests left out; good during the call only. */
  readonly bids: readonly LeavingBid[];
}

/**
 * Answers bid requests: eligible campaigns → creative → value × price → pacing → money promised → bytes out. All of it
 * is arithmetic in memory; nothing waits.
 */
export class Bidder {
  /** Why requests were not bid on. */
  readonly reasons = new ReasonCounts();
  requests = 0;
  /** Impressions on offer that anybody could have bid on. */
  imps = 0;
  bids = 0;
  /** Campaigns that may bid at all now; the engine keeps it. */
  readonly active: BitSet;
  readonly #parts: BidderParts;
  readonly #exchanges: ReadonlyMap<string, RunningExchange>;
  readonly #market: DealMarket;
  readonly #chance: DecisionChance;
  readonly #promising: Promising;
  #decisions: number;

  constructor(parts: BidderParts) {
    this.#parts = parts;
    this.#exchanges = new Map(parts.exchanges.map((exchange) => [exchange.name, exchange]));
    this.#market = {
      ...parts,
      standings: new Standings(parts.campaigns.length),
      fits: new CreativeFits(parts.campaigns),
      byId: new Map(parts.campaigns.map((running) => [running.campaign.id, running])),
    };
    this.active = emptyBits(parts.campaigns.length);
    this.#chance = new DecisionChance(parts.chanceSeed);
    this.#promising = new Promising(parts);
    this.#decisions = parts.firstDecision ?? 0;
  }

  /** Prices bid, tests left out: CPMs in units of each currency. */
  get prices(): ReadonlyMap<string, BucketCounts> {
    return this.#promising.prices;
  }

  /** Answers one request of an exchange; `body` from `start` to `end` is read during the call only. */
  bid(exchangeName: string, body: Uint8Array, start: number, end: number): BidResult {
    this.requests += 1;
    const { clock, watch } = this.#parts;
    const number = this.#decisions;
    this.#decisions = number + 1;
    this.#chance.begin(number);
    const at = clock.now();
    const result = this.#answer(exchangeName, body, start, end, watch?.begin(number) ?? NO_TAPE, at);
    const bids = result.status === 200 ? this.#promising.made : NO_BIDS;
    watch?.end({ number, at, exchange: exchangeName, body, start, end, result, bids });
    return result;
  }

  #answer(
    exchangeName: string,
    body: Uint8Array,
    start: number,
    end: number,
    tape: Tape,
    now: number,
  ): BidResult {
    const exchange = this.#exchanges.get(exchangeName);
    if (exchange === undefined) return this.#noBid('request-unusable');
    const read = this.#parts.reader.read(body, start, end);
    if (read.kind === 'invalid') {
      this.reasons.add('request-unusable');
      return { status: 400 };
    }
    if (read.kind === 'unusable') return this.#noBid('request-unusable');
    const { request } = read;
    const refusal = this.#requestRefusal(request, exchange, tape);
    if (refusal !== '') return this.#noBid(refusal);
    return this.#decide(request, exchange, tape, now);
  }

  /** The body of a no-bid, where the exchange reads one. */
  noBidBody(exchangeName: string, requestId: string, reason: NoBidReason): string | undefined {
    const profile = this.#exchanges.get(exchangeName)?.profile;
    return profile === undefined
      ? undefined
      : noBidText(profile, requestId, nbrOf(reason) as Parameters<typeof noBidText>[2]);
  }

  #noBid(reason: NoBidReason): BidResult {
    this.reasons.add(reason);
    return { status: 204, reason };
  }

  #requestRefusal(request: BidRequest, { profile, name }: RunningExchange, tape: Tape): Refusal {
    const budget = timeBudgetMs(request, profile.rttAllowanceMs, profile.defaultTmaxMs);
    if (budget < DECISION_MS) return 'time-too-short';
    const refusal = crawlerRefusal(request.device.ua) || placeRefusal(request);
    return refusal || (tape.text(this.#parts.supply(request, name)) as Refusal);
  }

  #decide(request: BidRequest, exchange: RunningExchange, tape: Tape, now: number): BidResult {
    const { index, permissions } = this.#parts;
    const may = tapedPermissions(permissions(request), tape);
    if (!may.mayBid) {
      this.#refuseDeals(request, exchange);
      return this.#noBid('no-legal-basis');
    }
    const asked = this.#asked(request, exchange, may, tape, now);
    const eligible = index.forRequest(exchange.name, request, this.active, may.mayPersonalise);
    const candidates = request.imps.flatMap((imp) => this.#bidOnImp(asked, imp, eligible));
    if (candidates.length === 0) return this.#noBid(asked.mainReason || 'not-targeted');
    const lines = this.#promising.promiseAll(asked, candidates);
    if (lines.length === 0) return this.#noBid('budget-spent');
    this.bids += lines.length;
    const body = writeResponse(exchange, request.id, asked.currency, lines);
    return { status: 200, body, bids: lines.length };
  }

  #asked(request: BidRequest, exchange: RunningExchange, may: Permissions, tape: Tape, now: number): Asked {
    const { clock } = this.#parts;
    const { standings, fits } = this.#market;
    standings.begin();
    fits.beginRequest();
    const pods = new Map<string, PodBreak>();
    for (const { video, audio } of request.imps) {
      const podid = video?.podid ?? audio?.podid ?? '';
      if (podid !== '' && !pods.has(podid)) pods.set(podid, new PodBreak());
    }
    return {
      exchange,
      request,
      blocks: new RequestBlocks(request),
      dsaRequired: request.regs.dsaRequired >= DSA_REQUIRED,
      pods,
      segment: may.mayPersonalise ? (request.user.segments[0] ?? '') : '',
      userKey: may.mayUseId ? userKeyOf(request) : '',
      now,
      monotonic: clock.monotonic(),
      tape,
      chance: this.#chance,
      currency: '',
      mainReason: '',
    };
  }

  #bidOnImp(asked: Asked, imp: Imp, eligible: BitSet): Candidate[] {
    const unusable = imp.problem === '' ? holdRefusal(imp, this.#parts.longestHoldSeconds) : 'imp-unusable';
    if (unusable !== '') {
      asked.mainReason ||= unusable;
      return [];
    }
    this.imps += 1;
    this.#market.fits.beginImp();
    const bids = imp.deals.length > 0 ? dealBids(asked, imp, this.#market) : [];
    for (const bid of bids) note(asked, bid);
    const closed = openAuctionRefusal(imp);
    if (closed !== '') {
      asked.mainReason ||= closed;
      return bids;
    }
    const { index, takesPath } = this.#parts;
    if (!asked.tape.flag(takesPath(asked.request, imp))) {
      asked.mainReason ||= 'offer-repeated';
      return bids;
    }
    bids.push(...openBids(asked, imp, index.forImp(eligible, imp), this.#market));
    return bids;
  }

  /** Even what must be bid is not bid without a legal basis; it is counted for the deal (D10). */
  #refuseDeals(request: BidRequest, exchange: RunningExchange): void {
    for (const imp of request.imps) {
      for (const offer of imp.deals) {
        const deal = this.#parts.deals.find(exchange.name, offer.id);
        if (deal !== undefined) refuse(deal, 'no legal basis');
      }
    }
  }
}

function tapedPermissions({ mayBid, mayUseId, mayPersonalise }: Permissions, tape: Tape): Permissions {
  return {
    mayBid: tape.flag(mayBid),
    mayUseId: tape.flag(mayUseId),
    mayPersonalise: tape.flag(mayPersonalise),
  };
}

/** The id that a user is counted by: ours, another's, the device's, in this order (spec §15). */
function userKeyOf({ user, device }: BidRequest): string {
  if (user.buyeruid !== '') return user.buyeruid;
  const eid = user.eids.find(({ mm, ids }) => mm !== 5 && ids.length > 0);
  if (eid !== undefined) return `${eid.source}|${eid.ids[0]!}`;
  return device.limited || /^[0-]*$/.test(device.ifa) ? '' : device.ifa;
}
