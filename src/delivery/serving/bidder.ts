import type { Clock, EpochMs, RandomStream } from '../../kernel/index.ts';
import {
  type BidLine,
  type BidRequest,
  crawlerRefusal,
  type Floor,
  fitLines,
  holdRefusal,
  type Imp,
  impressionCost,
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
import type { BidAgents } from '../agents/bid-agents.ts';
import { type BookedDeal, type DealBook, refuse, unitsTaken } from '../deals/deal-book.ts';
import { type BitSet, emptyBits } from '../eligibility/bitset.ts';
import type { CampaignIndex } from '../eligibility/campaign-index.ts';
import type { FrequencyCaps } from '../eligibility/frequency-caps.ts';
import { BILL_GRACE_MS } from '../money/bills.ts';
import type { Purse } from '../money/purse.ts';
import type { Wallet } from '../money/wallet.ts';
import { bidIdOf } from '../notice-desk.ts';
import { type Candidate, madeBid, type OpenBid } from './candidate.ts';
import type { Asked } from './choosing.ts';
import { CreativeFits } from './creative-fits.ts';
import { type DealMarket, dealBids } from './deal-offers.ts';
import { note, openBids } from './open-auction.ts';
import { ReasonCounts } from './reasons.ts';
import type { RunningCampaign } from './running-campaign.ts';
import type { RunningExchange } from './running-exchange.ts';
import { cappedUserOf, Standings } from './standings.ts';

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

/** Seconds for which the money of a bid is held when the exchange does not say, by format (spec B10). */
const HOLD_SECONDS = { banner: 60, native: 600, video: 1_800, audio: 1_800 } as const;
/** From here on `dsarequired` asks for transparency (2: required, 3: required of online platforms). */
const DSA_REQUIRED = 2;
/** What a decision usually takes, and more. */
const DECISION_MS = 1;

/** What a bidder is made of. */
export interface BidderParts {
  readonly holder: string;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly random: RandomStream;
  readonly reader: RequestReader;
  readonly exchanges: readonly RunningExchange[];
  readonly campaigns: readonly RunningCampaign[];
  readonly index: CampaignIndex;
  readonly deals: DealBook;
  readonly walletOf: (deal: BookedDeal) => Wallet;
  readonly purse: Purse<OpenBid>;
  readonly caps: FrequencyCaps;
  readonly agents: BidAgents;
  readonly permissions: (request: BidRequest) => Permissions;
  /** Judges the supply chain (spec §10). */
  readonly supply: (request: BidRequest, exchange: string) => Refusal;
  /** Whether to bid on an impression of the open auction by this path; an impression may come by several (S6). */
  readonly takesPath: (request: BidRequest, imp: Imp) => boolean;
  /** Imps whose ads may be shown later than this are not bid on: their money would be held too long (B10). */
  readonly longestHoldSeconds: number;
  /** Converts a floor at today's rate; undefined when there is none that is fresh. */
  readonly convert: (floor: Floor, currency: string) => number | undefined;
}

/**
 * Answers bid requests: eligible campaigns → creative → value × price → pacing → money promised → bytes out. All of it
 * is arithmetic in memory; nothing waits.
 */
export class Bidder {
  /** Why requests were not bid on. */
  readonly reasons = new ReasonCounts();
  requests = 0;
  bids = 0;
  /** Campaigns that may bid at all now; the engine keeps it. */
  readonly active: BitSet;
  readonly #parts: BidderParts;
  readonly #exchanges: ReadonlyMap<string, RunningExchange>;
  readonly #market: DealMarket;
  #testBids = 0;

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
  }

  /** Answers one request of an exchange; `body` from `start` to `end` is read during the call only. */
  bid(exchangeName: string, body: Uint8Array, start: number, end: number): BidResult {
    this.requests += 1;
    const exchange = this.#exchanges.get(exchangeName);
    if (exchange === undefined) return this.#noBid('request-unusable');
    const read = this.#parts.reader.read(body, start, end);
    if (read.kind === 'invalid') {
      this.reasons.add('request-unusable');
      return { status: 400 };
    }
    if (read.kind === 'unusable') return this.#noBid('request-unusable');
    const { request } = read;
    const refusal = this.#requestRefusal(request, exchange);
    if (refusal !== '') return this.#noBid(refusal);
    return this.#decide(request, exchange);
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

  #requestRefusal(request: BidRequest, { profile, name }: RunningExchange): Refusal {
    const budget = timeBudgetMs(request, profile.rttAllowanceMs, profile.defaultTmaxMs);
    if (budget < DECISION_MS) return 'time-too-short';
    return crawlerRefusal(request.device.ua) || placeRefusal(request) || this.#parts.supply(request, name);
  }

  #decide(request: BidRequest, exchange: RunningExchange): BidResult {
    const { index, permissions } = this.#parts;
    const may = permissions(request);
    if (!may.mayBid) {
      this.#refuseDeals(request, exchange);
      return this.#noBid('no-legal-basis');
    }
    const asked = this.#asked(request, exchange, may);
    const eligible = index.forRequest(exchange.name, request, this.active, may.mayPersonalise);
    const candidates = request.imps.flatMap((imp) => this.#bidOnImp(asked, imp, eligible));
    if (candidates.length === 0) return this.#noBid('value-too-low');
    const lines = this.#promiseAll(asked, candidates);
    if (lines.length === 0) return this.#noBid('budget-spent');
    this.bids += lines.length;
    const body = writeResponse(exchange, request.id, asked.currency, lines);
    return { status: 200, body, bids: lines.length };
  }

  #asked(request: BidRequest, exchange: RunningExchange, may: Permissions): Asked {
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
      now: clock.now(),
      monotonic: clock.monotonic(),
      currency: '',
    };
  }

  #bidOnImp(asked: Asked, imp: Imp, eligible: BitSet): Candidate[] {
    if (imp.problem !== '' || holdRefusal(imp, this.#parts.longestHoldSeconds) !== '') return [];
    this.#market.fits.beginImp();
    const bids = imp.deals.length > 0 ? dealBids(asked, imp, this.#market) : [];
    for (const bid of bids) note(asked, bid);
    if (openAuctionRefusal(imp) !== '') return bids;
    const { index, takesPath } = this.#parts;
    if (!takesPath(asked.request, imp)) {
      this.reasons.add('offer-repeated');
      return bids;
    }
    bids.push(...openBids(asked, imp, index.forImp(eligible, imp), this.#market));
    return bids;
  }

  /** Promises the price of each bid that the exchange takes; what finds no money any more is left out (I9). */
  #promiseAll(asked: Asked, candidates: readonly Candidate[]): BidLine[] {
    const { kept, dropped } = fitLines(asked.exchange.profile, candidates);
    for (const { line } of dropped) line.campaign.reasons.add('value-too-low');
    const lines: BidLine[] = [];
    for (const candidate of kept) {
      const line = this.#promise(asked, candidate);
      if (line !== undefined) lines.push(line);
    }
    return lines;
  }

  #promise(asked: Asked, candidate: Candidate): BidLine | undefined {
    const { campaign: running, imp, wallet, deal, creative, priceCpmMicros } = candidate;
    const { request, exchange } = asked;
    const native =
      imp.native === undefined ? undefined : { request: imp.native.request, ver: imp.native.ver };
    const facts = running.campaign.creatives[creative]!;
    const compiled = running.compiled(exchange, creative, facts.format === 'native' ? native : undefined);
    if (compiled === null) {
      running.reasons.add('no-creative');
      return undefined;
    }
    const hold = imp.exp > 0 ? imp.exp : Math.min(HOLD_SECONDS[facts.format], this.#parts.longestHoldSeconds);
    const number = this.#takeMoney(asked, candidate, hold);
    if (number === undefined) {
      if (deal === undefined) running.reasons.add('budget-spent');
      else refuse(deal, 'no money');
      return undefined;
    }
    const bidId = request.test
      ? `${this.#parts.holder}-t${number.toString(36)}`
      : bidIdOf(this.#parts.holder, number);
    const notice = running
      .signing(exchange, candidate.dealId, wallet, this.#parts.holder)
      .sign(
        bidId,
        priceCpmMicros,
        (asked.now + hold * 1000) as EpochMs,
        request.test,
        compiled.billedBy,
        imp.multiplier,
      );
    running.bids += 1;
    return {
      bidId,
      impId: imp.id,
      seat: candidate.seat,
      priceCpmMicros,
      creative: compiled,
      notice,
      dealId: candidate.dealId,
      w: facts.w,
      h: facts.h,
      slotinpod: 0,
      exp: hold,
      dsa: request.regs.dsaRequired > 0,
    };
  }

  /** The number of a bid whose money is promised; a test is never promised any (V11). */
  #takeMoney(asked: Asked, candidate: Candidate, holdSeconds: number): number | undefined {
    if (asked.request.test) {
      this.#testBids += 1;
      return this.#testBids;
    }
    const { campaign: running, imp, wallet, deal, priceCpmMicros } = candidate;
    const { purse, caps } = this.#parts;
    // Another imp of this request may have taken the last unit.
    if (deal !== undefined && unitsTaken(deal) >= deal.terms.impressions) return undefined;
    const { index } = running;
    const cappedUser = deal === undefined ? cappedUserOf(running, asked) : '';
    if (cappedUser !== '' && !caps.allows(cappedUser, index, running.campaign.frequencyCap!, asked.now))
      return undefined;
    const micros = impressionCost(priceCpmMicros, imp.multiplier);
    const until = asked.monotonic + holdSeconds * 1000 + BILL_GRACE_MS;
    const open: OpenBid = { exchange: asked.exchange.name, candidate: madeBid(candidate), cappedUser };
    const number = purse.promise(wallet, micros, asked.monotonic, until, open);
    if (number < 0) return undefined;
    if (cappedUser !== '') caps.hold(cappedUser, index);
    if (deal !== undefined) deal.committed += 1;
    return number;
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

/** The id that a user is counted by: ours, another's, the device's, in this order (spec §15). */
function userKeyOf({ user, device }: BidRequest): string {
  if (user.buyeruid !== '') return user.buyeruid;
  const eid = user.eids.find(({ mm, ids }) => mm !== 5 && ids.length > 0);
  if (eid !== undefined) return `${eid.source}|${eid.ids[0]!}`;
  return device.limited || /^[0-]*$/.test(device.ifa) ? '' : device.ifa;
}
