import { type EpochMs, GavotteError } from '../../kernel/index.ts';
import type { DeskRules } from '../rules/index.ts';
import type { Deal, DealsClient, Quote } from '../types.ts';
import type { BookingIntent } from './intent.ts';

/**
 * After this long past a quote's end nothing more can come of it: no request of ours is still on its way and
 * no seller's clock is that far off, so a booking of it would be refused.
 */
const EXPIRY_GRACE_MS = 15 * 60_000;
/**
 * A request of ours may still arrive this long after it was sent. Until then a quote without a deal proves
 * nothing, and a replay could overtake it: harmless where keys are kept, a second contract where they are not.
 */
export const IN_FLIGHT_MS = 10_000;
/** How long sellers keep idempotency keys (wire §1.5). Past it, a replay proves nothing. */
const KEY_LIFE_MS = 24 * 60 * 60_000;

/** What the seller's own records say: the deal, surely none, or not yet anything. */
export type Finding =
  | { readonly kind: 'deal'; readonly deal: Deal }
  | { readonly kind: 'none'; readonly reason: string }
  | { readonly kind: 'wait'; readonly reason: string };

export interface AskSellerContext {
  /** When the seller was asked to book, or later. */
  readonly askedAt: EpochMs;
  readonly client: DealsClient;
  readonly now: () => EpochMs;
  readonly rules: Pick<DeskRules, 'bookingVerdict' | 'keepsKeys'>;
  readonly call: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

/**
 * Finds out what became of a booking (law 3: unknown is resolved by asking). The quote is read first: it names
 * its deal. Only when it names none is the stored key replayed, and only with a seller that keeps keys, which
 * replaying the free quote request shows; with another, the booking waits until its quote can no longer be booked.
 */
export async function askSeller(intent: BookingIntent, context: AskSellerContext): Promise<Finding> {
  const { client, call, now } = context;
  const quote = await outcomeOf(() => call((signal) => client.getQuote(intent.expected.quoteId, { signal })));
  if (quote.ok && quote.value.dealId !== null) return readDeal(intent, quote.value.dealId, context);
  if (!quote.ok && !saysGone(quote.error)) return { kind: 'wait', reason: quote.error.message };
  const bookableUntil = intent.quoteExpiresAt + EXPIRY_GRACE_MS;
  const over = now() > bookableUntil;
  if (over && quote.ok) return { kind: 'none', reason: 'the quote ended without a deal' };
  if (!quote.ok && now() > intent.quoteExpiresAt + KEY_LIFE_MS) {
    return { kind: 'wait', reason: 'the seller no longer knows the quote, nor our key; ask its operator' };
  }
  if (now() < context.askedAt + IN_FLIGHT_MS) {
    return { kind: 'wait', reason: 'the seller shows no deal yet, and the request may still be on its way' };
  }
  const keeps = await keepsKeys(intent, context);
  if (keeps === 'no')
    return { kind: 'wait', reason: 'the seller ignores idempotency keys, so asking again could book twice' };
  if (keeps === 'unclear') return { kind: 'wait', reason: 'the seller does not answer clearly' };
  return replay(intent, context, over);
}

async function readDeal(intent: BookingIntent, dealId: string, context: AskSellerContext): Promise<Finding> {
  const read = await outcomeOf(() => context.call((signal) => context.client.getDeal(dealId, { signal })));
  if (read.ok) return { kind: 'deal', deal: read.value };
  // Some sellers cannot show a deal they hold (wire §5.2). The quote is taken, so a replay cannot make a second one.
  const again = await outcomeOf(() => book(intent, context));
  return again.ok
    ? { kind: 'deal', deal: again.value }
    : { kind: 'wait', reason: `deal ${dealId} exists but cannot be read: ${read.error.message}` };
}

async function replay(intent: BookingIntent, context: AskSellerContext, over: boolean): Promise<Finding> {
  const again = await outcomeOf(() => book(intent, context));
  if (again.ok) return { kind: 'deal', deal: again.value };
  if (saysGone(again.error)) return { kind: 'none', reason: again.error.message };
  // Only the seller's own word counts: a connection refused to us says nothing of an earlier one.
  const refused =
    over &&
    again.error.code === 'GV_SELLER_REJECTED' &&
    context.rules.bookingVerdict(again.error) === 'failed';
  return refused
    ? { kind: 'none', reason: again.error.message }
    : { kind: 'wait', reason: again.error.message };
}

function book(intent: BookingIntent, context: AskSellerContext): Promise<Deal> {
  const request = { idempotencyKey: intent.idempotencyKey, quoteId: intent.expected.quoteId };
  return context.call((signal) => context.client.bookDeal(request, { signal }));
}

/** Whether replaying the quote request gives the same quote. */
async function keepsKeys(
  intent: BookingIntent,
  context: AskSellerContext,
): Promise<'yes' | 'no' | 'unclear'> {
  const again = await outcomeOf<Quote>(() =>
    context.call((signal) => context.client.requestQuote(intent.quoteRequest, { signal })),
  );
  if (again.ok) return context.rules.keepsKeys(again.value.quoteId, intent.expected.quoteId) ? 'yes' : 'no';
  return saysGone(again.error) ? 'yes' : 'unclear';
}

/** 404 and 410: the seller does not know it, or it has ended. */
function saysGone(error: GavotteError): boolean {
  return (
    error.code === 'GV_SELLER_REJECTED' && (error.details?.status === 404 || error.details?.status === 410)
  );
}

type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: GavotteError };

async function outcomeOf<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: GavotteError.from(error) };
  }
}
