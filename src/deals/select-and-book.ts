import { add, compare, GavotteError, type Money, subtract, zeroOf } from '../kernel/index.ts';
import type { AccountId } from '../ledger/index.ts';
import type { Bookings } from './booking/bookings.ts';
import type { Announce } from './news.ts';
import type { PortfolioConstraints, PortfolioStrategy } from './portfolio/index.ts';
import type { BookedDeal, DealSelection, FailedBooking } from './results.ts';
import type { NormalizedQuote } from './types.ts';

/** Stage 4's input. `quoteSellerMap` (quote id → base URL), when given, must name the seller each quote came from. */
export interface SelectAndBookInput {
  readonly rankedQuotes: readonly NormalizedQuote[];
  readonly budget: Money;
  readonly count: number;
  readonly quoteSellerMap?: Readonly<Record<string, string>>;
  readonly constraints?: PortfolioConstraints;
  readonly signal?: AbortSignal;
}

export interface SelectAndBookContext {
  readonly bookings: Bookings;
  readonly portfolio: PortfolioStrategy;
  readonly account: AccountId;
  /** What allowed the spending (I11). */
  readonly cause: string;
  readonly announce: Announce;
}

interface Tally {
  remaining: Money;
  spent: Money;
  slots: number;
  readonly held: NormalizedQuote[];
  readonly booked: BookedDeal[];
  readonly failed: FailedBooking[];
}

/**
 * Buys the portfolio's picks one by one. A pick that fails is recorded and the portfolio chosen again from
 * what is left; one whose outcome is unknown keeps its money and its slot, for the seller may hold a contract.
 * @throws GV_LEDGER_UNAVAILABLE: without books there is no booking (law 6).
 */
export async function selectAndBook(
  input: SelectAndBookInput,
  context: SelectAndBookContext,
): Promise<DealSelection> {
  const zero = zeroOf(input.budget);
  const tally: Tally = {
    remaining: input.budget,
    spent: zero,
    slots: input.count,
    held: [],
    booked: [],
    failed: [],
  };
  let candidates = input.rankedQuotes.filter((quote) => isMapped(quote, input.quoteSellerMap, tally.failed));
  let skipped: DealSelection['skipped'] = [];
  while (candidates.length > 0 && tally.slots > 0 && !isAborted(input.signal)) {
    const choice = await context.portfolio.choose({
      candidates,
      remaining: tally.remaining,
      slots: tally.slots,
      held: tally.held,
      constraints: input.constraints ?? {},
    });
    skipped = choice.skipped;
    const done = new Set<NormalizedQuote>();
    for (const pick of choice.picks) {
      if (isAborted(input.signal)) break;
      done.add(pick);
      if (!(await buy(pick, tally, input, context))) break;
    }
    if (done.size === 0) break;
    candidates = candidates.filter((quote) => !done.has(quote));
  }
  return {
    bookedDeals: tally.booked,
    failedBookings: tally.failed,
    skipped,
    totalSpend: tally.spent,
    remainingBudget: tally.remaining,
  };
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Books one pick; false when the choice of the rest must be made again. */
async function buy(
  pick: NormalizedQuote,
  tally: Tally,
  input: SelectAndBookInput,
  context: SelectAndBookContext,
): Promise<boolean> {
  const cost = pick.cost;
  if (cost === null || compare(cost, tally.remaining) > 0) {
    tally.failed.push(
      failure(pick, new GavotteError('GV_CAP_EXCEEDED', `the quote does not fit what remains of the budget`)),
    );
    return false;
  }
  let result: Awaited<ReturnType<Bookings['book']>>;
  try {
    result = await context.bookings.book(pick, context.account, context.cause, input.signal);
  } catch (thrown) {
    const error = GavotteError.from(thrown);
    if (error.code === 'GV_LEDGER_UNAVAILABLE') throw error;
    tally.failed.push(failure(pick, error));
    return false;
  }
  if (result.outcome === 'failed') {
    tally.failed.push(failure(pick, result.error));
    return false;
  }
  tally.spent = add(tally.spent, cost);
  tally.remaining = subtract(tally.remaining, cost);
  tally.slots -= 1;
  tally.held.push(pick);
  if (result.outcome === 'unknown') {
    tally.failed.push({ ...failure(pick, result.error), outcome: 'unknown' });
    return true;
  }
  tally.booked.push(result.deal);
  context.announce('deal.booked', {
    deal_id: result.deal.dealId,
    quote_id: result.deal.quoteId,
    seller_id: result.deal.sellerId,
    deal_type: result.deal.dealType,
    final_cpm: result.deal.finalCpm,
  });
  return true;
}

function isMapped(
  quote: NormalizedQuote,
  map: Readonly<Record<string, string>> | undefined,
  failed: FailedBooking[],
): boolean {
  if (map === undefined) return true;
  const url = Object.hasOwn(map, quote.quoteId) ? map[quote.quoteId] : undefined;
  if (url !== undefined && url.replace(/\/+$/, '') === quote.quote.sellerUrl) return true;
  const message =
    url === undefined
      ? 'No seller URL mapping found'
      : `the quote came from ${quote.quote.sellerUrl}, not from ${url}`;
  failed.push(failure(quote, new GavotteError('GV_BAD_INPUT', message)));
  return false;
}

function failure(quote: NormalizedQuote, error: GavotteError): FailedBooking {
  return {
    quoteId: quote.quoteId,
    sellerId: quote.sellerId,
    error: error.message,
    errorCode: error.code,
    outcome: 'failed',
  };
}
