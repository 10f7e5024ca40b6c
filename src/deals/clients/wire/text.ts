import { z } from 'zod';

/** C0 and C1 controls, zero-width and bidirectional marks, soft hyphens, tags: what hides or reorders text. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu;
/** Longest text kept for people. */
const MAX_TEXT = 500;
/** Longest id on any wire of the field is far below. */
const MAX_ID = 256;

/** Seller text as it may be shown and compared: visible characters only, at most 500 of them. It decides nothing. */
export function plainText(text: string): string {
  return text.toWellFormed().replace(INVISIBLE, ' ').trim().slice(0, MAX_TEXT);
}

/** A text for people. */
export const wireText = z.string().transform(plainText);

/**
 * An opaque id that is echoed back verbatim and put into paths. Ids that a URL would read as a path of their
 * own, or that hide characters, are refused.
 */
export const wireId = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_ID, `must have at most ${MAX_ID} characters`)
  .refine((id) => id.isWellFormed() && id.search(INVISIBLE) === -1, 'must not contain invisible characters')
  .refine((id) => id !== '.' && id !== '..' && id.trim() === id, 'must be a plain id');
