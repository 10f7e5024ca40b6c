import {
  assert,
  type Clock,
  compare,
  GavotteError,
  type Money,
  mapBounded,
  withDeadline,
} from '../../kernel/index.ts';
import type { QuoteNormalizer } from '../pricing/index.ts';
import type { NegotiationRecord, NegotiationRound } from '../results.ts';
import type { DealsClientFactory, NegotiationMessage, NegotiationReply, VerifiedQuote } from '../types.ts';
import { QuoteNegotiation } from './negotiate-quote.ts';
import type { NegotiationStrategyFactory } from './strategy.ts';

/** Sellers bargained with at once: bounds sockets, not patience. */
const FAN_OUT = 256;

/** How to negotiate, and how far. */
export interface NegotiationPlan {
  readonly strategy: NegotiationStrategyFactory;
  /** Counters per quote. */
  readonly maxRounds: number;
  /** For all negotiations together, ms. */
  readonly timeBudgetMs: number;
}

/** `negotiation.started`, `negotiation.round`, `negotiation.concluded` with the payloads of semantics §8. */
export type NegotiationAnnounce = (eventType: string, payload: Readonly<Record<string, unknown>>) => void;

export interface NegotiateQuotesInput {
  readonly quotes: readonly VerifiedQuote[];
  readonly plan: NegotiationPlan;
  readonly clientOf: DealsClientFactory;
  readonly normalizer: QuoteNormalizer;
  readonly clock: Clock;
  readonly announce: NegotiationAnnounce;
  /** Highest effective CPM that may be bought; the walk-away price is the raw price that comes to it (BUG-4). */
  readonly maxCpm?: Money;
  readonly signal?: AbortSignal;
}

/** The quotes in their order, those agreed on with `agreedCpm` set: the price to expect at booking. */
export interface NegotiationResult {
  readonly quotes: readonly VerifiedQuote[];
  readonly records: readonly NegotiationRecord[];
}

/**
 * Negotiates all quotes at the same time, within the plan's rounds and time. A quote that is not agreed on, for
 * whatever reason, comes back as it was.
 */
export async function negotiateQuotes(input: NegotiateQuotesInput): Promise<NegotiationResult> {
  const { plan, clock, quotes } = input;
  if (!(plan.timeBudgetMs > 0) || !(plan.maxRounds >= 1)) {
    throw new GavotteError(
      'GV_BAD_INPUT',
      `negotiation needs maxRounds ${plan.maxRounds} of 1 or more and timeBudgetMs ${plan.timeBudgetMs} above 0`,
    );
  }
  const endsAt = clock.monotonic() + plan.timeBudgetMs;
  const board = new OfferBoard(input.normalizer, quotes);
  const results = await mapBounded(quotes, FAN_OUT, (quote) => negotiateOne(quote, input, board, endsAt));
  return {
    quotes: results.map(({ quote }) => quote),
    records: results.flatMap(({ record }) => (record === null ? [] : [record])),
  };
}

async function negotiateOne(
  quote: VerifiedQuote,
  input: NegotiateQuotesInput,
  board: OfferBoard,
  endsAt: number,
): Promise<{ quote: VerifiedQuote; record: NegotiationRecord | null }> {
  const { plan, normalizer } = input;
  const openingCpm = quote.finalCpm;
  const walkAwayCpm = normalizer.rawCeiling({ ...quote, agreedCpm: null }, input.maxCpm);
  if (openingCpm === null || walkAwayCpm === null) return { quote, record: null };
  const news = newsOf(quote, input);
  const record = await new QuoteNegotiation({
    quote,
    openingCpm,
    walkAwayCpm,
    strategy: () => plan.strategy(quote, walkAwayCpm),
    maxRounds: plan.maxRounds,
    send: senderTo(quote, input, endsAt),
    bestAlternativeCpm: () => board.bestAlternative(quote),
    onOpen: news.started,
    onRound: (round, available) => {
      board.post(quote, available);
      news.round(round);
    },
  }).run();
  news.concluded(record);
  return { quote: withAgreement(quote, record, walkAwayCpm), record };
}

/** Sends one message within what is left of the time for all. */
function senderTo(
  quote: VerifiedQuote,
  { clock, clientOf, signal: parent }: NegotiateQuotesInput,
  endsAt: number,
) {
  return async (message: NegotiationMessage): Promise<NegotiationReply> => {
    const leftMs = endsAt - clock.monotonic();
    if (leftMs <= 0) throw new GavotteError('GV_TIMEOUT', 'the time for negotiation is over');
    const client = clientOf({ sellerId: quote.sellerId, url: quote.sellerUrl });
    return withDeadline(clock, leftMs, parent, (signal) => client.negotiate(message, { signal }));
  };
}

/** The three events of one negotiation. The band is the reference's; we negotiate every quote, so it is null. */
function newsOf(quote: VerifiedQuote, { announce, normalizer, maxCpm }: NegotiateQuotesInput) {
  const ids = { seller_id: quote.sellerId, quote_id: quote.quoteId };
  return {
    started: (open_cpm: Money) =>
      announce('negotiation.started', {
        ...ids,
        product_id: quote.productId,
        quote_cpm: normalizer.normalizeQuote(quote).effectiveCpm,
        max_cpm: maxCpm ?? null,
        band_limit: null,
        open_cpm,
      }),
    round: ({ round, buyerPrice, sellerPrice, action }: NegotiationRound) =>
      announce('negotiation.round', {
        ...ids,
        round,
        buyer_price: buyerPrice,
        seller_price: sellerPrice,
        action,
      }),
    concluded: ({ outcome, agreedCpm, rounds, reason }: NegotiationRecord) =>
      announce('negotiation.concluded', {
        ...ids,
        outcome,
        agreed_cpm: agreedCpm,
        rounds: rounds.length,
        requoted_quote_id: null,
        reason,
      }),
  };
}

function withAgreement(
  quote: VerifiedQuote,
  { agreedCpm }: NegotiationRecord,
  walkAwayCpm: Money,
): VerifiedQuote {
  if (agreedCpm === null) return quote;
  assert(compare(agreedCpm, walkAwayCpm) <= 0, 'a price above the walk-away price was agreed to');
  return { ...quote, agreedCpm };
}

/** What every quote would cost now, so that each can be asked to beat the best of the others. */
class OfferBoard {
  readonly #normalizer: QuoteNormalizer;
  /** Effective CPM by quote, in micros of the budget's currency. */
  readonly #effective = new Map<VerifiedQuote, Money>();

  constructor(normalizer: QuoteNormalizer, quotes: readonly VerifiedQuote[]) {
    this.#normalizer = normalizer;
    for (const quote of quotes) if (quote.finalCpm !== null) this.post(quote, quote.finalCpm);
  }

  post(quote: VerifiedQuote, agreedCpm: Money): void {
    const { effectiveCpm } = this.#normalizer.normalizeQuote({ ...quote, agreedCpm });
    if (effectiveCpm !== null) this.#effective.set(quote, effectiveCpm);
  }

  /** The raw price, at most the quoted one, that would make `quote` as cheap as the best other seller. */
  bestAlternative(quote: VerifiedQuote): Money | null {
    let best: Money | null = null;
    for (const [other, effective] of this.#effective) {
      if (other.sellerId === quote.sellerId) continue;
      if (best === null || compare(effective, best) < 0) best = effective;
    }
    return best === null ? null : this.#normalizer.rawCeiling({ ...quote, agreedCpm: null }, best);
  }
}
