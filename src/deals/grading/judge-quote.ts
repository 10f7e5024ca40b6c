import { type EpochMs, showMoney } from '../../kernel/index.ts';
import { SANITY_CEILING_MICROS } from '../rules/check-quote.ts';
import type { Product, Quote, QuoteRequest } from '../types.ts';
import type { CheckName, SellerCheck } from './report.ts';

const MINUTE_MS = 60_000;
/** A quote that ends sooner can hardly be ranked, reserved and booked. */
const LEAST_LIFE_MS = MINUTE_MS;
const GOOD_LIFE_MS = 10 * MINUTE_MS;
const SKEW_WARN_MS = 30_000;
const SKEW_FAIL_MS = 2 * MINUTE_MS;

export interface QuoteEvidence {
  readonly quote: Quote;
  readonly request: QuoteRequest;
  readonly product: Product;
  /** `seller_organization_id` of the catalog, if it has one. */
  readonly catalogSellerId: string | null;
  /** `created_at` of the quote, if it can be read. */
  readonly createdAt: EpochMs | null;
  /** Our clock when the answer came. */
  readonly now: EpochMs;
}

const pass = (check: CheckName, detail: string): SellerCheck => ({ check, status: 'pass', detail });
const warn = (check: CheckName, detail: string): SellerCheck => ({ check, status: 'warn', detail });
const fail = (check: CheckName, detail: string): SellerCheck => ({ check, status: 'fail', detail });

/** Judges a quote that could be read, against what was asked and what the catalog says. */
export function judgeQuote(evidence: QuoteEvidence): readonly SellerCheck[] {
  return [
    judgeIdentity(evidence),
    judgePrice(evidence),
    judgeCurrency(evidence),
    judgeTerms(evidence),
    judgeAvailability(evidence),
    judgeExpiry(evidence),
    judgeClock(evidence),
  ];
}

function judgeIdentity({ quote, catalogSellerId }: QuoteEvidence): SellerCheck {
  const claimed = quote.claimedSellerId;
  if (claimed === null) return pass('identity', 'its quote names no seller');
  if (catalogSellerId !== null && claimed !== catalogSellerId)
    return fail(
      'identity',
      `its quote comes from ${JSON.stringify(claimed)}, its catalog from ${JSON.stringify(catalogSellerId)}`,
    );
  // The reference software writes the same id for every seller, so it identifies nobody.
  return pass('identity', `its quote and catalog name ${JSON.stringify(claimed)}, which is not relied upon`);
}

function judgePrice({ quote, product }: QuoteEvidence): SellerCheck {
  const price = quote.finalCpm;
  if (price === null) return fail('price', 'its quote has no price');
  if (price.amountMicros <= 0) return fail('price', `its CPM of ${showMoney(price)} is not above zero`);
  if (price.amountMicros > SANITY_CEILING_MICROS)
    return fail('price', `its CPM of ${showMoney(price)} is above the sanity ceiling of 10,000.00`);
  const list = product.basePrice;
  if (list !== null && list.currency === price.currency && price.amountMicros > list.amountMicros)
    return warn('price', `it quotes ${showMoney(price)}, above its list price of ${showMoney(list)}`);
  return pass('price', `CPM ${showMoney(price)}`);
}

function judgeCurrency({ quote, product }: QuoteEvidence): SellerCheck {
  const quoted = quote.finalCpm?.currency;
  const listed = product.basePrice?.currency;
  return quoted === undefined || listed === undefined || quoted === listed
    ? pass('currency', quoted ?? 'none quoted')
    : fail('currency', `it lists in ${listed} and quotes in ${quoted}`);
}

function judgeTerms({ quote, request }: QuoteEvidence): SellerCheck {
  const echoes: readonly (readonly [string, unknown, unknown])[] = [
    ['product_id', quote.productId, request.productId],
    ['deal_type', quote.dealType, request.dealType],
    ['impressions', quote.impressions, request.impressions],
    ['flight_start', quote.flight.start, request.flight.start],
    ['flight_end', quote.flight.end, request.flight.end],
  ];
  const wrong = echoes
    .filter(([, found, asked]) => found !== asked)
    .map(([field, found, asked]) => `${field} is ${JSON.stringify(found)}, not ${JSON.stringify(asked)}`);
  return wrong.length === 0
    ? pass('terms', 'product, deal type, impressions and flight are as asked')
    : fail('terms', wrong.join('; '));
}

function judgeAvailability({ quote }: QuoteEvidence): SellerCheck {
  if (quote.status !== 'available')
    return fail('availability', `a fresh quote has the status ${JSON.stringify(quote.status)}`);
  return quote.inventoryAvailable
    ? pass('availability', 'available')
    : warn('availability', 'it says that its own minimum is not available');
}

function judgeExpiry({ quote, now }: QuoteEvidence): SellerCheck {
  const leftMs = quote.expiresAt - now;
  if (leftMs <= 0) return fail('expiry', `its quote ended ${inWords(-leftMs)} before it arrived`);
  if (leftMs < LEAST_LIFE_MS) return fail('expiry', `its quote ends in ${inWords(leftMs)}, too soon to book`);
  if (leftMs < GOOD_LIFE_MS) return warn('expiry', `its quote ends in ${inWords(leftMs)}`);
  return pass('expiry', `its quote holds for ${inWords(leftMs)}`);
}

function judgeClock({ createdAt, now }: QuoteEvidence): SellerCheck {
  if (createdAt === null) return pass('clock', 'its quote does not say when it was made');
  const offMs = createdAt - now;
  const detail = `its clock is ${inWords(Math.abs(offMs))} ${offMs > 0 ? 'ahead of' : 'behind'} ours`;
  if (Math.abs(offMs) > SKEW_FAIL_MS) return fail('clock', detail);
  return Math.abs(offMs) > SKEW_WARN_MS ? warn('clock', detail) : pass('clock', detail);
}

function inWords(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / 1_000)} s`;
  return ms < 120 * MINUTE_MS ? `${Math.round(ms / MINUTE_MS)} min` : `${Math.round(ms / 3_600_000)} h`;
}
