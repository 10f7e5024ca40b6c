import { z } from 'zod';
import { type Currency, currency, GavotteError, type Money, micros } from '../../../kernel/index.ts';
import { reject } from './read.ts';

/**
 * Money as the contract writes it: `{"amount_micros": 28000000, "currency": "USD"}` with a whole number that a
 * double holds exactly and an ISO 4217 code. Bare numbers, texts, fractions and overflows are refused by name.
 * Sign and size are judged later, by the rules for quotes.
 */
export const wireMoney = z.unknown().transform(readMoney);

/** Money that a seller may leave out or set to null. */
export const optionalWireMoney = z
  .unknown()
  .optional()
  .transform((value, context): Money | null => (value == null ? null : readMoney(value, context)));

function readMoney(value: unknown, context: z.core.$RefinementCtx): Money {
  if (typeof value === 'number')
    return reject(context, `a bare number (${value}) says neither unit nor currency`);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return reject(context, `money must be {amount_micros, currency}, not ${shown(value)}`);
  const { amount_micros: amount, currency: code } = value as Record<string, unknown>;
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount))
    return reject(context, `amount_micros must be a whole number within ±2^53, not ${shown(amount)}`);
  try {
    return { amountMicros: micros(amount), currency: currency(code) };
  } catch (error) {
    return reject(context, GavotteError.from(error).message);
  }
}

/** Money as it is sent. */
export function toWireMoney(value: Money): { amount_micros: number; currency: string } {
  return { amount_micros: value.amountMicros, currency: value.currency };
}

const DECIMAL_NUMBER = /^(\d{1,10})(?:\.(\d+))?$/;

/**
 * Micros from a plain JSON number of currency units, as the local surfaces write it (`ext.floor_cpm: 28.26`).
 * The number's shortest decimal text is what the seller wrote, so the result is exact; digits after the sixth
 * round up, against us. null when it is negative, not finite, or written with an exponent.
 */
export function decimalToMoney(value: number, code: Currency): Money | null {
  const match = DECIMAL_NUMBER.exec(String(value));
  if (match === null) return null;
  const fraction = (match[2] ?? '').padEnd(6, '0');
  const roundUp = /[1-9]/.test(fraction.slice(6)) ? 1 : 0;
  const amount = Number(match[1]) * 1_000_000 + Number(fraction.slice(0, 6)) + roundUp;
  return { amountMicros: micros(amount), currency: code };
}

function shown(value: unknown): string {
  // JSON writes infinite numbers as null, which would name the wrong fault.
  return (typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing')).slice(0, 60);
}
