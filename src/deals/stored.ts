import { z } from 'zod';
import { currency, DEAL_TYPES, type EpochMs, GavotteError, type Money, micros } from '../kernel/index.ts';
import type { QuoteRequest, VerifiedQuote } from './types.ts';

/**
 * How our own values are read back from where we stored them (memos, plan files). What is stored is checked
 * again: a file may have been damaged, and money is never trusted unread.
 */
export const storedMoney = z
  .object({ amountMicros: z.int(), currency: z.string() })
  .transform(
    (value): Money => ({ amountMicros: micros(value.amountMicros), currency: currency(value.currency) }),
  );
export const storedFlight = z.object({ start: z.string(), end: z.string() });
export const storedDealType = z.enum(DEAL_TYPES);
export const storedTime = z.number().transform((value) => value as EpochMs);

export const storedQuoteRequest = z
  .object({
    idempotencyKey: z.string(),
    productId: z.string(),
    dealType: storedDealType,
    impressions: z.int().nonnegative(),
    flight: storedFlight,
    targetCpm: storedMoney.optional(),
    mediaType: z.enum(['digital', 'ctv', 'linear_tv']),
  })
  .transform(
    ({ targetCpm, ...rest }): QuoteRequest => (targetCpm === undefined ? rest : { ...rest, targetCpm }),
  );

const storedQuote = z.object({
  quoteId: z.string(),
  status: z.string(),
  dealType: storedDealType,
  productId: z.string(),
  productName: z.string(),
  baseCpm: storedMoney.nullable(),
  finalCpm: storedMoney.nullable(),
  impressions: z.int().nonnegative(),
  flight: storedFlight,
  guaranteed: z.boolean(),
  inventoryAvailable: z.boolean(),
  estimatedFillRate: z.number().nullable(),
  minimumSpend: storedMoney.nullable(),
  buyerTier: z.string(),
  expiresAt: storedTime,
  dealId: z.string().nullable(),
  claimedSellerId: z.string().nullable(),
  sellerId: z.string(),
  sellerUrl: z.url(),
  request: storedQuoteRequest,
  agreedCpm: storedMoney.nullable(),
});

/** A verified quote as it was stored. @throws GV_BAD_INPUT naming the field that is wrong. */
export function readVerifiedQuote(value: unknown): VerifiedQuote {
  const parsed = storedQuote.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new GavotteError('GV_BAD_INPUT', `a stored quote is damaged: ${z.prettifyError(parsed.error)}`, {
    fix: 'Plan again.',
  });
}
