import type { Currency } from '../../kernel/index.ts';
import type { AccountId, Lease } from '../../ledger/index.ts';

/**
 * One bidder's slice of one account. What is free is the lease less what is paid and what is promised; nothing is
 * free when the lease is over by the monotonic clock, whatever the ledger may say later (I13).
 */
export class Wallet {
  readonly index: number;
  readonly account: AccountId;
  readonly currency: Currency;
  /** Where the lease is taken from; null for the account's free budget. */
  readonly reservation: string | null;
  /** 0 while there is no lease. */
  epoch = 0;
  amount = 0;
  /** Paid out of the lease as far as this process knows; a payment elsewhere shows at the next answer of the ledger. */
  settled = 0;
  /** Promised in bids that are neither paid, lost nor over. */
  promised = 0;
  /** Monotonic milliseconds; no bid leaves later. */
  spendUntil = -1;
  /** Bills that wait on our disk: spent, and perhaps not yet known to the ledger. */
  spooled = 0;
  /** Its day is over: it promises nothing more, and keeps what it needs for bids that are open. */
  isRetired = false;
  /** All that was ever promised: what demand is measured by. */
  everPromised = 0;

  constructor(
    index: number,
    options: {
      readonly account: AccountId;
      readonly currency: Currency;
      readonly reservation: string | null;
    },
  ) {
    this.index = index;
    this.account = options.account;
    this.currency = options.currency;
    this.reservation = options.reservation;
  }

  /** Micros that may be promised at monotonic time `now`. */
  free(now: number): number {
    return now < this.spendUntil && !this.isRetired
      ? this.amount - this.settled - this.promised - this.spooled
      : 0;
  }

  /** Takes the ledger's answer: its `settled` includes every bill, by whomever it was brought. */
  take(lease: Lease, spendUntil: number): void {
    this.amount = lease.amount.amountMicros;
    this.settled = lease.settled;
    // Promises of an earlier epoch can no longer be paid out of this one, yet they stay counted until they end.
    this.epoch = lease.epoch;
    this.spendUntil = spendUntil;
  }

  /** The lease is gone; nothing may be promised. */
  lapse(): void {
    this.spendUntil = -1;
    this.amount = 0;
    this.settled = 0;
    this.epoch = 0;
  }
}
