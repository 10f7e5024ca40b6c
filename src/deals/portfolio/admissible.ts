import { compare, type Money, showMoney } from '../../kernel/index.ts';
import type { NormalizedQuote } from '../types.ts';

/** A seller's product: quotes for it at several volumes or targets are alternatives, of which one is bought. */
export function alternativesKey(quote: NormalizedQuote): string {
  return `${quote.sellerId}|${quote.quote.productId}`;
}

/** Why a quote cannot be bought with what remains, whatever else is bought; null when it can. */
export function whyNot(quote: NormalizedQuote, remaining: Money): string | null {
  const { cost, minimumSpend } = quote;
  if (cost === null) return quote.unpriced?.message ?? 'the seller gave no price';
  if (compare(minimumSpend, remaining) > 0) {
    return `the seller's minimum spend of ${showMoney(minimumSpend)} exceeds the ${showMoney(remaining)} that remain`;
  }
  if (compare(cost, minimumSpend) < 0) {
    return `its cost of ${showMoney(cost)} is below the seller's minimum spend of ${showMoney(minimumSpend)}`;
  }
  if (compare(cost, remaining) > 0) {
    return `its cost of ${showMoney(cost)} exceeds the ${showMoney(remaining)} that remain`;
  }
  return null;
}
