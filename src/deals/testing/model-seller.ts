import { type Clock, type EpochMs, GavotteError, money, zeroOf } from '../../kernel/index.ts';
import type { Deal, DealsClient, NormalizedQuote, Quote, QuoteRequest, VerifiedQuote } from '../types.ts';

/** How a model seller misbehaves. */
export interface ModelSellerOptions {
  /** Every request makes a new object. */
  readonly ignoresKeys?: boolean;
  /** Acts on a booking, then the answer is lost, this many times. */
  readonly losesReplies?: number;
  /** Changes a deal after booking it. */
  readonly alters?: (deal: Deal) => Deal;
  readonly refusesToCancel?: boolean;
}

/** A seller in memory for tests of the saga: enough of the wire's behaviour, no wire. */
export class ModelSeller implements DealsClient {
  readonly sellerUrl = 'https://seller.example';
  readonly contracts = new Map<string, Deal>();
  readonly #quotes = new Map<string, Quote>();
  readonly #byKey = new Map<string, string>();
  readonly #clock: Clock;
  readonly #options: ModelSellerOptions;
  #losses: number;
  #count = 0;
  bookingCalls = 0;

  constructor(clock: Clock, options: ModelSellerOptions = {}) {
    this.#clock = clock;
    this.#options = options;
    this.#losses = options.losesReplies ?? 0;
  }

  listProducts() {
    return Promise.resolve({ products: [], invalid: [] });
  }

  async requestQuote(request: QuoteRequest): Promise<Quote> {
    const known = this.#options.ignoresKeys ? undefined : this.#byKey.get(request.idempotencyKey);
    if (known !== undefined) return this.#quotes.get(known)!;
    this.#count += 1;
    const quote: Quote = {
      quoteId: `qt-${this.#count}`,
      status: 'available',
      dealType: request.dealType,
      productId: request.productId,
      productName: 'CTV',
      baseCpm: money(20_000_000, 'USD'),
      finalCpm: money(20_000_000, 'USD'),
      impressions: request.impressions,
      flight: request.flight,
      guaranteed: false,
      inventoryAvailable: true,
      estimatedFillRate: null,
      minimumSpend: null,
      buyerTier: 'public',
      expiresAt: (this.#clock.now() + 86_400_000) as EpochMs,
      dealId: null,
      claimedSellerId: null,
    };
    this.#quotes.set(quote.quoteId, quote);
    this.#byKey.set(request.idempotencyKey, quote.quoteId);
    return quote;
  }

  async getQuote(quoteId: string): Promise<Quote> {
    const quote = this.#quotes.get(quoteId);
    if (quote === undefined) throw rejected(404, 'quote_not_found');
    return quote;
  }

  async bookDeal({ idempotencyKey, quoteId }: { idempotencyKey: string; quoteId: string }): Promise<Deal> {
    this.bookingCalls += 1;
    const known = this.#options.ignoresKeys ? undefined : this.#byKey.get(idempotencyKey);
    if (known !== undefined) return this.contracts.get(known)!;
    const quote = await this.getQuote(quoteId);
    if (quote.dealId !== null && !this.#options.ignoresKeys) throw rejected(409, 'quote_already_booked');
    this.#count += 1;
    const honest: Deal = {
      dealId: `DEMO-${this.#count}`,
      status: 'proposed',
      quoteId,
      dealType: quote.dealType,
      productId: quote.productId,
      finalCpm: quote.finalCpm,
      impressions: quote.impressions,
      flight: quote.flight,
      activationInstructions: {},
    };
    const deal = this.#options.alters?.(honest) ?? honest;
    this.contracts.set(deal.dealId, deal);
    this.#byKey.set(idempotencyKey, deal.dealId);
    this.#quotes.set(quoteId, { ...quote, status: 'booked', dealId: deal.dealId });
    if (this.#losses > 0) {
      this.#losses -= 1;
      throw new GavotteError('GV_NETWORK_LOST', 'connection lost');
    }
    return deal;
  }

  async getDeal(dealId: string): Promise<Deal> {
    const deal = this.contracts.get(dealId);
    if (deal === undefined) throw rejected(404, 'deal_not_found');
    return deal;
  }

  async cancelDeal(dealId: string): Promise<boolean> {
    if (this.#options.refusesToCancel) return false;
    return this.contracts.delete(dealId);
  }

  negotiate(): Promise<never> {
    return Promise.reject(rejected(404, 'not_found'));
  }
}

/** An error as the HTTP client would give it for a clear refusal. */
export function rejected(status: number, sellerCode: string): GavotteError {
  return new GavotteError('GV_SELLER_REJECTED', `the seller refused: ${sellerCode}`, {
    details: { status, sellerCode },
  });
}

/** A ranked quote of a model seller, as stages 2 and 3 would hand it to booking. */
export async function rankedQuoteOf(seller: ModelSeller, impressions = 500_000): Promise<NormalizedQuote> {
  const request: QuoteRequest = {
    idempotencyKey: `quote-key-${impressions}`,
    productId: 'prod-1',
    dealType: 'PD',
    impressions,
    flight: { start: '2026-12-01', end: '2026-12-31' },
    mediaType: 'digital',
  };
  const quote = await seller.requestQuote(request);
  const verified: VerifiedQuote = {
    ...quote,
    sellerId: 'seller-1',
    sellerUrl: seller.sellerUrl,
    dealType: 'PD',
    impressions,
    request,
    agreedCpm: null,
  };
  const cpm = quote.finalCpm!;
  return {
    sellerId: verified.sellerId,
    quoteId: verified.quoteId,
    rawCpm: cpm,
    effectiveCpm: cpm,
    dealType: 'PD',
    feeEstimate: zeroOf(cpm),
    minimumSpend: zeroOf(cpm),
    score: 50,
    fillRateEstimate: null,
    pricingSource: 'seller_quoted',
    cost: money((cpm.amountMicros * impressions) / 1000, 'USD'),
    basis: { intermediaryFeePct: 0, techFeeCpm: zeroOf(cpm), fx: null },
    unpriced: null,
    quote: verified,
  };
}
