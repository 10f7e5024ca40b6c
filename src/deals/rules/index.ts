import { uuidFrom } from '../../kernel/index.ts';
import { dealMismatches } from './check-deal.ts';
import { checkQuote } from './check-quote.ts';
import { bookingVerdict } from './outcome.ts';

/**
 * The desk's money rules as one value, so that `verify` can plant a bug in any of them and prove that it is
 * caught. Nothing else replaces them.
 */
export interface DeskRules {
  readonly checkQuote: typeof checkQuote;
  readonly dealMismatches: typeof dealMismatches;
  readonly bookingVerdict: typeof bookingVerdict;
  /** The idempotency key of a booking: a function of its stored intent, so every retry has the same. */
  readonly bookingKey: (bookingId: string) => string;
  /** Whether a replayed quote request shows that the seller keeps keys: it must give the very same quote. */
  readonly keepsKeys: (replayedQuoteId: string, quoteId: string) => boolean;
}

/** The rules the desk runs by; `verify` swaps single ones for bugs to see them caught. */
export const DESK_RULES: DeskRules = {
  checkQuote,
  dealMismatches,
  bookingVerdict,
  bookingKey: (bookingId) => uuidFrom(`booking-key|${bookingId}`),
  keepsKeys: (replayedQuoteId, quoteId) => replayedQuoteId === quoteId,
};
