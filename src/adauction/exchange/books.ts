import type { BidOutcome } from '../auction/outcome.ts';
import type { CheckedResponse } from '../response/checked.ts';
import type { ResponseRule, Violation } from '../response/rules.ts';
import type { TrafficRequest } from '../traffic/options.ts';
import type {
  DealCounts,
  ExchangeReport,
  NoticeCall,
  NoticeCounts,
  NoticeFault,
  TradeCounts,
} from './report.ts';

type Open<T> = {
  -readonly [K in keyof T]: T[K] extends Readonly<Record<string, number>> ? Record<string, number> : T[K];
};

/** How many broken rules are kept as examples. */
const SAMPLES_KEPT = 20;

function newTrade(): Open<TradeCounts> {
  return {
    bids: 0,
    wins: 0,
    impressions: 0,
    spendMicros: {},
    acknowledgedMicros: {},
    acknowledged: 0,
    clicks: 0,
    conversions: 0,
  };
}

function newNotices(): Open<NoticeCounts> {
  return { due: 0, acknowledged: 0, retried: 0, undelivered: 0 };
}

/** One of our bids that won and is being followed. */
export interface Sale {
  readonly traffic: TrafficRequest;
  readonly outcome: BidOutcome;
}

/** What the exchange writes down as it happens. */
export class Books {
  readonly #answers = { bid: 0, noBid: 0, malformed: 0, timeout: 0, error: 0 };
  readonly #total = newTrade();
  readonly #campaigns = new Map<string, Open<TradeCounts>>();
  readonly #deals = new Map<string, Open<DealCounts>>();
  readonly #losses: Record<string, number> = {};
  readonly #violations: Partial<Record<ResponseRule, number>> = {};
  readonly #samples: (Violation & { requestId: string })[] = [];
  readonly #notices = {
    win: newNotices(),
    bill: newNotices(),
    loss: newNotices(),
    imp: newNotices(),
    click: newNotices(),
  };
  readonly #faults: Record<NoticeFault, Record<string, number>> = {
    late: {},
    duplicated: {},
    reordered: {},
    lost: {},
    forged: {},
    tampered: {},
    audit: {},
  };
  #requests = 0;
  #entered = 0;
  #testImpressions = 0;
  #pending = 0;

  request(): void {
    this.#requests += 1;
  }

  /** Notes how a request was answered. */
  answer(traffic: TrafficRequest, kind: keyof ExchangeReport['answers'], checked?: CheckedResponse): void {
    this.#answers[kind] += 1;
    for (const violation of checked?.violations ?? []) {
      this.#violations[violation.rule] = (this.#violations[violation.rule] ?? 0) + 1;
      if (this.#samples.length < SAMPLES_KEPT)
        this.#samples.push({ ...violation, requestId: traffic.wire.id });
    }
    this.#offers(traffic, checked);
  }

  #offers(traffic: TrafficRequest, checked: CheckedResponse | undefined): void {
    if (traffic.wire.test === 1) return;
    for (const deal of traffic.deals) {
      const line = this.#deal(traffic, deal.dealId);
      line.offered += 1;
      const answered = checked?.bids.some((bid) => bid.deal?.id === deal.dealId && bid.loss === 0) ?? false;
      if (!answered) line.unanswered += 1;
    }
  }

  outcome(sale: Sale): void {
    const { loss } = sale.outcome;
    this.#losses[loss] = (this.#losses[loss] ?? 0) + 1;
    if (loss === 0 || (loss >= 102 && loss <= 103)) this.#entered += 1;
    if (loss === 0) this.#pending += 1;
    for (const line of this.#lines(sale)) {
      line.bids += 1;
      if (loss === 0) line.wins += 1;
    }
  }

  /** Somebody saw it: it is owed, unless the request was a test. Returns micros owed. */
  impression(sale: Sale, multiplier: number): number {
    this.#pending -= 1;
    if (sale.traffic.wire.test === 1) {
      this.#testImpressions += 1;
      return 0;
    }
    const owed = Math.ceil((sale.outcome.price * multiplier) / 1_000);
    const { currency } = sale.outcome.bid;
    for (const line of this.#lines(sale)) {
      line.impressions += 1;
      line.spendMicros[currency] = (line.spendMicros[currency] ?? 0) + owed;
    }
    return owed;
  }

  /** What was won will not be shown. */
  notShown(): void {
    this.#pending -= 1;
  }

  /** The bidder knows of this impression and what it owes. */
  acknowledged(sale: Sale, owed: number): void {
    if (sale.traffic.wire.test === 1) return;
    const { currency } = sale.outcome.bid;
    for (const line of this.#lines(sale)) {
      line.acknowledged += 1;
      line.acknowledgedMicros[currency] = (line.acknowledgedMicros[currency] ?? 0) + owed;
    }
  }

  click(sale: Sale): void {
    for (const line of this.#lines(sale)) line.clicks += 1;
  }

  conversion(sale: Sale): void {
    for (const line of this.#lines(sale)) line.conversions += 1;
  }

  notice(kind: NoticeCall, what: keyof NoticeCounts): void {
    this.#notices[kind][what] += 1;
  }

  fault(fault: NoticeFault, status: number): void {
    const counts = this.#faults[fault];
    counts[status] = (counts[status] ?? 0) + 1;
  }

  /** A copy of all that is written so far. */
  report(): ExchangeReport {
    return structuredClone({
      requests: this.#requests,
      answers: this.#answers,
      total: this.#total,
      winRate: this.#entered === 0 ? 0 : this.#total.wins / this.#entered,
      testImpressions: this.#testImpressions,
      byCampaign: Object.fromEntries(this.#campaigns),
      byDeal: Object.fromEntries(this.#deals),
      losses: this.#losses,
      violations: this.#violations,
      violationSamples: this.#samples,
      notices: this.#notices,
      faults: this.#faults,
      pendingImpressions: this.#pending,
    });
  }

  /** Where a sale counts: in all, for its campaign, for its deal. */
  #lines({ traffic, outcome: { bid } }: Sale): readonly Open<TradeCounts>[] {
    let campaign = this.#campaigns.get(bid.campaign);
    if (campaign === undefined) {
      campaign = newTrade();
      this.#campaigns.set(bid.campaign, campaign);
    }
    const lines = [this.#total, campaign];
    return bid.deal === undefined ? lines : [...lines, this.#deal(traffic, bid.deal.id)];
  }

  #deal(traffic: TrafficRequest, dealId: string): Open<DealCounts> {
    const key = `${traffic.exchange.name}/${dealId}`;
    let line = this.#deals.get(key);
    if (line === undefined) {
      line = { ...newTrade(), offered: 0, unanswered: 0 };
      this.#deals.set(key, line);
    }
    return line;
  }
}
