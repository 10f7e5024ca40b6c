import { type EpochMs, MICROS_PER_UNIT } from '../../kernel/index.ts';
import { type BidLine, fitLines, impressionCost } from '../../openrtb/index.ts';
import { BucketCounts } from '../../telemetry/index.ts';
import { refuse, unitsTaken } from '../deals/deal-book.ts';
import type { Tape } from '../decisions/tape.ts';
import type { FrequencyCaps } from '../eligibility/frequency-caps.ts';
import { BILL_GRACE_MS } from '../money/bills.ts';
import type { Purse } from '../money/purse.ts';
import type { Wallet } from '../money/wallet.ts';
import { bidIdOf } from '../notice-desk.ts';
import { type Candidate, madeBid, type OpenBid } from './candidate.ts';
import type { Asked } from './choosing.ts';
import type { SigningLease } from './running-campaign.ts';
import { cappedUserOf } from './standings.ts';

/** Seconds for which the money of a bid is held when the exchange does not say, by format (spec B10). */
const HOLD_SECONDS = { banner: 60, native: 600, video: 1_800, audio: 1_800 } as const;

/** What promising needs. */
export interface PromisingParts {
  readonly holder: string;
  readonly purse: Purse<OpenBid>;
  readonly caps: FrequencyCaps;
  /** Imps whose ads may be shown later than this are not bid on: their money would be held too long (B10). */
  readonly longestHoldSeconds: number;
}

/** A bid that leaves. */
export interface LeavingBid {
  readonly bidId: string;
  readonly candidate: Candidate;
}

/** Promises the price of bids before they leave (I9). */
export class Promising {
  /** The bids that leave with the last answer, tests left out. */
  readonly made: LeavingBid[] = [];
  /** CPMs in units of each currency, tests left out. */
  readonly prices = new Map<string, BucketCounts>();
  readonly #parts: PromisingParts;
  #testBids = 0;

  constructor(parts: PromisingParts) {
    this.#parts = parts;
  }

  /** Promises the price of each bid that the exchange takes; what finds no money any more is left out (I9). */
  promiseAll(asked: Asked, candidates: readonly Candidate[]): BidLine[] {
    this.made.length = 0;
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
    const number = asked.tape.whole(this.#takeMoney(asked, candidate, hold) + 1) - 1;
    if (number < 0) {
      if (deal === undefined) running.reasons.add('budget-spent');
      else refuse(deal, 'no money');
      return undefined;
    }
    const bidId = request.test
      ? `${this.#parts.holder}-t${number.toString(36)}`
      : bidIdOf(this.#parts.holder, number);
    const notice = running
      .signing(exchange, candidate.dealId, tapedLease(wallet, asked.tape), this.#parts.holder)
      .sign(
        bidId,
        priceCpmMicros,
        (asked.now + hold * 1000) as EpochMs,
        request.test,
        compiled.billedBy,
        imp.multiplier,
      );
    running.bids += 1;
    if (!request.test) this.#leaves({ bidId, candidate });
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

  #leaves(bid: LeavingBid): void {
    this.made.push(bid);
    const { wallet, priceCpmMicros } = bid.candidate;
    let prices = this.prices.get(wallet.currency);
    if (prices === undefined) {
      prices = new BucketCounts('gavotte_bid_price_cpm');
      this.prices.set(wallet.currency, prices);
    }
    prices.observe(priceCpmMicros / MICROS_PER_UNIT);
  }

  /** The number of a bid whose money is promised, or −1; a test is never promised any (V11). */
  #takeMoney(asked: Asked, candidate: Candidate, holdSeconds: number): number {
    if (asked.request.test) {
      this.#testBids += 1;
      return this.#testBids;
    }
    const { campaign: running, imp, wallet, deal, priceCpmMicros } = candidate;
    const { purse, caps } = this.#parts;
    // Another imp of this request may have taken the last unit.
    if (deal !== undefined && unitsTaken(deal) >= deal.terms.impressions) return -1;
    const { index } = running;
    const cappedUser = deal === undefined ? cappedUserOf(running, asked) : '';
    if (cappedUser !== '' && !caps.allows(cappedUser, index, running.campaign.frequencyCap!, asked.now))
      return -1;
    const micros = impressionCost(priceCpmMicros, imp.multiplier);
    const until = asked.monotonic + holdSeconds * 1000 + BILL_GRACE_MS;
    const open: OpenBid = { exchange: asked.exchange.name, candidate: madeBid(candidate), cappedUser };
    const number = purse.promise(wallet, micros, asked.monotonic, until, open);
    if (number < 0) return -1;
    if (cappedUser !== '') caps.hold(cappedUser, index);
    if (deal !== undefined) deal.committed += 1;
    return number;
  }
}

function tapedLease({ account, epoch, currency }: Wallet, tape: Tape): SigningLease {
  return { account: tape.text(account), epoch: tape.whole(epoch), currency };
}
