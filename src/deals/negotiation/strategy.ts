import type { Money } from '../../kernel/index.ts';
import type { NegotiationRound } from '../results.ts';
import type { NegotiationReply, VerifiedQuote } from '../types.ts';

/** What a strategy knows when it is its turn. All prices are raw CPMs in the seller's currency. */
export interface NegotiationContext {
  readonly quote: VerifiedQuote;
  /** The price quoted; it stays available while we negotiate. */
  readonly openingCpm: Money;
  /** The seller's last price; the quoted one before its first answer. */
  readonly sellerCpm: Money;
  /** Nothing above it is ever agreed to. */
  readonly walkAwayCpm: Money;
  /** Exchanges so far, oldest first. */
  readonly rounds: readonly NegotiationRound[];
  /** Counters that may still be sent. */
  readonly roundsLeft: number;
  readonly lastReply: NegotiationReply | null;
  /** The seller said that it will not move again. */
  readonly isFinalOffer: boolean;
  /** The price at which this seller would be as cheap as the best other one is now; null without another. */
  readonly bestAlternativeCpm: Money | null;
}

/** `accept` takes the seller's last price; before its first answer it means that the quote is good as it is. */
export type NegotiationDecision =
  | { readonly action: 'accept' }
  | { readonly action: 'counter'; readonly price: Money }
  | { readonly action: 'reject'; readonly reason: string };

/**
 * How to bargain with one seller about one quote. What it decides is bounded by the desk: a counter is never
 * sent above the seller's last price, and nothing above the walk-away price is ever accepted.
 */
export interface NegotiationStrategy {
  next(context: NegotiationContext): NegotiationDecision;
}

/** Makes the strategy for one quote, whose walk-away price (raw CPM) is given. */
export type NegotiationStrategyFactory = (quote: VerifiedQuote, walkAwayCpm: Money) => NegotiationStrategy;
