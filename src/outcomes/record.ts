import type { EpochMs, Money } from '../kernel/index.ts';

/** The version that is written. A new one is for a changed meaning; fields may be added without. */
export const OUTCOME_VERSION = 1;

/** What every record says. */
export interface OutcomeHead {
  readonly version: typeof OUTCOME_VERSION;
  /** Unique; a copy has the same. What follows from a bid is named after it (`outcomeId`). */
  readonly id: string;
  /** The id of the record it follows from, as far as it is known; `null` for a beginning. */
  readonly parent: string | null;
  /** When it happened, by the world's clock of whoever writes it. */
  readonly at: EpochMs;
  /** The campaign it is about; records of one campaign keep their order. `''` when it is about none. */
  readonly campaign: string;
}

/** Which offer a bid was for. */
export interface OutcomeOfBid {
  readonly exchange: string;
  /** `''` in the open auction. */
  readonly deal: string;
  /** `''` when the notice does not say. */
  readonly creative: string;
}

/** What a decision can be about. */
export const DECISIONS = ['bid', 'no-bid', 'tranche', 'plan', 'quote'] as const;
/** What can happen to a deal. */
export const DEAL_EVENTS = [
  'quoted',
  'chosen',
  'booked',
  'refused',
  'changed',
  'cancelled',
  'ended',
] as const;
/** How money moves: the commands of the ledger that change a balance. */
export const MONEY_MOVES = [
  'reserve',
  'settle',
  'release',
  'move',
  'expire',
  'grantLease',
  'resizeLease',
  'returnLease',
  'reportLease',
  'spend',
  'pay',
] as const;

/** What somebody decided. */
export interface DecisionOutcome extends OutcomeHead {
  readonly kind: 'decision';
  readonly about: (typeof DECISIONS)[number];
  /** The main reason, in the decider's own list of words. */
  readonly reason: string;
  /** The decider's own compact record, as text (base64url for bytes). */
  readonly data: string;
  /** What it was decided from, as text; `null` where this decision's inputs were not sampled. */
  readonly inputs: string | null;
}

/** What a bid was chosen by. */
export interface BidChoice {
  /** What a thousand such impressions were taken to be worth, micros of the campaign’s currency. */
  readonly valueCpm: number;
  /** Probability with which the creative was chosen, above 0. */
  readonly propensity: number;
  /** Segment of the user, `''` for none; how often the user had seen the campaign; which prices are alike. */
  readonly segment: string;
  readonly exposures: number;
  readonly market: string;
}

/** A bid that left. */
export interface BidOutcome extends OutcomeHead, OutcomeOfBid {
  readonly kind: 'bid';
  /** For a thousand impressions. */
  readonly cpm: Money;
  /** How it was chosen, for whoever learns from what comes of it; `null` when the bidder does not say. */
  readonly choice: BidChoice | null;
}

/** A bid that won, by the exchange's word. It moves no money. */
export interface WinOutcome extends OutcomeHead, OutcomeOfBid {
  readonly kind: 'win';
  /** Clearing price for a thousand; `null` when the exchange did not say. */
  readonly cpm: Money | null;
  /** What would have tied, for a thousand, when given. */
  readonly minToWin: Money | null;
}

/** A bid that lost. */
export interface LossOutcome extends OutcomeHead, OutcomeOfBid {
  readonly kind: 'loss';
  /** OpenRTB loss reason (list 5.25), when given. */
  readonly reason: number | null;
  /** What would have tied, for a thousand, when given. */
  readonly minToWin: Money | null;
}

/** An impression that is paid. */
export interface BillingOutcome extends OutcomeHead, OutcomeOfBid {
  readonly kind: 'billing';
  /** For what was shown by this notice, not for a thousand. */
  readonly cost: Money;
}

/** An ad that was seen, by its own pixel or an exchange's word. */
export interface ImpressionOutcome extends OutcomeHead, OutcomeOfBid {
  readonly kind: 'impression';
}

/** An ad that was clicked. */
export interface ClickOutcome extends OutcomeHead, OutcomeOfBid {
  readonly kind: 'click';
}

/** Somebody did what the campaign is for; may come before the impression that it follows from is known. */
export interface ConversionOutcome extends OutcomeHead {
  readonly kind: 'conversion';
  /** Which action, in the advertiser's words. */
  readonly action: string;
  /** What it is worth; `null` when the advertiser did not say. */
  readonly value: Money | null;
}

/** Something that happened to a deal. */
export interface DealOutcome extends OutcomeHead {
  readonly kind: 'deal';
  readonly event: (typeof DEAL_EVENTS)[number];
  readonly deal: string;
  readonly seller: string;
  /** Agreed or quoted, for a thousand; `null` where there is none. */
  readonly cpm: Money | null;
  readonly impressions: number | null;
}

/** By how much one account's own balances changed, micros; what lies below the account is not in its own. */
export interface BalanceChange {
  /** The account's path. */
  readonly account: string;
  readonly reserved: number;
  readonly leased: number;
  readonly settled: number;
}

/** An entry of the ledger's journal that moved money, so that others can keep books of their own and compare. */
export interface MoneyOutcome extends OutcomeHead {
  readonly kind: 'money';
  readonly move: (typeof MONEY_MOVES)[number];
  /** The path of the account, or of the first of several. */
  readonly account: string;
  /** What was paid; where nothing was, what changed its place. */
  readonly amount: Money;
  /** The bill that this pays, by its id in the ledger; `null` when it pays none. */
  readonly bill: string | null;
  /** The number of the entry in the ledger's journal. */
  readonly entry: number;
  /** The number of the entry that moved money before it, 0 for none: nobody can leave one out unseen. */
  readonly after: number;
  /** Each account once. */
  readonly changes: readonly BalanceChange[];
}

/** One thing that happened, of any kind. */
export type OutcomeRecord =
  | DecisionOutcome
  | BidOutcome
  | WinOutcome
  | LossOutcome
  | BillingOutcome
  | ImpressionOutcome
  | ClickOutcome
  | ConversionOutcome
  | DealOutcome
  | MoneyOutcome;

/** The kind of a record. */
export type OutcomeKind = OutcomeRecord['kind'];

/** The id of what became of a bid: copies of one notice have one id, and `win:B` is found from `B` without a search. */
export function outcomeId(kind: OutcomeKind, bidId: string): string {
  return kind === 'bid' ? bidId : `${kind}:${bidId}`;
}

/** Whether it tells of money that moved: such a record may never be lost. */
export function isMoney(record: OutcomeRecord): boolean {
  return record.kind === 'money' || record.kind === 'billing';
}
