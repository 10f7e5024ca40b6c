/**
 * The seller's arithmetic is that of its language: binary floats, rounded half to even on the exact binary
 * value. `toFixed` already rounds the exact value; only true ties, where it goes up, need care.
 */
export function roundHalfEven(value: number, places: 0 | 1 | 2): number {
  const isTie = Math.abs((value * 2 ** (places + 1)) % 2) === 1;
  const scale = 10 ** places;
  if (!isTie) return Number(value.toFixed(places));
  const below = Math.floor(value * scale);
  return (below % 2 === 0 ? below : below + 1) / scale;
}

/** `value` with exactly `places` decimals, rounded half to even. */
export function fixed(value: number, places: 0 | 1 | 2): string {
  return roundHalfEven(value, places).toFixed(places);
}

/** A price in dollars as the wire's money. */
export function usd(dollars: number): { amount_micros: number; currency: 'USD' } {
  return { amount_micros: Math.round(dollars * 1_000_000), currency: 'USD' };
}
