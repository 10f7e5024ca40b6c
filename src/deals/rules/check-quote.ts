import {
  type Currency,
  convertRoundingUp,
  type EpochMs,
  type FxTable,
  GavotteError,
  showMoney,
} from '../../kernel/index.ts';
import type { Quote, QuoteRequest, Seller, VerifiedQuote } from '../types.ts';

/** A quote that ends within this margin of our clock is already too late to book (fault B7). */
export const EXPIRY_MARGIN_MS = 2_000;
/** Above 10,000 units per thousand a price is a mistake or an attack, whatever the currency. */
export const SANITY_CEILING_MICROS = 10_000_000_000;

/** What a quote is checked against. */
export interface QuoteCheckContext {
  readonly seller: Pick<Seller, 'sellerId' | 'url'>;
  readonly request: QuoteRequest;
  readonly now: EpochMs;
  readonly budgetCurrency: Currency;
  readonly fx: FxTable | undefined;
  /** Ids of all sellers of this market: a body that names another of them is refused. */
  readonly knownSellerIds: ReadonlySet<string>;
}

/**
 * Admits a quote, or says which rule it breaks (invariant I6): the price is finite, positive and sane, the
 * currency convertible at a fresh rate, it is available and not about to expire by our clock, it comes from
 * the seller we are connected to, and it answers what was asked.
 * @throws GV_QUOTE_REFUSED, GV_QUOTE_EXPIRED, GV_FX_MISSING, GV_FX_STALE
 */
export function checkQuote(quote: Quote, context: QuoteCheckContext): VerifiedQuote {
  const { request, seller } = context;
  checkIdentity(quote, context);
  checkPrice(quote, context);
  const echoes: readonly [string, unknown, unknown][] = [
    ['product_id', quote.productId, request.productId],
    ['deal_type', quote.dealType, request.dealType],
    ['impressions', quote.impressions, request.impressions],
    ['flight_start', quote.flight.start, request.flight.start],
    ['flight_end', quote.flight.end, request.flight.end],
  ];
  for (const [field, found, asked] of echoes) {
    if (found !== asked)
      refuse(`${field} is ${JSON.stringify(found)} but ${JSON.stringify(asked)} was asked`);
  }
  if (quote.status !== 'available') refuse(`its status is ${JSON.stringify(quote.status)}, not "available"`);
  if (!quote.inventoryAvailable) refuse('the seller says the inventory is not available');
  if (!(quote.expiresAt > context.now + EXPIRY_MARGIN_MS)) {
    throw new GavotteError(
      'GV_QUOTE_EXPIRED',
      `quote ${quote.quoteId} ended ${Math.round((context.now - quote.expiresAt) / 1000)} s ago`,
      {
        fix: 'Ask the seller for a fresh quote.',
      },
    );
  }
  return {
    ...quote,
    sellerId: seller.sellerId,
    sellerUrl: seller.url,
    dealType: request.dealType,
    impressions: request.impressions,
    request,
    agreedCpm: null,
  };
}

function checkIdentity(quote: Quote, { seller, knownSellerIds }: QuoteCheckContext): void {
  const claimed = quote.claimedSellerId;
  if (claimed !== null && claimed !== seller.sellerId && knownSellerIds.has(claimed)) {
    refuse(
      `it claims to come from seller ${JSON.stringify(claimed)}, but the connection is to ${seller.sellerId}`,
    );
  }
}

/** An unpriced quote passes: it is listed last and can never be booked. */
function checkPrice(quote: Quote, context: QuoteCheckContext): void {
  const price = quote.finalCpm;
  if (price === null) return;
  if (!Number.isSafeInteger(price.amountMicros) || price.amountMicros <= 0) {
    refuse(`its CPM of ${price.amountMicros} micros is not above zero`);
  }
  if (price.amountMicros > SANITY_CEILING_MICROS)
    refuse(`its CPM of ${showMoney(price)} is above the sanity ceiling of 10,000.00`);
  convertRoundingUp(price, context.budgetCurrency, context.fx, context.now);
}

function refuse(reason: string): never {
  throw new GavotteError('GV_QUOTE_REFUSED', `quote refused: ${reason}`, {
    fix: 'Nothing to do; the seller must quote correctly.',
  });
}
