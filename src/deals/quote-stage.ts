import {
  type Clock,
  type Currency,
  type ErrorInfo,
  type FxTable,
  GavotteError,
  mapBounded,
  uuidFrom,
  withDeadline,
} from '../kernel/index.ts';
import { targetWorthAsking } from './negotiation/index.ts';
import type { Announce } from './news.ts';
import { resolveProduct } from './product-resolution.ts';
import type { DeskRules } from './rules/index.ts';
import type {
  Catalog,
  DealParams,
  DealsClient,
  DealsClientFactory,
  Product,
  QuoteRequest,
  Seller,
  SellerQuoteResult,
  VerifiedQuote,
} from './types.ts';

/** Sellers asked at once unless told otherwise: bounds sockets, not patience. */
export const DEFAULT_FAN_OUT = 512;

/** A change in one seller's row of the live view. */
export interface SellerProgress {
  readonly sellerId: string;
  readonly name: string;
  readonly state: 'asked' | 'quoted' | 'failed';
  readonly detail: string;
}

export interface QuoteStageContext {
  readonly clock: Clock;
  readonly clientOf: DealsClientFactory;
  readonly rules: DeskRules;
  readonly budgetCurrency: Currency;
  readonly fx: FxTable | undefined;
  readonly quoteTimeoutMs: number;
  readonly fanOut: number;
  /** Names this run; idempotency keys of quotes derive from it and from what is asked. */
  readonly runId: string;
  readonly announce: Announce;
  readonly onProgress: (progress: SellerProgress) => void;
  readonly signal?: AbortSignal;
}

/** Stage 2: asks every seller at once; one result per seller and volume step, in the order of the sellers. */
export async function requestQuotesParallel(
  sellers: readonly Seller[],
  params: DealParams,
  context: QuoteStageContext,
): Promise<readonly SellerQuoteResult[]> {
  const knownSellerIds = new Set(sellers.map((seller) => seller.sellerId));
  const perSeller = await mapBounded(sellers, context.fanOut, (seller) =>
    askOne(seller, params, knownSellerIds, context),
  );
  const results = perSeller.flat();
  const succeeded = results.filter((result) => result.quote !== null);
  const failed = results.filter((result) => result.quote === null);
  context.announce('quote.received', {
    quotes_received: succeeded.length,
    quotes_failed: failed.length,
    seller_ids_success: [...new Set(succeeded.map((result) => result.sellerId))],
    seller_ids_failed: [...new Set(failed.map((result) => result.sellerId))],
  });
  return results;
}

async function askOne(
  seller: Seller,
  params: DealParams,
  knownSellerIds: ReadonlySet<string>,
  context: QuoteStageContext,
): Promise<readonly SellerQuoteResult[]> {
  const startedAt = context.clock.monotonic();
  const tell = (state: SellerProgress['state'], detail: string) =>
    context.onProgress({ sellerId: seller.sellerId, name: seller.name, state, detail });
  const result = (quote: VerifiedQuote | null, error: ErrorInfo | null): SellerQuoteResult => ({
    sellerId: seller.sellerId,
    sellerUrl: seller.url,
    quote,
    dealType: params.dealType,
    error,
    latencyMs: context.clock.monotonic() - startedAt,
  });
  tell('asked', '');
  try {
    return await withDeadline(context.clock, context.quoteTimeoutMs, context.signal, async (signal) => {
      const client = context.clientOf(seller);
      const product = await findProduct(seller, client, params, context, signal);
      const results: SellerQuoteResult[] = [];
      for (const step of params.volumeSteps ?? [1]) {
        const request = quoteRequest(
          seller,
          product,
          params,
          Math.floor(params.impressions * step),
          context.runId,
        );
        try {
          results.push(
            result(
              await bestQuote(client, request, product, params, {
                ...context,
                seller,
                knownSellerIds,
                signal,
              }),
              null,
            ),
          );
        } catch (thrown) {
          if (signal.aborted) throw thrown;
          results.push(result(null, GavotteError.from(thrown).toJSON()));
        }
      }
      const quoted = results.find((each) => each.quote !== null);
      tell(
        quoted === undefined ? 'failed' : 'quoted',
        quoted === undefined ? (results[0]?.error?.message ?? '') : '',
      );
      return results;
    });
  } catch (thrown) {
    const error = GavotteError.from(thrown);
    tell('failed', error.message);
    return [result(null, error.toJSON())];
  }
}

async function findProduct(
  seller: Seller,
  client: DealsClient,
  params: DealParams,
  context: QuoteStageContext,
  signal: AbortSignal,
): Promise<Product> {
  let catalog: Catalog = { products: [], invalid: [] };
  let outcome = 'catalog_error';
  let product: Product | null = null;
  let error: GavotteError | null = null;
  try {
    catalog = await client.listProducts({ signal });
    ({ outcome, product } = resolveProduct(catalog, params));
    if (product === null) {
      error = new GavotteError(
        'GV_PRODUCT_UNRESOLVED',
        `product_not_resolvable: nothing in the catalog answers ${describe(params)}`,
        {
          fix: 'Name a product of this seller, or another channel.',
        },
      );
    }
  } catch (thrown) {
    error = GavotteError.from(thrown);
  }
  context.announce('product.resolution', {
    seller_id: seller.sellerId,
    seller_url: seller.url,
    requested_product_id: params.productId ?? null,
    resolved_product_id: product?.productId ?? null,
    outcome,
    error: error?.message ?? null,
    invalid_products: catalog.invalid.length,
    invalid_product_details: catalog.invalid.map((each) => ({
      product_id: each.productId,
      name: each.name,
      reason: each.reason,
    })),
  });
  if (error !== null) throw error;
  return product!;
}

function describe(params: DealParams): string {
  return JSON.stringify(
    params.productId ?? params.productName ?? params.channel ?? params.mediaType ?? 'digital',
  );
}

function quoteRequest(
  seller: Seller,
  product: Product,
  params: DealParams,
  impressions: number,
  runId: string,
): QuoteRequest {
  const { dealType } = params;
  const flight = { start: params.flightStart, end: params.flightEnd };
  // The key is a function of the intent: the same question of the same run has the same key, after a crash too.
  const idempotencyKey = uuidFrom(
    `quote|${runId}|${seller.sellerId}|${product.productId}|${dealType}|${impressions}|${flight.start}|${flight.end}`,
  );
  return {
    idempotencyKey,
    productId: product.productId,
    dealType,
    impressions,
    flight,
    mediaType: params.mediaType ?? 'digital',
  };
}

interface AskContext extends QuoteStageContext {
  readonly seller: Seller;
  readonly knownSellerIds: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Quotes are free: asks without a target first, then with the one that could be cheaper, and keeps the lower. */
async function bestQuote(
  client: DealsClient,
  request: QuoteRequest,
  product: Product,
  params: DealParams,
  context: AskContext,
): Promise<VerifiedQuote> {
  const plain = await askAndCheck(client, request, context);
  const targetCpm = targetWorthAsking({
    floorCpm: product.floorCpm,
    wanted: params.targetCpm ?? null,
    price: plain.finalCpm,
  });
  if (targetCpm === null) return plain;
  const targeted = {
    ...request,
    targetCpm,
    idempotencyKey: uuidFrom(`${request.idempotencyKey}|${targetCpm.amountMicros}`),
  };
  try {
    const better = await askAndCheck(client, targeted, context);
    return better.finalCpm !== null && better.finalCpm.amountMicros < plain.finalCpm!.amountMicros
      ? better
      : plain;
  } catch {
    return plain;
  }
}

async function askAndCheck(
  client: DealsClient,
  request: QuoteRequest,
  context: AskContext,
): Promise<VerifiedQuote> {
  const quote = await client.requestQuote(request, { signal: context.signal });
  return context.rules.checkQuote(quote, {
    seller: context.seller,
    request,
    now: context.clock.now(),
    budgetCurrency: context.budgetCurrency,
    fx: context.fx,
    knownSellerIds: context.knownSellerIds,
  });
}
