import { MICROS_PER_UNIT } from '../../kernel/index.ts';
import { type Key, NO_NUMBERS, NO_TEXTS, type Source } from './source.ts';

/** The first thing found wrong with a part of a request, in words; '' while nothing is. */
export interface Trouble {
  first: string;
}

/** The whole number at `key`; `otherwise` when it is anything else. Negative zero becomes zero. */
export function wholeAt<Node>(source: Source<Node>, from: Node, key: Key, otherwise: number): number {
  const value = source.number(from, key);
  return Number.isSafeInteger(value) ? value + 0 : otherwise;
}

/** The finite number at `key`, or NaN. */
export function finiteAt<Node>(source: Source<Node>, from: Node, key: Key): number {
  const value = source.number(from, key);
  return Number.isFinite(value) ? value + 0 : Number.NaN;
}

/** 1 or 0 as said; −1 for anything else. */
export function saidAt<Node>(source: Source<Node>, from: Node, key: Key): -1 | 0 | 1 {
  const value = source.number(from, key);
  return value === 1 ? 1 : value === 0 ? 0 : -1;
}

/**
 * A list that restricts us. Reading past a wrong entry could drop a restriction, so anything but texts is trouble.
 * One text alone is taken as a list of one; null as not given.
 */
export function textsAt<Node>(
  source: Source<Node>,
  from: Node,
  key: Key,
  trouble: Trouble,
): readonly string[] {
  const texts = source.onlyTexts(from, key);
  if (texts !== undefined) return texts;
  trouble.first ||= textsProblem(key);
  return NO_TEXTS;
}

/** What is said of a list that should be one of texts. */
export function textsProblem(key: Key): string {
  return `${key.name} is not a list of texts`;
}

/** A list of whole numbers that restricts us; strict as `textsAt` is. */
export function wholesAt<Node>(
  source: Source<Node>,
  from: Node,
  key: Key,
  trouble: Trouble,
): readonly number[] {
  const wholes = source.onlyWholes(from, key);
  if (wholes !== undefined) return wholes;
  trouble.first ||= `${key.name} is not a list of whole numbers`;
  return NO_NUMBERS;
}

/** A count, size or length that restricts us: 0 when not given; trouble unless it is a number of 0 or more (V9). */
export function countAt<Node>(source: Source<Node>, from: Node, key: Key, trouble: Trouble): number {
  const value = source.number(from, key);
  if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value + 0;
  if (source.given(from, key)) trouble.first ||= `${key.name} is not a number of 0 or more`;
  return 0;
}

/** A currency: USD when not given (F3); trouble when it is no text. */
export function currencyAt<Node>(source: Source<Node>, from: Node, key: Key, trouble: Trouble): string {
  const value = source.text(from, key);
  if (value !== '') return value;
  if (source.given(from, key)) trouble.first ||= `${key.name} is not a currency code`;
  return 'USD';
}

/** A CPM in micros, rounded up; 0 when not given. A text, a negative or a huge number is trouble (V9, trap 4). */
export function cpmMicrosAt<Node>(source: Source<Node>, from: Node, key: Key, trouble: Trouble): number {
  const micros = cpmMicros(source.number(from, key));
  if (micros >= 0) return micros;
  if (source.given(from, key)) trouble.first ||= `${key.name} is not a price of 0 or more`;
  return 0;
}

/**
 * Micros of a price that came as a double: exact when it was written with at most six places, else the next micro
 * above, so that a bid of it is never below the floor. −1 when negative, no number or beyond exact integers.
 */
export function cpmMicros(price: number): number {
  const nearest = Math.round(price * MICROS_PER_UNIT);
  if (!(price >= 0) || nearest > Number.MAX_SAFE_INTEGER - 2) return -1;
  // A double is the one nearest to the decimal that was written, so dividing back finds that decimal.
  if (nearest / MICROS_PER_UNIT === price) return nearest + 0;
  const above = Math.ceil(price * MICROS_PER_UNIT);
  return above / MICROS_PER_UNIT < price ? above + 1 : above;
}
