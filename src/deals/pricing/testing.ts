import { type DealType, type EpochMs, money } from '../../kernel/index.ts';
import type { VerifiedQuote } from '../types.ts';

/** A clock reading for tests and benches. */
export const TEST_NOW = 1_795_300_000_000 as EpochMs;

/** A verified quote with what matters given and the rest plausible; for tests and benches. */
export function testQuote(
  given: Partial<VerifiedQuote> & { readonly cpmMicros?: number; readonly currency?: string } = {},
): VerifiedQuote {
  const { cpmMicros = 30_000_000, currency = 'USD', ...rest } = given;
  const dealType: DealType = rest.dealType ?? 'PD';
  const impressions = rest.impressions ?? 1_000_000;
  const productId = rest.productId ?? 'prod-1';
  const flight = { start: '2026-12-01', end: '2026-12-31' };
  return {
    quoteId: 'qt-1',
    status: 'available',
    dealType,
    productId,
    productName: 'CTV Premium Streaming',
    baseCpm: null,
    finalCpm: money(cpmMicros, currency),
    impressions,
    flight,
    guaranteed: dealType === 'PG',
    inventoryAvailable: true,
    estimatedFillRate: null,
    minimumSpend: null,
    buyerTier: 'public',
    expiresAt: (TEST_NOW + 86_400_000) as EpochMs,
    dealId: null,
    claimedSellerId: null,
    sellerId: 'seller-1',
    sellerUrl: 'https://seller-1.example',
    request: { idempotencyKey: 'k', productId, dealType, impressions, flight, mediaType: 'ctv' },
    agreedCpm: null,
    ...rest,
  };
}
