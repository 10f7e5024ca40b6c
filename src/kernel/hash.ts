import { hash } from 'node:crypto';
import { assert } from './errors.ts';

/** SHA-256 of a text, in lower-case hex. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/**
 * JSON with keys in code-unit order and no spaces (RFC 8785 for the values we use: texts, booleans, null,
 * finite numbers). Equal values give equal texts, so it can be hashed. `undefined` members are left out.
 * @throws GV_INTERNAL for a number that is not finite: `null` in its place would hash like another value.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const record = value as Record<string, unknown>;
    const members = Object.keys(record)
      .filter((key) => record[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`);
    return `{${members.join(',')}}`;
  }
  assert(typeof value !== 'number' || Number.isFinite(value), `${value} has no JSON`);
  return JSON.stringify(value) ?? 'null';
}

/** A UUID-shaped id derived from a text: the same text gives the same id, on every run and machine. */
export function uuidFrom(text: string): string {
  const hex = sha256(text);
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  // Version 8 (RFC 9562 §5.8): a vendor-specific derivation.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
