import { z } from 'zod';
import { type EpochMs, GavotteError, type Money, uuidFrom } from '../../kernel/index.ts';
import type { AccountId } from '../../ledger/index.ts';
import type { ExpectedDeal } from '../rules/check-deal.ts';
import type { DeskRules } from '../rules/index.ts';
import { storedDealType, storedFlight, storedMoney, storedQuoteRequest, storedTime } from '../stored.ts';
import type { NormalizedQuote, QuoteRequest } from '../types.ts';

/**
 * How far a booking has come. `open`: reserved, the seller may or may not have been asked. `disputed`: the
 * seller holds a deal that differs from its quote and would not cancel it. `booked`: committed. `confirmed`:
 * read back from the seller when no request of ours could still be on its way.
 */
export type BookingState = 'open' | 'disputed' | 'booked' | 'confirmed';

/**
 * Everything needed to finish a booking after a crash. It is written in the same transaction as the
 * reservation, as the reservation's memo: there is no money without its intent, nor intent without money.
 */
export interface BookingIntent {
  readonly bookingId: string;
  readonly idempotencyKey: string;
  readonly sellerId: string;
  readonly sellerUrl: string;
  readonly expected: ExpectedDeal;
  /** What is reserved, in the account's currency. */
  readonly amount: Money;
  /** The account the money was reserved on. */
  readonly account: AccountId;
  /** The quote request as sent: replaying it tells, for free, whether the seller honours keys. */
  readonly quoteRequest: QuoteRequest;
  readonly quoteExpiresAt: EpochMs;
  readonly state: BookingState;
  readonly dealId: string | null;
  /** Further deals the seller made of the same quote, each cancelled or covered by a reservation of its own. */
  readonly duplicates: readonly string[];
  /** What went wrong last, for people. */
  readonly note: string;
}

/** Builds the intent; its id and key depend only on what is bought, so the same purchase always has the same. */
export function makeIntent(
  quote: NormalizedQuote,
  account: AccountId,
  attempt: number,
  rules: DeskRules,
): BookingIntent {
  const { quote: verified, cost } = quote;
  const cpm = verified.agreedCpm ?? verified.finalCpm;
  if (cpm === null || cost === null) {
    throw new GavotteError('GV_QUOTE_REFUSED', `quote ${quote.quoteId} has no price and cannot be booked`);
  }
  const bookingId = uuidFrom(`booking|${account}|${verified.sellerId}|${verified.quoteId}|${attempt}`);
  return {
    bookingId,
    idempotencyKey: rules.bookingKey(bookingId),
    sellerId: verified.sellerId,
    sellerUrl: verified.sellerUrl,
    expected: {
      quoteId: verified.quoteId,
      productId: verified.productId,
      dealType: verified.dealType,
      impressions: verified.impressions,
      flight: verified.flight,
      cpm,
    },
    amount: cost,
    account,
    quoteRequest: verified.request,
    quoteExpiresAt: verified.expiresAt,
    state: 'open',
    dealId: null,
    duplicates: [],
    note: '',
  };
}

const intentSchema = z.object({
  kind: z.literal('booking'),
  bookingId: z.string(),
  idempotencyKey: z.string(),
  sellerId: z.string(),
  sellerUrl: z.string(),
  expected: z.object({
    quoteId: z.string(),
    productId: z.string(),
    dealType: storedDealType,
    impressions: z.number(),
    flight: storedFlight,
    cpm: storedMoney,
  }),
  amount: storedMoney,
  account: z.string(),
  quoteRequest: storedQuoteRequest,
  quoteExpiresAt: storedTime,
  state: z.enum(['open', 'disputed', 'booked', 'confirmed']),
  dealId: z.string().nullable(),
  duplicates: z.array(z.string()),
  note: z.string(),
});

/** The intent as the reservation's memo. */
export function writeIntent(intent: BookingIntent): string {
  return JSON.stringify({ kind: 'booking', ...intent });
}

/** The intent in a memo; undefined when the reservation is not a booking's. */
export function readIntent(memo: string): BookingIntent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(memo);
  } catch {
    return undefined;
  }
  const parsed = intentSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { kind: _kind, ...intent } = parsed.data;
  return intent as BookingIntent;
}
