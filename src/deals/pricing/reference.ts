import {
  type Currency,
  compare,
  convertRoundingUp,
  costOfImpressions,
  divideRoundingUp,
  type EpochMs,
  type FxTable,
  type Money,
} from '../../kernel/index.ts';
import type { SupplyPathInfo, VerifiedQuote } from '../types.ts';

/** What the reference says of a quote. */
export interface ReferenceQuote {
  readonly quoteId: string;
  readonly effective: number | null;
  readonly cost: number | null;
  readonly score: number;
}

/**
 * The ranking rules written plainly, one line per rule, with big integers and an ordinary sort. Tests hold the
 * fast `QuoteNormalizer.rankQuotes` to it.
 */
export function referenceRank(
  quotes: readonly VerifiedQuote[],
  paths: readonly SupplyPathInfo[],
  market: { budgetCurrency: Currency; fx?: FxTable; now: EpochMs },
  maxCpm?: Money,
): readonly ReferenceQuote[] {
  const { budgetCurrency, fx, now } = market;
  const home = (value: Money) => convertRoundingUp(value, budgetCurrency, fx, now);
  const priced = quotes.map((quote) => {
    const price = quote.agreedCpm ?? quote.finalCpm;
    if (price === null) return { quote, effective: null, cost: null };
    const path = paths.find((each) => each.sellerId === quote.sellerId);
    const raw = home(price);
    const adjusted = quote.dealType === 'PA' ? share(raw, 120_000_000) : raw.amountMicros;
    const tech = path === undefined ? 0 : home(path.techFeeCpm).amountMicros;
    const fee = share(raw, Math.round((path?.intermediaryFeePct ?? 0) * 1e6)) + tech;
    const fees = costOfImpressions({ ...raw, amountMicros: fee as Money['amountMicros'] }, quote.impressions);
    const cost = costOfImpressions(raw, quote.impressions).amountMicros + fees.amountMicros;
    return { quote, effective: adjusted + fee, cost };
  });
  const kept = priced.filter(({ effective }) => maxCpm === undefined || within(effective, maxCpm));
  const cpms = kept.flatMap(({ effective }) => (effective === null ? [] : [effective]));
  return kept
    .map(({ quote, effective, cost }) => ({
      quoteId: quote.quoteId,
      effective,
      cost,
      score: effective === null ? 0 : score(quote, effective, cpms),
    }))
    .sort((a, b) => Number(a.effective === null) - Number(b.effective === null) || b.score - a.score);
}

function within(effective: number | null, maxCpm: Money): boolean {
  if (effective === null) return false;
  return compare({ ...maxCpm, amountMicros: effective as Money['amountMicros'] }, maxCpm) <= 0;
}

/** `pct` is in millionths of a percent. */
function share(raw: Money, pct: number): number {
  return divideRoundingUp(BigInt(raw.amountMicros) * BigInt(pct), 100_000_000n);
}

function score(quote: VerifiedQuote, effective: number, cpms: readonly number[]): number {
  const lowest = Math.min(...cpms);
  const highest = Math.max(...cpms);
  let cpm = 100;
  if (cpms.length === 1) cpm = Math.min(100, Math.max(0, 100 - (2 * effective) / 1e6));
  else if (highest > lowest) cpm = 100 * (1 - (effective - lowest) / (highest - lowest));
  const dealType = { PG: 100, PD: 70, PA: 40 }[quote.dealType];
  const fill = Math.min(100, 100 * (quote.estimatedFillRate ?? 0.7));
  return Math.round(Math.min(100, Math.max(0, 0.6 * cpm + 0.2 * dealType + 0.2 * fill)) * 100) / 100;
}
