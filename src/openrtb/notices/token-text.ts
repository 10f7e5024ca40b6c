/**
 * Tokens use letters, digits, `-`, `_` and `.` only: every URL library, HTML, XML and JSON leaves these alone, so a
 * token stands anywhere without escaping and returns as it left. `.` parts fields; within a field `/` is `__` and any
 * other character its UTF-8 bytes as `_XX`.
 */
export function escapeField(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/gu, (char) =>
    char === '/'
      ? '__'
      : [...Buffer.from(char)].map((byte) => `_${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** The text that `escapeField` made `field` of. */
export function unescapeField(field: string): string {
  if (!field.includes('_')) return field;
  return decodeURIComponent(field.replaceAll('__', '%2F').replaceAll('_', '%'));
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Two characters of base64url for each 12 bits: half the look-ups of one. */
const PAIRS: readonly string[] = Array.from(
  { length: 4096 },
  (_, bits) => DIGITS.charAt(bits >> 6) + DIGITS.charAt(bits & 63),
);

/** 64 bits as 11 characters of base64url. */
export function encode64(high: number, low: number): string {
  return (
    PAIRS[high >>> 20]! +
    PAIRS[(high >>> 8) & 0xfff]! +
    PAIRS[((high & 0xff) << 4) | (low >>> 28)]! +
    PAIRS[(low >>> 16) & 0xfff]! +
    PAIRS[(low >>> 4) & 0xfff]! +
    DIGITS.charAt((low & 0xf) << 2)
  );
}
