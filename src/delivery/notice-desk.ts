import { type Clock, money, withDeadline } from '../kernel/index.ts';
import { type Notice, type NoticeReader, type NoticeRefusal, noticeCost } from '../openrtb/index.ts';
import { BucketCounts } from '../telemetry/index.ts';
import { BILL_GRACE_MS, type Bill, type BillOutcome, type Bills } from './money/bills.ts';
import type { Purse } from './money/purse.ts';
import { RecentIds } from './money/recent-ids.ts';

/** What became of bids, for those who count and learn. `bid` is undefined when another process made it, or it is forgotten. */
export interface OutcomeListener<Bid> {
  won(bid: Bid | undefined, notice: Notice): void;
  lost(bid: Bid | undefined, notice: Notice): void;
  /** Shown and paid, for the first time here: `micros` for this impression. */
  billed(bid: Bid | undefined, notice: Notice, micros: number): void;
  clicked(bid: Bid | undefined, notice: Notice): void;
}

/** Writes down what was billed, so that it is on disk before the notice is acknowledged. */
export interface BillingJournal {
  /** A bill that was paid before: the record of it may have died with whoever paid it. */
  repeated(notice: Notice, micros: number): void;
  /** Resolves when all that it heard is written. */
  written(): Promise<void>;
}

/** What has come in, by its end. */
export interface NoticeCounts {
  readonly refused: Map<NoticeRefusal, number>;
  won: number;
  lost: number;
  clicked: number;
  paid: number;
  repeat: number;
  late: number;
  disputed: number;
  spooled: number;
  /** Test traffic and renders for review: never money (V11, W4). */
  ignored: number;
}

/** Copies of win notices follow within a minute. */
const RECENT_WINS = 50_000;
/** A log that takes longer is away: the payment is in the ledger, and its record waits with the others. */
const LOG_MS = 1_000;
const TAKEN = 204;
const REFUSED = 400;
const FOUND = 302;
const TRY_AGAIN = 503;

/** How a notice is answered over HTTP. */
export interface NoticeAnswer {
  readonly status: number;
  /** Where a click goes on to. */
  readonly location?: string;
}

/**
 * Turns notices into money and news. Money moves at the billing notice alone, never at a win (W1); a notice is
 * answered 204 only after its bill is durable (W10), and 503 when it could not be, so that the exchange sends it again.
 */
export class NoticeDesk<Bid> {
  readonly counts: NoticeCounts = {
    refused: new Map(),
    won: 0,
    lost: 0,
    clicked: 0,
    paid: 0,
    repeat: 0,
    late: 0,
    disputed: 0,
    spooled: 0,
    ignored: 0,
  };
  /** Seconds from a bid of this process to its bill; copies and what came after another bid took its place are left out. */
  readonly lags = new BucketCounts('gavotte_notice_lag_seconds');
  readonly #read: NoticeReader;
  readonly #bills: Bills;
  readonly #purse: Purse<Bid>;
  readonly #clock: Clock;
  readonly #listener: OutcomeListener<Bid>;
  readonly #journal: BillingJournal | null;
  /** The reservation that pays what comes too late, by account. */
  readonly #lateOf: (account: string) => string;
  readonly #wins = new RecentIds(RECENT_WINS);
  readonly #landingOf: (campaign: string, creative: string) => string | undefined;

  constructor(options: {
    readonly read: NoticeReader;
    readonly bills: Bills;
    readonly purse: Purse<Bid>;
    readonly clock: Clock;
    readonly listener: OutcomeListener<Bid>;
    /** Where what was billed is written down; without it, nowhere. */
    readonly journal?: BillingJournal | null;
    readonly lateOf: (account: string) => string;
    /** Where a click on a creative of a campaign leads; undefined for one that we do not know. */
    readonly landingOf: (campaign: string, creative: string) => string | undefined;
  }) {
    this.#read = options.read;
    this.#bills = options.bills;
    this.#purse = options.purse;
    this.#clock = options.clock;
    this.#listener = options.listener;
    this.#journal = options.journal ?? null;
    this.#lateOf = options.lateOf;
    this.#landingOf = options.landingOf;
  }

  /** Takes one notice, by the target of its request. */
  async take(target: string): Promise<NoticeAnswer> {
    const read = this.#read(target, this.#clock.now());
    if (!read.ok) {
      this.counts.refused.set(read.reason, (this.counts.refused.get(read.reason) ?? 0) + 1);
      return { status: REFUSED };
    }
    const { notice } = read;
    if (notice.test || notice.price === 'audit') {
      this.counts.ignored += 1;
      return this.#answer(notice);
    }
    if (notice.bills) return { status: await this.#bill(notice) };
    this.#hear(notice);
    return this.#answer(notice);
  }

  /** A click goes on to the page of its ad. */
  #answer(notice: Notice): NoticeAnswer {
    const location = notice.kind === 'click' ? this.#landingOf(notice.campaign, notice.creative) : undefined;
    return location === undefined ? { status: TAKEN } : { status: FOUND, location };
  }

  async #bill(notice: Notice): Promise<number> {
    const number = this.#numberOf(notice);
    // Before the bill is paid, as paying ends the bid and what ended may be forgotten.
    const bid = number < 0 ? undefined : this.#purse.bid(number);
    const lagMs = this.#purse.ageMs(number, this.#clock.monotonic());
    const bill = this.#billOf(notice);
    if (bill.amount.amountMicros === 0) {
      if (number >= 0) this.#purse.paid(number, notice.epoch, 0);
      return TAKEN;
    }
    let outcome: BillOutcome;
    try {
      outcome = await this.#bills.take(bill);
    } catch {
      return TRY_AGAIN;
    }
    this.counts[outcome] += 1;
    const { amountMicros } = bill.amount;
    // What waits on our disk is spent, but not out of what the ledger knows.
    if (number >= 0) this.#purse.paid(number, notice.epoch, outcome === 'spooled' ? 0 : amountMicros);
    if (outcome === 'spooled' && notice.holder === this.#purse.holder)
      this.#purse.spooled(notice.account, amountMicros);
    if (outcome === 'repeat') this.#journal?.repeated(notice, amountMicros);
    else {
      this.lags.observe(lagMs / 1000);
      this.#listener.billed(bid, notice, amountMicros);
    }
    await this.#written();
    return TAKEN;
  }

  async #written(): Promise<void> {
    const journal = this.#journal;
    if (journal === null) return;
    await withDeadline(this.#clock, LOG_MS, undefined, () => journal.written()).catch(() => {});
  }

  #billOf(notice: Notice): Bill {
    const { exchange, bidId, account, holder, epoch, currency } = notice;
    return {
      id: `bill:${exchange}:${bidId}`,
      account,
      holder,
      epoch,
      amount: money(noticeCost(notice), currency),
      isLate: notice.at > notice.expiresAt + BILL_GRACE_MS / 2,
      late: this.#lateOf(account),
      cause: `bid:${bidId}`,
    };
  }

  #hear(notice: Notice): void {
    const number = this.#numberOf(notice);
    const bid = number < 0 ? undefined : this.#purse.bid(number);
    if (notice.kind === 'loss') {
      this.counts.lost += 1;
      // A copy of a loss is no news.
      if (number < 0 || this.#purse.lost(number)) this.#listener.lost(bid, notice);
    } else if (notice.kind === 'win') {
      // A copy of a win is no news.
      if (this.#wins.has(notice.bidId)) return;
      this.#wins.add(notice.bidId);
      this.counts.won += 1;
      this.#listener.won(bid, notice);
    } else if (notice.kind === 'click') {
      this.counts.clicked += 1;
      this.#listener.clicked(bid, notice);
    }
  }

  /** The number of a bid of this process, out of its id; -1 for one of another. */
  #numberOf({ holder, bidId }: Notice): number {
    return holder === this.#purse.holder ? numberOf(holder, bidId) : -1;
  }
}

/** The number of a bid of that process; -1 for one of another. */
export function numberOf(holder: string, bidId: string): number {
  return bidId.startsWith(`${holder}-`) ? Number.parseInt(bidId.slice(holder.length + 1), 36) : -1;
}

/** The id of a bid: its process and its number there. */
export function bidIdOf(holder: string, number: number): string {
  return `${holder}-${number.toString(36)}`;
}
