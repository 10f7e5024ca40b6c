import type { DealType, ErrorInfo, Flight, Money } from '../kernel/index.ts';
import type { ExcludedSeller, NormalizedQuote, Seller, SellerQuoteResult } from './types.ts';

/** A contract that a seller confirmed and the ledger holds money for. */
export interface BookedDeal {
  readonly bookingId: string;
  readonly dealId: string;
  readonly quoteId: string;
  readonly sellerId: string;
  readonly sellerUrl: string;
  readonly dealType: DealType;
  readonly finalCpm: Money;
  readonly impressions: number;
  readonly flight: Flight;
  /** What the ledger holds for it, in the budget's currency. */
  readonly committed: Money;
}

/** A booking that did not end in a deal. */
export interface FailedBooking {
  readonly quoteId: string;
  readonly sellerId: string;
  readonly error: string;
  readonly errorCode: ErrorInfo['code'];
  /** `unknown`: the seller may hold a contract; the money stays reserved and the slot taken. */
  readonly outcome: 'failed' | 'unknown';
}

/** The last stage: what was bought, what was not, and where the budget is. */
export interface DealSelection {
  readonly bookedDeals: readonly BookedDeal[];
  readonly failedBookings: readonly FailedBooking[];
  /** Quotes passed over without asking, and why (does not fit the budget, say). */
  readonly skipped: readonly {
    readonly quoteId: string;
    readonly sellerId: string;
    readonly reason: string;
  }[];
  /** Committed to deals, plus what unknown bookings hold. */
  readonly totalSpend: Money;
  readonly remainingBudget: Money;
}

/** One exchange of prices, raw CPM. */
export interface NegotiationRound {
  readonly round: number;
  readonly buyerPrice: Money | null;
  readonly sellerPrice: Money | null;
  readonly action: string;
}

/** How one negotiation went. */
export interface NegotiationRecord {
  readonly sellerId: string;
  readonly quoteId: string;
  readonly openingCpm: Money;
  readonly outcome: 'accepted' | 'rejected' | 'walked_away' | 'unavailable';
  readonly agreedCpm: Money | null;
  readonly rounds: readonly NegotiationRound[];
  readonly reason: string;
}

/** Everything a run of the desk found and did. */
export interface OrchestrationResult {
  readonly discoveredSellers: readonly Seller[];
  readonly excludedSellers: readonly ExcludedSeller[];
  readonly quoteResults: readonly SellerQuoteResult[];
  readonly rankedQuotes: readonly NormalizedQuote[];
  readonly negotiations: readonly NegotiationRecord[];
  readonly selection: DealSelection;
  readonly warnings: readonly string[];
}
