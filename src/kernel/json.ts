import { GavotteError } from './errors.ts';

/** No contract of ours nests deeper than about ten. */
export const MAX_JSON_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const SPACE = 0x20;

/**
 * Parses JSON that a stranger wrote. Nesting is measured by a scan before anything is built, so no text can
 * exhaust the stack here or in what walks the value later. An object that names a key twice means two things
 * to two readers, so it is refused.
 * Numbers come as doubles: what must be exact (money) is checked to be a safe integer where it is read.
 * @throws GV_RESPONSE_INVALID naming `what`.
 */
export function parseJson(text: string, what: string): unknown {
  if (!nestsAtMost(text, MAX_JSON_DEPTH)) {
    throw invalid(what, `it nests deeper than ${MAX_JSON_DEPTH} levels`);
  }
  const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch (cause) {
    const reason = text.trim() === '' ? 'it is empty' : (cause as Error).message.slice(0, 200);
    throw invalid(what, `it is not JSON (${reason})`, cause);
  }
  const twice = duplicateKey(plain);
  if (twice !== null) throw invalid(what, `it names the key ${JSON.stringify(twice.slice(0, 80))} twice`);
  return value;
}

/**
 * Parses JSON of a file that a person or we wrote.
 * @throws GV_BAD_INPUT naming `source`, with `fix`.
 */
export function parseJsonFile(text: string, source: string, fix: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GavotteError('GV_BAD_INPUT', `${source} is not JSON: ${(cause as Error).message}`, {
      cause,
      fix,
    });
  }
}

/** Whether no point of a JSON text lies inside more than `limit` braces and brackets. */
export function nestsAtMost(text: string, limit: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE) index = endOfString(text, index);
    else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      depth += 1;
      if (depth > limit) return false;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) depth -= 1;
  }
  return true;
}

/** A key that some object of a valid JSON text names twice; null when there is none. */
function duplicateKey(text: string): string | null {
  // The keys so far of each object that is open; arrays have none.
  const open: Set<string>[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === OPEN_BRACE) open.push(new Set());
    else if (unit === CLOSE_BRACE) open.pop();
    else if (unit === QUOTE) {
      const end = endOfString(text, index);
      const key = keyBetween(text, index, end);
      const keys = open.at(-1);
      if (key !== null && keys?.has(key)) return key;
      if (key !== null) keys?.add(key);
      index = end;
    }
  }
  return null;
}

/** The key that the string from quote to quote is; null when it is a value. Only keys are followed by a colon. */
function keyBetween(text: string, start: number, end: number): string | null {
  let next = end + 1;
  while (text.charCodeAt(next) <= SPACE) next += 1;
  if (text.charCodeAt(next) !== COLON) return null;
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

/** The index of the quote that closes the string opened at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
}

function invalid(what: string, reason: string, cause?: unknown): GavotteError {
  return new GavotteError('GV_RESPONSE_INVALID', `${what} cannot be read: ${reason}`, {
    fix: 'The peer must send JSON as its contract says.',
    details: { reason },
    ...(cause === undefined ? {} : { cause }),
  });
}
