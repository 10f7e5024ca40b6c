import type { Currency, Money } from '../../kernel/index.ts';
import type { NormalizedQuote, VerifiedQuote } from '../types.ts';
import { type PriceRecord, type Pricer, sum } from './price-quote.ts';
import { type CpmRange, cpmScore, SCORE_HUNDREDTHS_MAX, scoreHundredths } from './score.ts';
import type { Terms } from './supply-path.ts';

/** The quote as the desk hands it on, sharing what money it can. `score` is in hundredths. */
export function normalized(
  quote: VerifiedQuote,
  record: Readonly<PriceRecord>,
  score: number,
  currency: Currency,
): NormalizedQuote {
  const { raw, fee, effective, cost, unpriced, terms } = record;
  const effectiveCpm = effective === raw.amountMicros ? raw : sum(effective, currency);
  return {
    sellerId: quote.sellerId,
    quoteId: quote.quoteId,
    rawCpm: unpriced === null ? raw : null,
    effectiveCpm: unpriced === null ? effectiveCpm : null,
    dealType: quote.dealType,
    feeEstimate: fee === terms.basis.techFeeCpm.amountMicros ? terms.basis.techFeeCpm : sum(fee, currency),
    minimumSpend: record.minimumSpend,
    score: score / 100,
    fillRateEstimate: quote.estimatedFillRate,
    pricingSource: unpriced === null ? 'seller_quoted' : 'unavailable',
    cost: unpriced === null ? sum(cost, currency) : null,
    basis: terms.basis,
    unpriced,
    quote,
  };
}

/** The prices of many quotes, column by column: numbers in typed arrays cost the collector nothing. */
class PriceTable {
  readonly quotes: readonly VerifiedQuote[];
  readonly raw: Money[];
  readonly minimumSpend: Money[];
  readonly terms: Terms[];
  readonly fee: Float64Array;
  readonly cost: Float64Array;
  /** NaN marks a quote that is not ranked. */
  readonly effective: Float64Array;

  constructor(quotes: readonly VerifiedQuote[]) {
    const { length } = quotes;
    this.quotes = quotes;
    this.raw = new Array<Money>(length);
    this.minimumSpend = new Array<Money>(length);
    this.terms = new Array<Terms>(length);
    this.fee = new Float64Array(length);
    this.cost = new Float64Array(length);
    this.effective = new Float64Array(length).fill(Number.NaN);
  }

  set(index: number, record: Readonly<PriceRecord>): void {
    this.raw[index] = record.raw;
    this.minimumSpend[index] = record.minimumSpend;
    this.terms[index] = record.terms;
    this.fee[index] = record.fee;
    this.cost[index] = record.cost;
    this.effective[index] = record.effective;
  }

  get(index: number, into: PriceRecord): PriceRecord {
    into.raw = this.raw[index]!;
    into.minimumSpend = this.minimumSpend[index]!;
    into.terms = this.terms[index]!;
    into.fee = this.fee[index]!;
    into.cost = this.cost[index]!;
    into.effective = this.effective[index]!;
    return into;
  }
}

/**
 * Ranks by score, ties in their order. Quotes above `ceiling` (micros) are left out before the scale is made;
 * those without a price come last, or not at all under a ceiling.
 */
export function rank(
  quotes: readonly VerifiedQuote[],
  pricer: Pricer,
  ceiling: number,
  currency: Currency,
): NormalizedQuote[] {
  const table = new PriceTable(quotes);
  const unpriced: NormalizedQuote[] = [];
  const range = { lowest: Number.POSITIVE_INFINITY, highest: 0, count: 0 };
  for (let index = 0; index < quotes.length; index += 1) {
    const record = pricer.price(quotes[index]!);
    if (record.unpriced !== null) unpriced.push(normalized(quotes[index]!, record, 0, currency));
    else if (record.effective <= ceiling) {
      table.set(index, record);
      range.count += 1;
      if (record.effective < range.lowest) range.lowest = record.effective;
      if (record.effective > range.highest) range.highest = record.effective;
    }
  }
  const ranked = sortByScore(table, range, pricer.blank(), currency);
  return unpriced.length === 0 || ceiling < Number.POSITIVE_INFINITY ? ranked : [...ranked, ...unpriced];
}

/** A stable counting sort, linear in the quotes, since scores are whole hundredths. */
function sortByScore(
  table: PriceTable,
  range: CpmRange,
  record: PriceRecord,
  currency: Currency,
): NormalizedQuote[] {
  const { quotes, effective } = table;
  const scores = new Uint16Array(quotes.length);
  // places[b] becomes where the next quote of bucket b goes; bucket 0 is the highest score.
  const places = new Uint32Array(SCORE_HUNDREDTHS_MAX + 2);
  for (let index = 0; index < quotes.length; index += 1) {
    if (Number.isNaN(effective[index]!)) continue;
    const { dealType, estimatedFillRate } = quotes[index]!;
    const score = scoreHundredths(cpmScore(effective[index]!, range), dealType, estimatedFillRate);
    scores[index] = score;
    places[SCORE_HUNDREDTHS_MAX - score + 1]! += 1;
  }
  for (let bucket = 1; bucket < places.length; bucket += 1) places[bucket]! += places[bucket - 1]!;
  const ranked = new Array<NormalizedQuote>(range.count);
  for (let index = 0; index < quotes.length; index += 1) {
    if (Number.isNaN(effective[index]!)) continue;
    const bucket = SCORE_HUNDREDTHS_MAX - scores[index]!;
    ranked[places[bucket]!] = normalized(quotes[index]!, table.get(index, record), scores[index]!, currency);
    places[bucket]! += 1;
  }
  return ranked;
}
