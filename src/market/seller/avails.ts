import { z } from 'zod';
import { json, type MarketResponse, plainError } from '../wire/response.ts';
import type { Call, Route } from '../wire/router.ts';
import { parseBody } from '../wire/validate.ts';
import type { CatalogProduct } from './catalog.ts';
import { roundHalfEven } from './rounding.ts';
import { type SellerState, unpriced } from './state.ts';

const legacyRequest = z
  .object({
    productid: z.string(),
    startdate: z.string(),
    enddate: z.string(),
    requestedImpressions: z.int().min(0).nullish(),
    budget: z.number().nullish(),
  })
  .refine((body) => Date.parse(body.enddate) > Date.parse(body.startdate), {
    error: 'enddate must be after startdate',
  });

const specRequest = z
  .object({
    productids: z.array(z.string()).min(1),
    accountid: z.string().max(36),
    advertiserbrandid: z.string().max(36),
    startdate: z.string(),
    enddate: z.string(),
    currency: z.string().max(3).nullish(),
    producttargeting: z.array(z.object({ target: z.string(), targetvalues: z.array(z.string()) })).nullish(),
  })
  .refine((body) => Date.parse(body.enddate) > Date.parse(body.startdate), {
    error: 'enddate must be after startdate',
  });

/** Forecasts in two dialects, told apart by their fields (wire §3.4). List price for everybody; nothing is held. */
export function availsRoutes(state: SellerState): readonly Route[] {
  return [['POST', '/products/avails', (call) => avails(state, call)]];
}

function avails(state: SellerState, call: Call): MarketResponse {
  const isSpec = /"productids"\s*:/.test(call.request.body ?? '');
  return isSpec ? specAvails(state, call) : legacyAvails(state, call);
}

function legacyAvails(state: SellerState, call: Call): MarketResponse {
  const parsed = parseBody(legacyRequest, call.request.body);
  if (!parsed.ok) return parsed.response;
  const body = parsed.value;
  const product = state.products.get(body.productid);
  if (product === undefined) return plainError(404, `Product '${body.productid}' not found`);
  const cpm = product.baseCpm ?? product.floorCpm;
  if (cpm === null) return unpriced(product.productId);
  const requested = requestedOf(product, cpm, body.requestedImpressions, body.budget);
  const available = Math.min(requested, product.availableImpressions ?? requested);
  const targeting = targetingNames(product);
  return json(200, {
    productid: product.productId,
    availableImpressions: available,
    ...(product.dealTypes.includes('PG') ? { guaranteedImpressions: available } : {}),
    estimatedCpm: cpm,
    totalCost: roundHalfEven((available / 1000) * cpm, 2),
    ...(targeting.length > 0 ? { availableTargeting: targeting } : {}),
  });
}

function specAvails(state: SellerState, call: Call): MarketResponse {
  const parsed = parseBody(specRequest, call.request.body);
  if (!parsed.ok) return parsed.response;
  const body = parsed.value;
  const targeted = (name: string) => {
    const value = Number(body.producttargeting?.find(({ target }) => target === name)?.targetvalues[0]);
    return Number.isFinite(value) ? value : undefined;
  };
  const entries: Record<string, unknown>[] = [];
  for (const productId of body.productids) {
    const product = state.products.get(productId);
    if (product === undefined) return plainError(404, `Product '${productId}' not found`);
    const cpm = product.baseCpm ?? product.floorCpm;
    if (cpm === null) return unpriced(productId);
    const requested = requestedOf(product, cpm, targeted('requestedimpressions'), targeted('budget'));
    const availability = Math.min(requested, product.availableImpressions ?? requested);
    entries.push({
      productid: productId,
      accountid: body.accountid,
      availability,
      availsstatus: availsStatus(requested, availability),
      currency: 'USD',
      price: cpm,
      startdate: body.startdate,
      enddate: body.enddate,
    });
  }
  return json(200, { avails: entries });
}

function availsStatus(requested: number, availability: number): Record<string, unknown> {
  const producttargeting = [
    {
      name: 'Inventory',
      type: 'Audience',
      datasource: 'iab-agentic-primitives',
      target: 'impressions',
      targetvalues: [String(availability)],
      selectable: false,
      count: availability,
    },
  ];
  if (availability >= requested) return { status: 'Available', producttargeting };
  const status = availability > 0 ? 'Partially Available' : 'Unavailable';
  return { status, reason: 'Booked', producttargeting };
}

function requestedOf(
  product: CatalogProduct,
  cpm: number,
  impressions: number | null | undefined,
  budget: number | null | undefined,
): number {
  if (typeof impressions === 'number') return impressions;
  if (typeof budget === 'number') return Math.floor((budget / cpm) * 1000);
  return product.minimumImpressions;
}

function targetingNames(product: CatalogProduct): readonly string[] {
  return [
    ...Object.keys(product.audienceTargeting ?? {}),
    ...Object.keys(product.contentTargeting ?? {}),
  ].sort();
}
