import { type Clock, type EpochMs, GavotteError, mapBounded, withDeadline } from '../../kernel/index.ts';
import type { AccountId, Ledger } from '../../ledger/index.ts';
import type { BookedDeal } from '../results.ts';
import type { DeskRules } from '../rules/index.ts';
import type { Deal, DealsClientFactory, NormalizedQuote } from '../types.ts';
import { askSeller } from './ask-seller.ts';
import { type BookingIntent, makeIntent, readIntent, writeIntent } from './intent.ts';

/** How long a booking may stay unknown before we stop asking for now; its money stays reserved. */
export const RECONCILE_MS = 20_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** After this long no copy of a booking request is still on its way, so what a seller shows then is final (I4). */
const CONFIRM_AFTER_MS = 60_000;
/** Unfinished bookings asked after at once. */
const RECOVER_AT_ONCE = 16;
/** A quote that failed this often for the same account is not tried again. */
const MAX_ATTEMPTS = 16;

/** How a booking ended. `unknown` keeps its reservation; everything else has settled its account. */
export type BookingResult =
  | { readonly outcome: 'booked'; readonly deal: BookedDeal }
  | { readonly outcome: 'failed'; readonly intent: BookingIntent; readonly error: GavotteError }
  | { readonly outcome: 'unknown'; readonly intent: BookingIntent; readonly error: GavotteError };

/** What the booking saga works with. */
export interface BookingsOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly clientOf: DealsClientFactory;
  readonly rules: DeskRules;
  /** Bounds each single call to a seller, in ms. */
  readonly callTimeoutMs: number;
  /** Hears what a person should know: duplicates, disputes, phantom deals. */
  readonly onWarning: (message: string) => void;
}

/**
 * The booking saga: reserve → ask the seller → verify the reply → commit, release, or keep and find out.
 * Its whole state is in the ledger, so a restart continues any booking from wherever it stopped:
 *
 *     reserve(intent as memo) → POST booking → reply matches → move to the deal's own account
 *                                            → clear refusal → release
 *                                            → anything else → ask (read the quote, replay the stored key)
 */
export class Bookings {
  readonly #options: BookingsOptions;

  constructor(options: BookingsOptions) {
    this.#options = options;
  }

  /**
   * Books one quote on an account. Repeating the call never books twice.
   * @throws GV_CAP_EXCEEDED when the account cannot cover it, GV_LEDGER_UNAVAILABLE; in both cases nothing was sent.
   */
  async book(
    quote: NormalizedQuote,
    account: AccountId,
    cause: string,
    signal?: AbortSignal,
  ): Promise<BookingResult> {
    const { ledger, rules } = this.#options;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const intent = makeIntent(quote, account, attempt, rules);
      const earlier = await ledger.reservation(intent.bookingId);
      if (earlier === undefined) {
        await ledger.reserve({
          id: intent.bookingId,
          account,
          amount: intent.amount,
          memo: writeIntent(intent),
          cause,
        });
        return this.#ask(intent, cause, signal);
      }
      if (earlier.state === 'reserved')
        return this.#resume(readIntent(earlier.memo) ?? intent, cause, signal);
    }
    throw new GavotteError(
      'GV_TRANSFER_STATE',
      `quote ${quote.quoteId} failed ${MAX_ATTEMPTS} times on ${account}`,
    );
  }

  /**
   * Continues the bookings on `account` and below that have not ended, all of them or those `which` names; call
   * it after each start.
   */
  async recover(
    account: AccountId,
    cause: string,
    options: { signal?: AbortSignal; which?: (intent: BookingIntent) => boolean } = {},
  ): Promise<readonly BookingResult[]> {
    const { signal, which = () => true } = options;
    const open = (await this.#intents(account, ['open', 'disputed'])).filter(which);
    return mapBounded(open, RECOVER_AT_ONCE, (intent) => this.#resume(intent, cause, signal));
  }

  /** Every deal committed on `account` and below. */
  async bookedDeals(account: AccountId): Promise<readonly BookedDeal[]> {
    return (await this.#intents(account, ['booked', 'confirmed'])).map(bookedDeal);
  }

  /** Every booking on `account` and below whose outcome is not known, or is in dispute. */
  unknownBookings(account: AccountId): Promise<readonly BookingIntent[]> {
    return this.#intents(account, ['open', 'disputed']);
  }

  /** The quotes (`sellerId|quoteId`) for which money is held on `account` and below, whatever their state. */
  async heldQuotes(account: AccountId): Promise<ReadonlySet<string>> {
    const intents = await this.#intents(account, ['open', 'disputed', 'booked', 'confirmed']);
    return new Set(intents.map((intent) => `${intent.sellerId}|${intent.expected.quoteId}`));
  }

  /**
   * Reads each newly booked deal back from its seller. A second contract on the same quote (a seller that
   * ignores keys) is cancelled, or covered by a second reservation and reported. A deal is read again until a
   * minute after it was booked. Errors leave it for next time.
   */
  async confirm(account: AccountId, cause: string, signal?: AbortSignal): Promise<void> {
    const { clock, ledger, onWarning } = this.#options;
    for (const intent of await this.#intents(account, ['booked'])) {
      try {
        const read = await this.#readBack(intent, cause, signal);
        const bookedAt = (await ledger.reservation(intent.bookingId))!.changedAt;
        const isFinal = clock.now() - bookedAt >= CONFIRM_AFTER_MS;
        if (!isFinal && read === intent) continue;
        const memo = writeIntent(isFinal ? { ...read, state: 'confirmed' } : read);
        await ledger.annotate({ id: intent.bookingId, memo, cause });
      } catch (error) {
        onWarning(
          `deal ${intent.dealId} of ${intent.sellerId} is not confirmed yet: ${GavotteError.from(error).message}`,
        );
      }
    }
  }

  async #intents(account: AccountId, states: readonly BookingIntent['state'][]): Promise<BookingIntent[]> {
    const reservations = await this.#options.ledger.reservations({ account, state: 'reserved' });
    return reservations.flatMap(({ memo }) => {
      const intent = readIntent(memo);
      return intent !== undefined && states.includes(intent.state) ? [intent] : [];
    });
  }

  async #ask(intent: BookingIntent, cause: string, signal?: AbortSignal): Promise<BookingResult> {
    const client = this.#options.clientOf({ sellerId: intent.sellerId, url: intent.sellerUrl });
    const request = { idempotencyKey: intent.idempotencyKey, quoteId: intent.expected.quoteId };
    let deal: Deal;
    try {
      deal = await this.#call(signal, (inner) => client.bookDeal(request, { signal: inner }));
    } catch (thrown) {
      const error = GavotteError.from(thrown);
      if (this.#options.rules.bookingVerdict(error) === 'failed') return this.#release(intent, error, cause);
      return this.#reconcile(intent, cause, error, signal);
    }
    return this.#accept(intent, deal, cause, signal);
  }

  #resume(intent: BookingIntent, cause: string, signal?: AbortSignal): Promise<BookingResult> {
    if (intent.state === 'booked' || intent.state === 'confirmed')
      return Promise.resolve({ outcome: 'booked', deal: bookedDeal(intent) });
    const unknown = new GavotteError(
      'GV_BOOKING_UNKNOWN',
      'an earlier run stopped before the outcome was known',
    );
    return this.#reconcile(intent, cause, unknown, signal);
  }

  /** Asks until the seller's answer settles it, or the time for asking is up. */
  async #reconcile(
    intent: BookingIntent,
    cause: string,
    first: GavotteError,
    signal?: AbortSignal,
  ): Promise<BookingResult> {
    const { clock, ledger } = this.#options;
    const until = clock.monotonic() + RECONCILE_MS;
    const askedAt = (await ledger.reservation(intent.bookingId))?.changedAt ?? clock.now();
    let reason = first.message;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const finding = await this.#find(intent, askedAt, signal);
      if (finding.kind === 'deal') return this.#accept(intent, finding.deal, cause, signal);
      if (finding.kind === 'none')
        return this.#release(intent, new GavotteError('GV_SELLER_REJECTED', finding.reason), cause);
      reason = finding.reason;
      if (signal?.aborted || clock.monotonic() + pause > until) break;
      try {
        await clock.sleep(pause, signal);
      } catch {
        break;
      }
    }
    const error = new GavotteError(
      'GV_BOOKING_UNKNOWN',
      `it is not known whether ${intent.sellerId} holds a contract: ${reason}`,
      {
        fix: 'The money stays reserved; run the same command again to continue.',
      },
    );
    return { outcome: 'unknown', intent, error };
  }

  #find(intent: BookingIntent, askedAt: EpochMs, signal?: AbortSignal) {
    const client = this.#options.clientOf({ sellerId: intent.sellerId, url: intent.sellerUrl });
    return askSeller(intent, {
      askedAt,
      client,
      now: () => this.#options.clock.now(),
      rules: this.#options.rules,
      call: (work) => this.#call(signal, work),
    });
  }

  /** The seller holds a deal: commit it if it is the one quoted; else have it cancelled, or dispute it. */
  async #accept(
    intent: BookingIntent,
    deal: Deal,
    cause: string,
    signal?: AbortSignal,
  ): Promise<BookingResult> {
    const { ledger, rules, onWarning } = this.#options;
    const mismatches = [
      ...rules.dealMismatches(deal, intent.expected),
      ...(await this.#otherUseOf(intent, deal.dealId)),
    ];
    if (mismatches.length === 0) {
      const booked: BookingIntent = { ...intent, state: 'booked', dealId: deal.dealId, note: '' };
      try {
        await ledger.move({
          id: intent.bookingId,
          to: dealAccount(intent),
          memo: writeIntent(booked),
          cause,
        });
      } catch (thrown) {
        return { outcome: 'unknown', intent, error: GavotteError.from(thrown) };
      }
      return { outcome: 'booked', deal: bookedDeal(booked) };
    }
    const error = new GavotteError(
      'GV_DEAL_MISMATCH',
      `${intent.sellerId} booked something else: ${mismatches.join('; ')}`,
      {
        fix: 'Ask the seller to cancel the deal; the money stays reserved until it has.',
        details: { dealId: deal.dealId, mismatches },
      },
    );
    const client = this.#options.clientOf({ sellerId: intent.sellerId, url: intent.sellerUrl });
    const cancelled = await this.#call(signal, (inner) =>
      client.cancelDeal(deal.dealId, { signal: inner }),
    ).catch(() => false);
    if (cancelled) return this.#release(intent, error, cause);
    onWarning(`${error.message}; the seller did not cancel deal ${deal.dealId}`);
    await ledger.annotate({
      id: intent.bookingId,
      memo: writeIntent({ ...intent, state: 'disputed', dealId: deal.dealId, note: error.message }),
      cause,
    });
    return { outcome: 'unknown', intent, error };
  }

  /** A seller that gives one deal id for two bookings sold one contract twice. */
  async #otherUseOf(intent: BookingIntent, dealId: string): Promise<readonly string[]> {
    const others = await this.#intents(intent.account, ['booked', 'confirmed']);
    const taken = others.some(
      (other) =>
        other.dealId === dealId &&
        other.sellerUrl === intent.sellerUrl &&
        other.bookingId !== intent.bookingId,
    );
    return taken ? [`deal_id ${dealId} already stands for another booking`] : [];
  }

  async #release(intent: BookingIntent, error: GavotteError, cause: string): Promise<BookingResult> {
    await this.#options.ledger.release({ id: intent.bookingId, cause });
    return { outcome: 'failed', intent, error };
  }

  /** What the seller shows of a booked deal now; the same intent when there is nothing new. */
  async #readBack(intent: BookingIntent, cause: string, signal?: AbortSignal): Promise<BookingIntent> {
    const client = this.#options.clientOf({ sellerId: intent.sellerId, url: intent.sellerUrl });
    const { quoteId } = intent.expected;
    const { dealId } = await this.#call(signal, (inner) => client.getQuote(quoteId, { signal: inner }));
    if (dealId === null) {
      // The seller's quote knows nothing of the deal: it must at least be able to show the deal itself.
      await this.#call(signal, (inner) => client.getDeal(intent.dealId!, { signal: inner }));
      return intent;
    }
    if (dealId === intent.dealId || intent.duplicates.includes(dealId)) return intent;
    return this.#dropDuplicate(intent, dealId, cause, signal);
  }

  async #dropDuplicate(
    intent: BookingIntent,
    dealId: string,
    cause: string,
    signal?: AbortSignal,
  ): Promise<BookingIntent> {
    const { ledger, onWarning } = this.#options;
    const client = this.#options.clientOf({ sellerId: intent.sellerId, url: intent.sellerUrl });
    const note = `the seller made a second deal ${dealId} of the same quote`;
    const cancelled = await this.#call(signal, (inner) => client.cancelDeal(dealId, { signal: inner }));
    if (!cancelled) {
      const id = `${intent.bookingId}:${intent.duplicates.length + 2}`;
      await ledger.reserve({ id, account: intent.account, amount: intent.amount, memo: note, cause });
    }
    const done = cancelled ? 'it was cancelled' : 'it was not cancelled, and its value is reserved too';
    onWarning(`${intent.sellerId}: ${note}; ${done}`);
    return { ...intent, duplicates: [...intent.duplicates, dealId], note };
  }

  #call<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline(this.#options.clock, this.#options.callTimeoutMs, signal, work);
  }
}

/** A deal's own account, below the one it was bought on. Named by our id: a seller's text never names an account. */
export function dealAccount(intent: Pick<BookingIntent, 'account' | 'bookingId'>): AccountId {
  return `${intent.account}/deal-${intent.bookingId}`;
}

function bookedDeal(intent: BookingIntent): BookedDeal {
  return {
    bookingId: intent.bookingId,
    dealId: intent.dealId ?? '',
    quoteId: intent.expected.quoteId,
    sellerId: intent.sellerId,
    sellerUrl: intent.sellerUrl,
    dealType: intent.expected.dealType,
    finalCpm: intent.expected.cpm,
    impressions: intent.expected.impressions,
    flight: intent.expected.flight,
    committed: intent.amount,
  };
}
