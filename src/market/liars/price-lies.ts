import type { MarketLiar } from './liar.ts';
import { booking, DEALS, editing, QUOTES, raw } from './tamper.ts';

const PRICE = 'quote.pricing.final_cpm.amount_micros';

/** Prices that are none (fault B5), each as it stands on the wire. */
const PRICES: readonly (readonly [kind: string, value: unknown, description: string])[] = [
  ['nan-cpm', raw('NaN'), 'quotes NaN, as Python writes it'],
  ['infinite-cpm', raw('1e999'), 'quotes 1e999, which parses to Infinity'],
  ['negative-cpm', -5_000_000, 'quotes minus five dollars'],
  ['zero-cpm', 0, 'quotes nothing'],
  ['negative-zero-cpm', raw('-0'), 'quotes minus zero'],
  ['1e308-cpm', raw('1e308'), 'quotes the largest power of ten a double holds'],
  ['tiny-cpm', raw('1e-9'), 'quotes a billionth of a micro'],
  ['huge-cpm', 1_000_000_000_000_000, 'quotes a billion dollars per thousand'],
  ['fractional-cpm', raw('28500000.5'), 'quotes half a micro'],
  ['overflowing-cpm', raw('9223372036854775808'), 'quotes one more than 64 bits hold'],
  ['text-cpm', '28500000', 'quotes a text of digits'],
  ['comma-cpm', '12,50', 'quotes a text with a decimal comma'],
  ['null-cpm', null, 'quotes null micros'],
];

export const PRICE_LIARS: readonly MarketLiar[] = [
  ...PRICES.map(
    ([kind, value, description]): MarketLiar => ({
      kind,
      fault: 'B5',
      description,
      wrap: (honest) => editing(honest, QUOTES, (reply) => reply.set(PRICE, value)),
    }),
  ),
  {
    kind: 'missing-cpm',
    fault: 'B5',
    description: 'quotes without a price',
    wrap: (honest) => editing(honest, QUOTES, (reply) => reply.remove('quote.pricing.final_cpm')),
  },
];

/** A currency in which the seller quotes, deals and keeps its books. */
function inCurrency(kind: string, code: string, description: string): MarketLiar {
  return {
    kind,
    fault: 'B6',
    description,
    wrap: (honest) => {
      const quoting = editing(honest, QUOTES, (reply) => {
        reply.set('quote.pricing.base_cpm.currency', code);
        reply.set('quote.pricing.final_cpm.currency', code);
      });
      const dealing = editing(quoting, DEALS, (reply) => {
        reply.set('deal.pricing.final_cpm.currency', code);
        reply.set('deal.openrtb_params.bidfloor.currency', code);
      });
      return booking(dealing, (contract) => ({ ...contract, currency: code }));
    },
  };
}

export const CURRENCY_LIARS: readonly MarketLiar[] = [
  inCurrency('foreign-currency', 'EUR', 'asked in dollars, quotes and books in euros'),
  inCurrency('unknown-currency', 'XQZ', 'quotes in a currency that does not exist'),
  {
    kind: 'bare-number-cpm',
    fault: 'B6',
    description: 'quotes a bare number without a currency',
    wrap: (honest) => editing(honest, QUOTES, (reply) => reply.set('quote.pricing.final_cpm', 28.5)),
  },
  {
    kind: 'switched-currency',
    fault: 'B6',
    description: 'quotes in dollars, books the same figure in pounds',
    wrap: (honest) =>
      booking(
        editing(honest, DEALS, (reply) => reply.set('deal.pricing.final_cpm.currency', 'GBP')),
        (contract) => ({ ...contract, currency: 'GBP' }),
      ),
  },
];
