/** One bid as the exchange keeps it. Money in micros, each impression rounded up as an invoice is. */
export interface ExchangeBid {
  readonly bidId: string;
  readonly dealId: string;
  /** The CPM that was bid, in micros. */
  readonly cpm: number;
  readonly isTest: boolean;
  readonly at: number;
  /** Until when the bidder said that it holds the money. */
  readonly heldUntil: number;
  /** Paths of the notices, the price still to be filled in. */
  readonly win: string;
  readonly bill: string;
  /** The clearing CPM in micros; null until it is won. */
  clearing: number | null;
  isLost: boolean;
  /** The bidder that was last told to pay it: the one that acknowledged, once one has; null before. */
  toldTo: string | null;
  /** When a billing notice of it was first acknowledged. */
  billedAt: number | null;
}

/**
 * The exchange's own books: what was bid to it, what it sold and what it may bill. It shares no code with the bidder;
 * what is in here is the truth that the ledger is held against.
 */
export class ExchangeBooks {
  readonly bids: ExchangeBid[] = [];

  add(bid: ExchangeBid): void {
    this.bids.push(bid);
  }

  /** What the exchange could still collect at `now` on one purse: all that is billed, and all that is open. */
  exposure(isOfPurse: (bid: ExchangeBid) => boolean, now: number): number {
    let micros = 0;
    for (const bid of this.bids) {
      if (bid.isTest || !isOfPurse(bid)) continue;
      if (bid.billedAt !== null) micros += perImpression(bid.clearing ?? bid.cpm);
      else if (!bid.isLost && now < bid.heldUntil) micros += perImpression(bid.clearing ?? bid.cpm);
    }
    return micros;
  }

  /** Bids whose billing was acknowledged. */
  billed(): readonly ExchangeBid[] {
    return this.bids.filter(({ billedAt }) => billedAt !== null);
  }
}

/** What one impression at a CPM costs, in micros, rounded up. */
export function perImpression(cpm: number): number {
  return Math.ceil(cpm / 1000);
}
