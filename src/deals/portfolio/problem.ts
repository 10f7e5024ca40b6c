import { DEAL_TYPES, type Money } from '../../kernel/index.ts';
import type { NormalizedQuote } from '../types.ts';
import { alternativesKey, whyNot } from './admissible.ts';
import { portfolioValue } from './report.ts';
import type { PortfolioConstraints, PortfolioInput, SkippedQuote } from './strategy.ts';

/** Shares are compared as whole millionths, so that feasibility is decided in integers. */
export const SHARE_SCALE = 1_000_000;

/** A constraint Σ coefficients × picks ≤ limit, in units that make its size about 1. */
export interface Row {
  readonly name: string;
  readonly coefficients: Float64Array;
  readonly limit: number;
}

/** The choice as numbers: item i is bought or not; of the items of one group at most one is. */
export interface Problem {
  readonly items: readonly NormalizedQuote[];
  readonly values: Float64Array;
  readonly groups: Int32Array;
  readonly groupCount: number;
  readonly slots: number;
  /** The budget first, then those of the constraints. */
  readonly rows: readonly Row[];
  readonly input: PortfolioInput;
  /** What could not be part of any choice. */
  readonly skipped: readonly SkippedQuote[];
}

/** States the choice as a problem; `value` is what one item is worth. */
export function makeProblem(
  input: PortfolioInput,
  value: (quote: NormalizedQuote) => number = portfolioValue,
): Problem {
  const held = new Set(input.held.map(alternativesKey));
  const items: NormalizedQuote[] = [];
  const skipped: SkippedQuote[] = [];
  for (const quote of input.candidates) {
    const reason = held.has(alternativesKey(quote))
      ? 'another quote for the same product of this seller was bought'
      : whyNot(quote, input.remaining);
    if (reason === null) items.push(quote);
    else skipped.push({ quoteId: quote.quoteId, sellerId: quote.sellerId, reason });
  }
  const keys = [...new Set(items.map(alternativesKey))];
  const groupOf = new Map(keys.map((key, index) => [key, index]));
  return {
    items,
    values: Float64Array.from(items, value),
    groups: Int32Array.from(items, (quote) => groupOf.get(alternativesKey(quote)) ?? -1),
    groupCount: keys.length,
    slots: input.slots,
    rows: makeRows(items, input),
    input,
    skipped,
  };
}

export function costOf(quote: NormalizedQuote): number {
  return quote.cost?.amountMicros ?? 0;
}

function makeRows(items: readonly NormalizedQuote[], input: PortfolioInput): Row[] {
  const { remaining, held, constraints } = input;
  const unit = Math.max(1, remaining.amountMicros);
  const row = (
    name: string,
    coefficient: (quote: NormalizedQuote) => number,
    limit: number,
    scale = unit,
  ) => ({
    name,
    coefficients: Float64Array.from(items, (quote) => coefficient(quote) / scale),
    limit: limit / scale,
  });
  const rows = [row('budget', costOf, remaining.amountMicros)];
  const { minImpressions = 0 } = constraints;
  const missing = minImpressions - impressionsOf(held);
  if (missing > 0) rows.push(row('minImpressions', (quote) => -quote.quote.impressions, -missing, missing));
  for (const limit of shareLimits([...items, ...held], constraints)) {
    const { share, sign, includes } = limit;
    const over = (quote: NormalizedQuote) => sign * costOf(quote) * ((includes(quote) ? 1 : 0) - share);
    rows.push(row(limit.name, over, -held.reduce((total, quote) => total + over(quote), 0)));
  }
  return rows;
}

/** A bound on the share of the spend that some quotes have: sign 1 is "at most", −1 is "at least". */
export interface ShareLimit {
  readonly name: string;
  readonly share: number;
  readonly sign: 1 | -1;
  readonly includes: (quote: NormalizedQuote) => boolean;
}

/** The share limits that can matter for `quotes`. */
export function shareLimits(
  quotes: readonly NormalizedQuote[],
  constraints: PortfolioConstraints,
): readonly ShareLimit[] {
  const limits: ShareLimit[] = [];
  const { maxSellerShare, dealTypeShares = {} } = constraints;
  if (maxSellerShare !== undefined && maxSellerShare < 1) {
    for (const sellerId of new Set(quotes.map((quote) => quote.sellerId))) {
      const includes = (quote: NormalizedQuote) => quote.sellerId === sellerId;
      limits.push({ name: `maxSellerShare of ${sellerId}`, share: maxSellerShare, sign: 1, includes });
    }
  }
  for (const dealType of DEAL_TYPES) {
    const { min = 0, max = 1 } = dealTypeShares[dealType] ?? {};
    const includes = (quote: NormalizedQuote) => quote.dealType === dealType;
    if (max < 1) limits.push({ name: `dealTypeShares.${dealType}.max`, share: max, sign: 1, includes });
    if (min > 0) limits.push({ name: `dealTypeShares.${dealType}.min`, share: min, sign: -1, includes });
  }
  return limits;
}

export function impressionsOf(quotes: readonly NormalizedQuote[]): number {
  return quotes.reduce((total, { quote }) => total + quote.impressions, 0);
}

/** What quotes cost together; exact. */
export function spendOf(quotes: readonly NormalizedQuote[]): bigint {
  return quotes.reduce((total, quote) => total + BigInt(costOf(quote)), 0n);
}

export function like(money: Money, amountMicros: number): Money {
  return { ...money, amountMicros: amountMicros as Money['amountMicros'] };
}
