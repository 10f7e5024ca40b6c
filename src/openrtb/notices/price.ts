import type { Micros } from '../../kernel/index.ts';
import type { PriceDecoder } from './types.ts';

const PLAIN = /^(-?)(\d{1,9})(?:\.(\d{1,20}))?$/;
const SCIENTIFIC = /^-?\d(?:\.\d{1,20})?[eE][-+]?\d{1,2}$/;
const MAX_CPM_MICROS = 1e15;

/** A price as a decimal number of currency units per thousand, exactly, with a seventh decimal rounded up. */
export const decodePlainPrice: PriceDecoder = (text) => {
  const match = PLAIN.exec(text);
  if (match === null) return scientific(text);
  if (match[1] === '-') return 'price-negative';
  const fraction = match[3] ?? '';
  const more = /[1-9]/.test(fraction.slice(6)) ? 1 : 0;
  return (Number(match[2]) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0')) + more) as Micros;
};

/** Some exchanges print small prices as their language does: `1e-05`. */
function scientific(text: string): ReturnType<PriceDecoder> {
  if (!SCIENTIFIC.test(text)) return 'price-invalid';
  const micros = Number(text) * 1_000_000;
  if (micros < 0) return 'price-negative';
  if (micros > MAX_CPM_MICROS) return 'price-invalid';
  // Three decimals are kept before rounding up, so that the error of the product does not count as a micro.
  return Math.ceil(Number(micros.toFixed(3))) as Micros;
}

/**
 * How far above our bid a price may read because the exchange rounded it: one unit of its last digit, and never more
 * than a cent. The excess is not paid.
 */
export function roundingAllowance(text: string): number {
  const match = PLAIN.exec(text);
  if (match === null) return 1;
  const decimals = Math.min(6, match[3]?.length ?? 0);
  return Math.min(10_000, 10 ** (6 - decimals));
}
