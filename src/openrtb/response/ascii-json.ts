const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/**
 * A text as JSON in ASCII only, so that an answer has as many bytes as characters and is written without encoding it.
 * Nearly every id is plain and costs one test.
 */
export function asciiJson(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : escapeNonAscii(JSON.stringify(text));
}

/** A value as JSON in ASCII only. */
export function asciiJsonOf(value: unknown): string {
  return escapeNonAscii(JSON.stringify(value));
}

/** The inside of a JSON text, in ASCII only: pieces of it can be joined. */
export function asciiJsonInside(text: string): string {
  return asciiJson(text).slice(1, -1);
}

function escapeNonAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
