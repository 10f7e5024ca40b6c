import { type Key, NO_NUMBERS, NO_TEXTS, type Source } from './source.ts';

/** A parsed JSON object. Its keys are a stranger's: they are only ever looked up by names of our own. */
export type JsonObject = Readonly<Record<string, unknown>>;

const NONE: JsonObject = Object.freeze(Object.create(null) as JsonObject);

/** The value as an object, or the object without fields: arrays and null are none. */
export function jsonObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : NONE;
}

/** Access to what `JSON.parse` made. */
export const JSON_SOURCE: Source<JsonObject> = {
  none: NONE,
  given: (from, key) => from[key.name] !== undefined && from[key.name] !== null,
  text: (from, key) => textOf(from[key.name]),
  number: (from, key) => numberOf(from[key.name]),
  flag(from, key) {
    const value = from[key.name];
    return value !== undefined && value !== null && value !== false && value !== 0;
  },
  object: (from, key) => jsonObject(from[key.name]),
  isList: (from, key) => Array.isArray(from[key.name]),
  objects(from, key, most) {
    const value = from[key.name];
    return Array.isArray(value) ? value.slice(0, most).map(jsonObject) : [];
  },
  texts: (from, key, most) => some(listed(from, key), textOf, most),
  idTexts: (from, key, most) => some(listed(from, key), idTextOf, most),
  wholes(from, key, most) {
    const value = from[key.name];
    if (!Array.isArray(value)) return NO_NUMBERS;
    return value
      .filter((entry) => Number.isSafeInteger(entry))
      .slice(0, most)
      .map(plusZero);
  },
  areTexts: (from, key) => textsOnly(from, key) !== undefined,
  onlyTexts: textsOnly,
  onlyWholes(from, key) {
    const value = from[key.name];
    if (value === undefined || value === null) return NO_NUMBERS;
    const list = listed(from, key);
    return list.every((entry) => Number.isSafeInteger(entry)) ? list.map(plusZero) : undefined;
  },
};

function textsOnly(from: JsonObject, key: Key): readonly string[] | undefined {
  const value = from[key.name];
  if (value === undefined || value === null || value === '') return NO_TEXTS;
  const list = listed(from, key);
  return list.every((entry) => typeof entry === 'string') ? list : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function idTextOf(value: unknown): string {
  return Number.isSafeInteger(value) ? String(plusZero(value)) : textOf(value);
}

/** Negative zero becomes zero. */
function plusZero(value: unknown): number {
  return (value as number) + 0;
}

function listed(from: JsonObject, key: Key): readonly unknown[] {
  const value = from[key.name];
  return Array.isArray(value) ? value : [value];
}

function some(
  list: readonly unknown[],
  textOfEntry: (value: unknown) => string,
  most: number,
): readonly string[] {
  const texts: string[] = [];
  for (const entry of list) {
    const text = textOfEntry(entry);
    if (text !== '' && texts.push(text) === most) break;
  }
  return texts.length === 0 ? NO_TEXTS : texts;
}
