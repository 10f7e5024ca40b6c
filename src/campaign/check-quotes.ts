import { DESK_RULES, type DealsClientFactory, type VerifiedQuote } from '../deals/index.ts';
import { GavotteError, type Money, mapBounded, showMoney, type World } from '../kernel/index.ts';

/** Quotes read again at once. */
const FAN_OUT = 32;

export interface CheckContext {
  readonly world: World;
  readonly dealsClientFactory: DealsClientFactory;
  readonly signal?: AbortSignal;
}

/**
 * Every quote must still be what the plan saw; otherwise nothing at all is booked (fault B8).
 * @throws GV_PLAN_CHANGED naming each that is not.
 */
export async function requireUnchanged(
  quotes: readonly VerifiedQuote[],
  context: CheckContext,
): Promise<void> {
  const found = (await mapBounded(quotes, FAN_OUT, (quote) => whatChanged(quote, context))).filter(
    (change) => change !== null,
  );
  if (found.length === 0) return;
  throw new GavotteError(
    'GV_PLAN_CHANGED',
    `nothing was booked, because quotes are not what the plan saw: ${found.join('; ')}`,
    {
      fix: 'Plan again.',
      details: { quotes: found },
    },
  );
}

/** Those of the quotes that are still what the plan saw. */
export async function unchangedQuotes(
  quotes: readonly VerifiedQuote[],
  context: CheckContext,
): Promise<readonly VerifiedQuote[]> {
  const changes = await mapBounded(quotes, FAN_OUT, (quote) => whatChanged(quote, context));
  return quotes.filter((_quote, index) => changes[index] === null);
}

async function whatChanged(
  planned: VerifiedQuote,
  { world, dealsClientFactory, signal }: CheckContext,
): Promise<string | null> {
  const { sellerId, sellerUrl, quoteId, request, finalCpm } = planned;
  try {
    const client = dealsClientFactory({ sellerId, url: sellerUrl });
    const now = await client.getQuote(quoteId, signal === undefined ? {} : { signal });
    // The plan has checked the conversion already; here only the seller's own figures are held against each other.
    const budgetCurrency = (finalCpm ?? now.finalCpm)?.currency ?? ('USD' as Money['currency']);
    DESK_RULES.checkQuote(now, {
      seller: { sellerId, url: sellerUrl },
      request,
      now: world.clock.now(),
      budgetCurrency,
      fx: undefined,
      knownSellerIds: new Set(),
    });
    const was = shown(finalCpm);
    const is = shown(now.finalCpm);
    return was === is ? null : `${sellerId} now asks ${is} instead of ${was}`;
  } catch (error) {
    return `${sellerId}: ${GavotteError.from(error).message}`;
  }
}

function shown(price: Money | null): string {
  return price === null ? 'no price' : showMoney(price);
}
