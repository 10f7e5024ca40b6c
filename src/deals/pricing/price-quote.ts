import {
  add,
  type Currency,
  convertRoundingUp,
  costOfImpressions,
  type EpochMs,
  type ErrorInfo,
  type FxTable,
  GavotteError,
  type Money,
} from '../../kernel/index.ts';
import type { SupplyPathInfo, VerifiedQuote } from '../types.ts';
import { type CpmParts, cpmParts } from './effective-cpm.ts';
import { type Terms, termsOf } from './supply-path.ts';

/** A quote with its price worked out, not yet scored. Without `parts` it has no price, and `unpriced` says why. */
export interface PricedQuote {
  readonly quote: VerifiedQuote;
  readonly terms: Terms;
  readonly parts: CpmParts | null;
  readonly minimumSpend: Money;
  readonly cost: Money | null;
  readonly unpriced: ErrorInfo | null;
}

/** What prices depend on besides the quote. */
export interface PricingSource {
  readonly budgetCurrency: Currency;
  readonly fx: FxTable | undefined;
  readonly now: EpochMs;
  readonly paths: ReadonlyMap<string, SupplyPathInfo>;
}

/**
 * Prices quotes at one instant. A seller's terms are worked out once, since a list of quotes names the same
 * sellers again and again. Never throws: what cannot be priced says why.
 */
export class Pricer {
  readonly #source: PricingSource;
  readonly #homeTerms = new Map<string, Terms>();
  readonly #zero: Money;

  constructor(source: PricingSource) {
    this.#source = source;
    this.#zero = { amountMicros: 0, currency: source.budgetCurrency } as Money;
  }

  price(quote: VerifiedQuote): PricedQuote {
    try {
      return this.#priceOrThrow(quote);
    } catch (thrown) {
      const { budgetCurrency, now } = this.#source;
      const terms = termsOf(undefined, false, budgetCurrency, undefined, now);
      const unpriced = GavotteError.from(thrown).toJSON();
      return { quote, terms, parts: null, minimumSpend: this.#zero, cost: null, unpriced };
    }
  }

  #priceOrThrow(quote: VerifiedQuote): PricedQuote {
    const price = quote.agreedCpm ?? quote.finalCpm;
    if (price === null) {
      throw new GavotteError('GV_QUOTE_REFUSED', `quote ${quote.quoteId} has no price`, {
        fix: 'Ask the seller for a price.',
      });
    }
    const rawCpm = this.#home(price);
    if (!(Number.isSafeInteger(rawCpm.amountMicros) && rawCpm.amountMicros > 0)) {
      const problem = `quote ${quote.quoteId}: its CPM of ${rawCpm.amountMicros} micros must be above zero`;
      throw new GavotteError('GV_QUOTE_REFUSED', problem);
    }
    const terms = this.#terms(quote.sellerId, price.currency);
    const parts = cpmParts(rawCpm.amountMicros, quote.dealType, terms);
    const minimumSpend = quote.minimumSpend === null ? this.#zero : this.#home(quote.minimumSpend);
    const cost = this.#cost(rawCpm, parts.fee, quote.impressions);
    return { quote, terms, parts, minimumSpend, cost, unpriced: null };
  }

  /** What booking commits: the price and the fees of all impressions, each rounded up; PA at its floor. */
  #cost(rawCpm: Money, fee: number, impressions: number): Money {
    const media = costOfImpressions(rawCpm, impressions);
    if (fee === 0) return media;
    const fees = costOfImpressions({ amountMicros: fee, currency: rawCpm.currency } as Money, impressions);
    return add(media, fees);
  }

  #terms(sellerId: string, currency: Currency): Terms {
    const { budgetCurrency, fx, now, paths } = this.#source;
    if (currency !== budgetCurrency) return termsOf(paths.get(sellerId), true, budgetCurrency, fx, now);
    let terms = this.#homeTerms.get(sellerId);
    if (terms === undefined) {
      terms = termsOf(paths.get(sellerId), false, budgetCurrency, fx, now);
      this.#homeTerms.set(sellerId, terms);
    }
    return terms;
  }

  #home(value: Money): Money {
    const { budgetCurrency, fx, now } = this.#source;
    return value.currency === budgetCurrency ? value : convertRoundingUp(value, budgetCurrency, fx, now);
  }
}
