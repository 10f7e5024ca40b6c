import type { Deal, DealsClient, DealsClientFactory, Quote, QuoteRequest } from '../deals/index.ts';
import type { EpochMs, Money, World } from '../kernel/index.ts';

/**
 * A seller client without a single check, as one is written in an afternoon: whatever the body says is taken
 * for true, a currency is just a label. Planted bugs that live at the edge need it, since the real client
 * refuses such bodies before any rule sees them.
 */
export function naiveClients(real: DealsClientFactory, world: World): DealsClientFactory {
  return (seller) => {
    const client = real(seller);
    const read = async (
      path: string,
      init: { method: 'GET' | 'POST'; body?: unknown },
      signal: AbortSignal | undefined,
    ) => {
      const response = await world.network.request(
        {
          method: init.method,
          url: `${seller.url}${path}`,
          headers: { 'content-type': 'application/json' },
          ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
        },
        { signal: signal ?? new AbortController().signal },
      );
      return JSON.parse(response.body) as Record<string, Record<string, unknown>>;
    };
    const naive: DealsClient = {
      sellerUrl: client.sellerUrl,
      listProducts: (options) => client.listProducts(options),
      getQuote: (quoteId, options) => client.getQuote(quoteId, options),
      getDeal: (dealId, options) => client.getDeal(dealId, options),
      cancelDeal: (dealId, options) => client.cancelDeal(dealId, options),
      negotiate: (message, options) => client.negotiate(message, options),
      bookDeal: async (request, options) => {
        const body = { idempotency_key: request.idempotencyKey, quote_id: request.quoteId };
        return naiveDeal((await read('/api/v1/deals', { method: 'POST', body }, options?.signal)).deal);
      },
      requestQuote: async (request, options) => {
        return naiveQuote(
          (await read('/api/v1/quotes', { method: 'POST', body: wire(request) }, options?.signal)).quote,
          request,
        );
      },
    };
    return naive;
  };
}

function wire(request: QuoteRequest): Record<string, unknown> {
  return {
    idempotency_key: request.idempotencyKey,
    product_id: request.productId,
    deal_type: request.dealType,
    impressions: request.impressions,
    flight_start: request.flight.start,
    flight_end: request.flight.end,
  };
}

/** `{amount_micros: 5, currency: 'EUR'}`, `12.5`, `"12,50"`: all become dollars. */
function naiveMoney(value: unknown): Money {
  const amount =
    typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>).amount_micros
      : Number(value) * 1e6;
  return { amountMicros: Math.round(Number(amount)), currency: 'USD' } as unknown as Money;
}

/** What lies at a path of a body, whatever it is. */
function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}

function naiveQuote(value: unknown, request: QuoteRequest): Quote {
  return {
    quoteId: String(at(value, 'quote_id')),
    status: 'available',
    dealType: request.dealType,
    productId: request.productId,
    productName: '',
    baseCpm: null,
    finalCpm: naiveMoney(at(value, 'pricing', 'final_cpm')),
    impressions: request.impressions,
    flight: request.flight,
    guaranteed: false,
    inventoryAvailable: true,
    estimatedFillRate: null,
    minimumSpend: null,
    buyerTier: 'public',
    expiresAt: Date.parse(String(at(value, 'expires_at'))) as EpochMs,
    dealId: null,
    claimedSellerId: String(at(value, 'seller_id')),
  };
}

function naiveDeal(value: unknown): Deal {
  return {
    dealId: String(at(value, 'deal_id')),
    status: 'proposed',
    quoteId: String(at(value, 'quote_id')),
    dealType: String(at(value, 'deal_type')),
    productId: String(at(value, 'product', 'product_id')),
    finalCpm: naiveMoney(at(value, 'pricing', 'final_cpm')),
    impressions: Number(at(value, 'terms', 'impressions')),
    flight: {
      start: String(at(value, 'terms', 'flight_start')),
      end: String(at(value, 'terms', 'flight_end')),
    },
    activationInstructions: {},
  };
}
