import { GavotteError } from './errors.ts';

/** No contract of ours nests deeper than about ten. */
export const MAX_JSON_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Parses JSON that a stranger wrote. Nesting is measured by a scan before anything is built, so no text can
 * exhaust the stack here or in what walks the value later. Of duplicate keys the last one counts.
 * Numbers come as doubles: what must be exact (money) is checked to be a safe integer where it is read.
 * @throws GV_RESPONSE_INVALID naming `what`.
 */
export function parseJson(text: string, what: string): unknown {
  if (!nestsAtMost(text, MAX_JSON_DEPTH)) {
    throw invalid(what, `it nests deeper than ${MAX_JSON_DEPTH} levels`);
  }
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown;
  } catch (cause) {
    const reason = text.trim() === '' ? 'it is empty' : (cause as Error).message.slice(0, 200);
    throw invalid(what, `it is not JSON (${reason})`, cause);
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
