import {
  type Currency,
  convertRoundingUp,
  costOfImpressions,
  type EpochMs,
  type ErrorInfo,
  type FxTable,
  GavotteError,
  type Micros,
  type Money,
} from '../../kernel/index.ts';
import type { SupplyPathInfo, VerifiedQuote } from '../types.ts';
import { PA_CLEARING, timesRoundingUp } from './ratio.ts';
import { type Terms, termsOf } from './supply-path.ts';

/**
 * A price worked out, micros in the budget's currency; all zero when `unpriced` says why there is none. One
 * record is reused for many quotes, because a ranking of 100,000 is bound by what it allocates.
 */
export interface PriceRecord {
  raw: Money;
  /** The intermediary fee and the tech fee, per thousand. */
  fee: number;
  effective: number;
  /** What booking commits: the price and the fees of all impressions, each rounded up; PA at its floor. */
  cost: number;
  minimumSpend: Money;
  terms: Terms;
  unpriced: ErrorInfo | null;
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
  readonly #noTerms: Terms;
  readonly #record: PriceRecord;

  constructor(source: PricingSource) {
    this.#source = source;
    this.#zero = sum(0, source.budgetCurrency);
    this.#noTerms = termsOf(undefined, false, source.budgetCurrency, undefined, source.now);
    this.#record = this.blank();
  }

  /** A record of its own with nothing in it. */
  blank(): PriceRecord {
    const numbers = { fee: 0, effective: 0, cost: 0 };
    return { raw: this.#zero, ...numbers, minimumSpend: this.#zero, terms: this.#noTerms, unpriced: null };
  }

  /** The price of one quote, in a record that the next call overwrites. */
  price(quote: VerifiedQuote): Readonly<PriceRecord> {
    const record = this.#record;
    try {
      record.unpriced = null;
      this.#fill(record, quote);
    } catch (thrown) {
      record.raw = record.minimumSpend = this.#zero;
      record.fee = record.effective = record.cost = 0;
      record.terms = this.#noTerms;
      record.unpriced = GavotteError.from(thrown).toJSON();
    }
    return record;
  }

  #fill(record: PriceRecord, quote: VerifiedQuote): void {
    const price = quote.agreedCpm ?? quote.finalCpm;
    if (price === null) {
      throw new GavotteError('GV_QUOTE_REFUSED', `quote ${quote.quoteId} has no price`, {
        fix: 'Ask the seller for a price.',
      });
    }
    const raw = this.#home(price);
    const { amountMicros } = raw;
    if (!(Number.isSafeInteger(amountMicros) && amountMicros > 0)) {
      const problem = `quote ${quote.quoteId}: its CPM of ${amountMicros} micros must be above zero`;
      throw new GavotteError('GV_QUOTE_REFUSED', problem);
    }
    const terms = this.#terms(quote.sellerId, price.currency);
    const fee = timesRoundingUp(amountMicros, terms.fee) + terms.basis.techFeeCpm.amountMicros;
    record.raw = raw;
    record.terms = terms;
    record.fee = fee;
    record.effective =
      (quote.dealType === 'PA' ? timesRoundingUp(amountMicros, PA_CLEARING) : amountMicros) + fee;
    record.cost =
      costOfImpressions(raw, quote.impressions).amountMicros +
      (fee === 0 ? 0 : costOfImpressions(sum(fee, raw.currency), quote.impressions).amountMicros);
    record.minimumSpend = quote.minimumSpend === null ? this.#zero : this.#home(quote.minimumSpend);
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

/**
 * Money from a number known to be whole. All money of a ranking is made here: one place gives its objects one
 * layout, which makes 100,000 of them several times faster.
 */
export function sum(amountMicros: number, currency: Currency): Money {
  return { amountMicros: amountMicros as Micros, currency };
}
