import type { ResponseRule, Violation } from '../response/rules.ts';

/** Kinds of calls that an exchange, or a browser for it, makes. */
export type NoticeCall = 'win' | 'bill' | 'loss' | 'imp' | 'click';

/** What is wrong with a call, if anything; a late, reordered or repeated one is authentic. */
export type NoticeFault = 'late' | 'duplicated' | 'reordered' | 'lost' | 'forged' | 'tampered' | 'audit';

/** Sums by currency, in micros. */
export type SumsByCurrency = Readonly<Record<string, number>>;

/** What the exchange counts for one campaign or deal, or in all. */
export interface TradeCounts {
  readonly bids: number;
  readonly wins: number;
  /** Shown and owed for; those of test requests are not in it. */
  readonly impressions: number;
  /** What is owed: each impression's price ÷ 1000 × multiplier, rounded up to a micro. */
  readonly spendMicros: SumsByCurrency;
  /** The part of it whose billing notice the bidder has acknowledged. */
  readonly acknowledgedMicros: SumsByCurrency;
  readonly acknowledged: number;
  readonly clicks: number;
  readonly conversions: number;
}

/** What the exchange counts for one deal. */
export interface DealCounts extends TradeCounts {
  /** Imps that carried it in its flight and on its terms. */
  readonly offered: number;
  /** Of those, imps without a valid bid under it; for a guaranteed deal each is a breach, or has a reason (D9, D10). */
  readonly unanswered: number;
}

/** How calls of one kind went. */
export interface NoticeCounts {
  /** Authentic calls that fell due, without repetitions. */
  readonly due: number;
  readonly acknowledged: number;
  /** Attempts after the first. */
  readonly retried: number;
  /** Given up: lost on purpose, or never answered 200 or 204. */
  readonly undelivered: number;
}

/** The exchange's own books of a run. */
export interface ExchangeReport {
  readonly requests: number;
  readonly answers: {
    readonly bid: number;
    readonly noBid: number;
    readonly malformed: number;
    readonly timeout: number;
    readonly error: number;
  };
  readonly total: TradeCounts;
  /** Wins for each bid that could take part. */
  readonly winRate: number;
  /** Impressions of test requests: nobody may pay for them. */
  readonly testImpressions: number;
  /** By `cid`. */
  readonly byCampaign: Readonly<Record<string, TradeCounts>>;
  /** By exchange and deal id, `north/deal-1`. */
  readonly byDeal: Readonly<Record<string, DealCounts>>;
  /** Bids by loss reason; 0 are wins. */
  readonly losses: Readonly<Record<string, number>>;
  readonly violations: Readonly<Partial<Record<ResponseRule, number>>>;
  /** The first few, to look at. */
  readonly violationSamples: readonly (Violation & { readonly requestId: string })[];
  readonly notices: Readonly<Record<NoticeCall, NoticeCounts>>;
  /** Calls of each fault by the status that answered; `0` is no answer. */
  readonly faults: Readonly<Record<NoticeFault, Readonly<Record<string, number>>>>;
  /** Won and not yet shown when the run ended. */
  readonly pendingImpressions: number;
}
