import { stripVTControlCharacters } from 'node:util';

/** Enough for a name or a sentence; a seller that sends more is cut. */
const MAX_LENGTH = 300;

/**
 * A text from outside made harmless for a terminal: escape sequences, control characters, characters that
 * reorder, hide or tag text (category Cf: bidi overrides, zero-width, U+E00xx), private and unassigned
 * characters go; every kind of white space becomes one space; towers of combining marks are cut to four.
 * The result is one line of at most `maxLength` characters.
 */
export function safeText(text: string, maxLength = MAX_LENGTH): string {
  // Cut first, so that a text of megabytes costs no more than a long one.
  const plain = stripVTControlCharacters(text.slice(0, maxLength * 8).toWellFormed())
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu, '')
    .replace(/(\p{M}{4})\p{M}+/gu, '$1')
    .trim();
  const characters = [...plain];
  return characters.length <= maxLength ? plain : `${characters.slice(0, maxLength - 1).join('')}…`;
}
