import { type Currency, compare, type EpochMs, type FxTable, type Money } from '../../kernel/index.ts';
import type { NormalizedQuote, SupplyPathInfo, VerifiedQuote } from '../types.ts';
import { highestThatFits } from './ceiling.ts';
import { type PricedQuote, Pricer } from './price-quote.ts';
import { type CpmRange, cpmScore, SCORE_HUNDREDTHS_MAX, scoreHundredths } from './score.ts';
import { readSupplyPaths } from './supply-path.ts';

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
    const fillRate = options.fillRate ?? quote.estimatedFillRate;
    const priced = this.#pricer().price(quote);
    const score = priced.parts === null ? 0 : hundredths(priced, ALONE, fillRate);
    return { ...this.#finish(priced, score), fillRateEstimate: fillRate };
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
    const pricer = this.#pricer();
    const kept: PricedQuote[] = [];
    const unpriced: PricedQuote[] = [];
    let lowest = Number.POSITIVE_INFINITY;
    let highest = 0;
    for (const quote of quotes) {
      const priced = pricer.price(quote);
      if (priced.parts === null) {
        unpriced.push(priced);
        continue;
      }
      const { effective } = priced.parts;
      if (effective > ceiling) continue;
      kept.push(priced);
      if (effective < lowest) lowest = effective;
      if (effective > highest) highest = effective;
    }
    const ranked = this.#sortedByScore(kept, { lowest, highest, count: kept.length });
    if (options.maxCpm === undefined) for (const each of unpriced) ranked.push(this.#finish(each, 0));
    return ranked;
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
      const { parts } = pricer.price({ ...quote, agreedCpm });
      return parts !== null && parts.effective <= ceiling;
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

  /** A stable counting sort: scores are whole hundredths, so it is linear in the quotes. */
  #sortedByScore(kept: readonly PricedQuote[], range: CpmRange): NormalizedQuote[] {
    const scores = new Uint16Array(kept.length);
    // places[b] becomes where the next quote of bucket b goes; bucket 0 is the highest score.
    const places = new Uint32Array(SCORE_HUNDREDTHS_MAX + 2);
    for (let index = 0; index < kept.length; index += 1) {
      const priced = kept[index]!;
      const score = hundredths(priced, range, priced.quote.estimatedFillRate);
      scores[index] = score;
      places[SCORE_HUNDREDTHS_MAX - score + 1]! += 1;
    }
    for (let bucket = 1; bucket < places.length; bucket += 1) places[bucket]! += places[bucket - 1]!;
    const ranked = new Array<NormalizedQuote>(kept.length);
    for (let index = 0; index < kept.length; index += 1) {
      const bucket = SCORE_HUNDREDTHS_MAX - scores[index]!;
      ranked[places[bucket]!] = this.#finish(kept[index]!, scores[index]!);
      places[bucket]! += 1;
    }
    return ranked;
  }

  #finish(
    { quote, terms, parts, minimumSpend, cost, unpriced }: PricedQuote,
    score: number,
  ): NormalizedQuote {
    const currency = this.#options.budgetCurrency;
    const cpm = (amountMicros: number) => ({ amountMicros, currency }) as Money;
    return {
      sellerId: quote.sellerId,
      quoteId: quote.quoteId,
      rawCpm: parts === null ? null : cpm(parts.raw),
      effectiveCpm: parts === null ? null : cpm(parts.effective),
      dealType: quote.dealType,
      feeEstimate: cpm(parts?.fee ?? 0),
      minimumSpend,
      score: score / 100,
      fillRateEstimate: quote.estimatedFillRate,
      pricingSource: parts === null ? 'unavailable' : 'seller_quoted',
      cost,
      basis: terms.basis,
      unpriced,
      quote,
    };
  }
}

const ALONE: CpmRange = { lowest: 0, highest: 0, count: 1 };

function hundredths({ quote, parts }: PricedQuote, range: CpmRange, fillRate: number | null): number {
  return scoreHundredths(cpmScore(parts?.effective ?? 0, range), quote.dealType, fillRate);
}
