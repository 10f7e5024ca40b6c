import { assert } from '../kernel/index.ts';

/** What one USD buys, as decimal texts: the rates by which the exchange compares floors and bids of several currencies. */
export const EXCHANGE_RATES: Readonly<Record<string, string>> = {
  USD: '1',
  EUR: '0.92',
  GBP: '0.79',
  CAD: '1.39',
  BRL: '5.4',
  JPY: '152',
  AUD: '1.52',
};

/** Rates are held in millionths. */
const SCALE = 1_000_000;

function scaledRate(code: string): bigint {
  const text = EXCHANGE_RATES[code];
  assert(text !== undefined, `the exchange has no rate for ${code}`);
  return BigInt(Math.round(Number(text) * SCALE));
}

/** Whether the exchange trades in that currency. */
export function isTraded(code: string): boolean {
  return Object.hasOwn(EXCHANGE_RATES, code);
}

/** How many units of `code` a USD is. */
export function unitsPerUsd(code: string): number {
  return Number(scaledRate(code)) / SCALE;
}

/** Whether `amount` (micros of `from`) is less than `floor` (micros of `floorFrom`): exact, without rounding. */
export function isBelow(amount: number, from: string, floor: number, floorFrom: string): boolean {
  return BigInt(amount) * scaledRate(floorFrom) < BigInt(floor) * scaledRate(from);
}

/** Micros of `from` in `to`, rounded up to a micro. */
export function convertUp(amount: number, from: string, to: string): number {
  if (from === to) return amount;
  const numerator = BigInt(amount) * scaledRate(to);
  const denominator = scaledRate(from);
  return Number((numerator + denominator - 1n) / denominator);
}
