import { MICROS_PER_UNIT } from '../../kernel/index.ts';
import { MAX_ENTRIES } from './limits.ts';

/** A parsed JSON object. Its keys are a stranger's: they are only ever looked up by names of our own. */
export type Fields = Readonly<Record<string, unknown>>;

/** The first thing found wrong with a part of a request, in words; '' while nothing is. */
export interface Trouble {
  first: string;
}

const NO_FIELDS: Fields = Object.freeze(Object.create(null) as Fields);
export const NO_TEXTS: readonly string[] = Object.freeze([]);
export const NO_NUMBERS: readonly number[] = Object.freeze([]);

/** The value if it is an object, else undefined: arrays and null are none. */
export function objectOr(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The object at `key`, or an empty one. */
export function objectAt(from: Fields, key: string): Fields {
  return objectOr(from[key]) ?? NO_FIELDS;
}

/** The list at `key`, or an empty one. */
export function listAt(from: Fields, key: string): readonly unknown[] {
  const value = from[key];
  return Array.isArray(value) ? value : [];
}

/** The text at `key`, or ''. */
export function textAt(from: Fields, key: string): string {
  const value = from[key];
  return typeof value === 'string' ? value : '';
}

/** The whole number at `key`; `otherwise` when it is anything else. Negative zero becomes zero. */
export function wholeAt(from: Fields, key: string, otherwise: number): number {
  const value = from[key];
  return Number.isSafeInteger(value) ? (value as number) + 0 : otherwise;
}

/** The finite number at `key`, or NaN. */
export function numberAt(from: Fields, key: string): number {
  const value = from[key];
  return typeof value === 'number' && Number.isFinite(value) ? value + 0 : Number.NaN;
}

/** A flag that makes us more careful: only absent, null, 0 and false mean no. */
export function flagAt(from: Fields, key: string): boolean {
  const value = from[key];
  return value !== undefined && value !== null && value !== 0 && value !== false;
}

/** 1 or 0 as said; −1 for anything else. */
export function saidAt(from: Fields, key: string): -1 | 0 | 1 {
  const value = from[key];
  return value === 1 ? 1 : value === 0 ? 0 : -1;
}

/** A text or whole number as a text: ids that the spec changed from one to the other. */
export function idText(value: unknown): string {
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(value) ? String((value as number) + 0) : '';
}

/** A list that only informs: texts (or one alone), others left out, cut at the limit. */
export function textsAt(from: Fields, key: string): readonly string[] {
  const value = from[key];
  if (typeof value === 'string' && value !== '') return [value];
  if (!Array.isArray(value)) return NO_TEXTS;
  const texts: string[] = [];
  for (const entry of value) {
    if (typeof entry === 'string' && entry !== '' && texts.push(entry) === MAX_ENTRIES) break;
  }
  return texts;
}

/**
 * A list that restricts us. Reading past a wrong entry could drop a restriction, so anything but texts is trouble.
 * One text alone is taken as a list of one; null as not given.
 */
export function strictTextsAt(from: Fields, key: string, trouble: Trouble): readonly string[] {
  const value = from[key];
  if (value === undefined || value === null) return NO_TEXTS;
  if (typeof value === 'string') return value === '' ? NO_TEXTS : [value];
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value as string[];
  trouble.first ||= `${key} is not a list of texts`;
  return NO_TEXTS;
}

/** A list of whole numbers that restricts us; strict as `strictTextsAt` is. */
export function strictWholesAt(from: Fields, key: string, trouble: Trouble): readonly number[] {
  const value = from[key];
  if (value === undefined || value === null) return NO_NUMBERS;
  if (Number.isSafeInteger(value)) return [(value as number) + 0];
  if (Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry))) {
    return (value as number[]).map((entry) => entry + 0);
  }
  trouble.first ||= `${key} is not a list of whole numbers`;
  return NO_NUMBERS;
}

/** A count, size or length that restricts us: 0 when not given; trouble unless it is a number of 0 or more (V9). */
export function strictCountAt(from: Fields, key: string, trouble: Trouble): number {
  const value = from[key];
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value + 0;
  trouble.first ||= `${key} is not a number of 0 or more`;
  return 0;
}

/** A currency: USD when not given (F3); trouble when it is no text. */
export function currencyAt(from: Fields, key: string, trouble: Trouble): string {
  const value = from[key];
  if (value === undefined || value === null) return 'USD';
  if (typeof value === 'string' && value !== '') return value;
  trouble.first ||= `${key} is not a currency code`;
  return 'USD';
}

/** A CPM in micros, rounded up; 0 when not given. A text, a negative or a huge number is trouble (V9, trap 4). */
export function cpmMicrosAt(from: Fields, key: string, trouble: Trouble): number {
  const value = from[key];
  if (value === undefined || value === null) return 0;
  const micros = typeof value === 'number' ? cpmMicros(value) : -1;
  if (micros >= 0) return micros;
  trouble.first ||= `${key} is not a price of 0 or more`;
  return 0;
}

/**
 * Micros of a price that came as a double: exact when it was written with at most six places, else the next micro
 * above, so that a bid of it is never below the floor. −1 when negative, not finite or beyond exact integers.
 */
export function cpmMicros(price: number): number {
  const nearest = Math.round(price * MICROS_PER_UNIT);
  if (!(price >= 0) || nearest > Number.MAX_SAFE_INTEGER - 2) return -1;
  // A double is the one nearest to the decimal that was written, so dividing back finds that decimal.
  if (nearest / MICROS_PER_UNIT === price) return nearest + 0;
  const above = Math.ceil(price * MICROS_PER_UNIT);
  return above / MICROS_PER_UNIT < price ? above + 1 : above;
}
