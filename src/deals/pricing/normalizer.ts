import { type Currency, compare, type EpochMs, type FxTable, type Money } from '../../kernel/index.ts';
import type { NormalizedQuote, SupplyPathInfo, VerifiedQuote } from '../types.ts';
import { highestThatFits } from './ceiling.ts';
import { Pricer } from './price-quote.ts';
import { normalized, rank } from './ranking.ts';
import { type CpmRange, cpmScore, scoreHundredths } from './score.ts';
import { readSupplyPaths } from './supply-path.ts';

/** What prices are made comparable with. */
export interface QuoteNormalizerOptions {
  /** Everything is converted into it, rounding up. */
  readonly budgetCurrency: Currency;
  /** Fees by seller. @defaultValue none */
  readonly supplyPaths?: readonly SupplyPathInfo[];
  /** Needed only when a seller quotes in another currency. */
  readonly fx?: FxTable;
  /** Our clock; rates older than 24 hours are refused. */
  readonly now: () => EpochMs;
}

/**
 * Makes quotes comparable and ranks them, with the rules of the IAB buyer agent: a private auction at 120 % of
 * its floor, fees as a percent of the raw CPM plus a flat tech fee, and a score of 60 % CPM, 20 % deal type,
 * 20 % fill. Fees belong to the seller we are connected to, never to the name in the body.
 */
export class QuoteNormalizer {
  readonly #options: QuoteNormalizerOptions;
  readonly #paths: ReadonlyMap<string, SupplyPathInfo>;

  /** @throws GV_BAD_INPUT when a supply path is not usable, naming it. */
  constructor(options: QuoteNormalizerOptions) {
    this.#options = options;
    this.#paths = readSupplyPaths(options.supplyPaths ?? []);
  }

  /** One quote alone; its CPM score is 100 − 2 × effective CPM. `fillRate` (0..1) replaces what the quote says. */
  normalizeQuote(quote: VerifiedQuote, options: { fillRate?: number } = {}): NormalizedQuote {
    const fillRateEstimate = options.fillRate ?? quote.estimatedFillRate;
    const record = this.#pricer().price(quote);
    const cpm = cpmScore(record.effective, ALONE);
    const score = record.unpriced === null ? scoreHundredths(cpm, quote.dealType, fillRateEstimate) : 0;
    return { ...normalized(quote, record, score, this.#options.budgetCurrency), fillRateEstimate };
  }

  /** All quotes against each other, best first; those without a price are last with score 0. */
  compareQuotes(quotes: readonly VerifiedQuote[]): readonly NormalizedQuote[] {
    return this.rankQuotes(quotes);
  }

  /**
   * Like `compareQuotes`, but what is above `maxCpm` (or has no price) is removed first, so that it does not
   * stretch the scale. Ties keep their order. @throws GV_BAD_INPUT when `maxCpm` is in another currency.
   */
  rankQuotes(quotes: readonly VerifiedQuote[], options: { maxCpm?: Money } = {}): readonly NormalizedQuote[] {
    const ceiling = this.#ceilingMicros(options.maxCpm);
    return rank(quotes, this.#pricer(), ceiling, this.#options.budgetCurrency);
  }

  /**
   * The highest raw price, in the seller's currency and not above its present one, whose effective CPM is
   * within `maxCpm`; null when no price is. It is what negotiation may agree to.
   */
  rawCeiling(quote: VerifiedQuote, maxCpm: Money | undefined): Money | null {
    const price = quote.agreedCpm ?? quote.finalCpm;
    if (price === null || maxCpm === undefined) return price;
    const ceiling = this.#ceilingMicros(maxCpm);
    const pricer = this.#pricer();
    return highestThatFits(price, (agreedCpm) => {
      const { unpriced, effective } = pricer.price({ ...quote, agreedCpm });
      return unpriced === null && effective <= ceiling;
    });
  }

  #pricer(): Pricer {
    const { budgetCurrency, fx, now } = this.#options;
    return new Pricer({ budgetCurrency, fx, now: now(), paths: this.#paths });
  }

  #ceilingMicros(maxCpm: Money | undefined): number {
    if (maxCpm === undefined) return Number.POSITIVE_INFINITY;
    compare(maxCpm, { ...maxCpm, currency: this.#options.budgetCurrency });
    return maxCpm.amountMicros;
  }
}

const ALONE: CpmRange = { lowest: 0, highest: 0, count: 1 };
