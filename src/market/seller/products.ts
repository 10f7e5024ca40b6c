import { z } from 'zod';
import {
  json,
  type MarketResponse,
  plainError,
  type ValidationDetail,
  validationError,
} from '../wire/response.ts';
import type { Call, Route } from '../wire/router.ts';
import { parseBody } from '../wire/validate.ts';
import { wireProduct } from './catalog.ts';
import { priceFor } from './pricing.ts';
import { authenticate, type SellerState, standing, unpriced } from './state.ts';

const PAGE_MAX = 500;

const pricingRequest = z.object({
  product_id: z.string(),
  buyer_tier: z.string().default('public'),
  agency_id: z.string().nullish(),
  advertiser_id: z.string().nullish(),
  volume: z.int().default(0),
  agent_url: z.string().nullish(),
});

/** Catalog and indicative prices (wire §3.1–3.3, §3.5). Reading the catalog never looks at a key. */
export function productRoutes(state: SellerState): readonly Route[] {
  return [
    ['GET', '/products', ({ query }) => listProducts(state, query)],
    ['GET', '/products/{id}', ({ params }) => readProduct(state, params.id!)],
    ['POST', '/pricing', (call) => indicativePrice(state, call)],
    ['GET', '/api/v1/rate-card', () => RATE_CARD],
  ];
}

function listProducts(state: SellerState, query: URLSearchParams): MarketResponse {
  const problems: ValidationDetail[] = [];
  const limit = queryInt(query, 'limit', 50, { ge: 1, le: PAGE_MAX }, problems);
  const offset = queryInt(query, 'offset', 0, { ge: 0 }, problems);
  if (problems.length > 0) return validationError(problems);
  const { products } = state.profile;
  return json(200, {
    products: products.slice(offset, offset + limit).map(wireProduct),
    total_count: products.length,
    limit,
    offset,
  });
}

/** A whole number from the query; a problem is added to `problems` in FastAPI's words. */
function queryInt(
  query: URLSearchParams,
  name: string,
  otherwise: number,
  bounds: { readonly ge: number; readonly le?: number },
  problems: ValidationDetail[],
): number {
  const input = query.get(name);
  if (input === null) return otherwise;
  const loc = ['query', name];
  if (!/^[+-]?\d+$/.test(input.trim())) {
    const msg = 'Input should be a valid integer, unable to parse string as an integer';
    problems.push({ type: 'int_parsing', loc, msg, input });
    return otherwise;
  }
  const value = Number(input);
  if (value < bounds.ge) {
    const msg = `Input should be greater than or equal to ${bounds.ge}`;
    problems.push({ type: 'greater_than_equal', loc, msg, input, ctx: { ge: bounds.ge } });
  }
  if (bounds.le !== undefined && value > bounds.le) {
    const msg = `Input should be less than or equal to ${bounds.le}`;
    problems.push({ type: 'less_than_equal', loc, msg, input, ctx: { le: bounds.le } });
  }
  return value;
}

function readProduct(state: SellerState, productId: string): MarketResponse {
  const product = state.products.get(productId);
  return product === undefined ? plainError(404, 'Product not found') : json(200, wireProduct(product));
}

/** `buyer_tier` in the body is ignored: only a key raises the tier. */
function indicativePrice(state: SellerState, call: Call): MarketResponse {
  const caller = authenticate(state, call.request);
  if (!caller.ok) return caller.response;
  const parsed = parseBody(pricingRequest, call.request.body);
  if (!parsed.ok) return parsed.response;
  const body = parsed.value;
  const product = state.products.get(body.product_id);
  if (product === undefined) return plainError(404, 'Product not found');
  const baseCpm = product.baseCpm ?? product.floorCpm;
  if (baseCpm === null) return unpriced(product.productId);
  const price = priceFor(baseCpm, standing(caller, body).tier, body.volume);
  return json(200, {
    product_id: product.productId,
    base_price: price.baseCpm,
    final_price: price.finalCpm,
    currency: 'USD',
    tier_discount: price.tierDiscount,
    volume_discount: price.volumeDiscount,
    rationale: price.rationale,
  });
}

/** Informative only; pricing never reads it (wire §3.5). */
const RATE_CARD = json(200, {
  entries: (
    [
      ['display', 12],
      ['video', 25],
      ['ctv', 35],
      ['mobile_app', 18],
      ['native', 10],
      ['audio', 15],
    ] as const
  ).map(([inventory_type, base_cpm]) => ({
    inventory_type,
    base_cpm,
    currency: 'USD',
    effective_date: null,
    notes: null,
  })),
  updated_at: 'default',
});
