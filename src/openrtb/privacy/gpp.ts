import { BitCursor } from './bit-cursor.ts';
import { readUsPrivacy } from './us-privacy.ts';

/** GPP section ids (Global Privacy Platform, "Section Information"). */
export const GPP_TCF_EU = 2;
export const GPP_TCF_CANADA = 5;
export const GPP_US_PRIVACY = 6;

/** Where a US section keeps its opt-outs: the first bit of each two-bit field; −1 where the state has none. */
interface UsLayout {
  readonly sale: number;
  readonly sharing: number;
  readonly targeted: number;
}
const layout = (sale: number, targeted: number, sharing = -1): UsLayout => ({ sale, sharing, targeted });

/** 7 US national, 8 on: California, Virginia, Colorado, Utah, … in the order in which they got their numbers. */
const US_SECTIONS: Readonly<Record<number, UsLayout>> = {
  7: layout(18, 22, 20),
  8: layout(12, -1, 14),
  9: layout(12, 14),
  10: layout(12, 14),
  11: layout(14, 16),
  12: layout(12, 14),
  13: layout(12, 14),
  14: layout(12, 14),
  15: layout(12, 14),
  16: layout(12, 14),
  17: layout(12, 14),
  18: layout(14, 16),
  19: layout(12, 14),
  20: layout(12, 14),
  21: layout(12, 14),
  22: layout(12, 14),
  23: layout(12, 14),
  24: layout(16, 18),
  25: layout(16, 18),
  26: layout(16, 18),
  27: layout(16, 18),
};
const OPTED_OUT = 1;
/** Segment type of Global Privacy Control, in the two bits before it. */
const GPC_SEGMENT = 1;
/** The standard has some thirty sections; a header that claims more is no header. */
const MAX_SECTIONS = 64;

const cursor = new BitCursor();

/** The text of a section; '' when the string does not hold it; `undefined` when the string is none. Never throws. */
export function gppSection(text: string, section: number): string | undefined {
  const headerEnd = endOf(text, 0, '~');
  // Type 3 (GPP), version 1, then the ids as ranges of Fibonacci numbers.
  if (!cursor.open(text, 0, headerEnd) || cursor.read(6) !== 3 || cursor.read(6) !== 1) return undefined;
  const index = sectionIndex(section);
  if (index === undefined) return undefined;
  if (index === -1) return '';
  let from = headerEnd + 1;
  for (let i = 0; i < index; i++) from = endOf(text, from, '~') + 1;
  return from > text.length ? undefined : text.slice(from, endOf(text, from, '~'));
}

function endOf(text: string, from: number, mark: string): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? text.length : at;
}

/** The place of a section among those of the header; −1 when it is not there, `undefined` when the header is broken. */
function sectionIndex(section: number): number | undefined {
  const groups = cursor.read(12);
  let id = 0;
  let index = 0;
  let found = -1;
  for (let i = 0; i < groups && cursor.ok; i++) {
    const range = cursor.read(1) === 1;
    const first = id + fibonacci();
    id = range ? first + fibonacci() : first;
    if (section >= first && section <= id) found = index + section - first;
    index += id - first + 1;
    if (index > MAX_SECTIONS) return undefined;
  }
  return cursor.ok ? found : undefined;
}

/** A number in Fibonacci coding: the sum of the Fibonacci numbers whose bit is set, ended by two set bits in a row. */
function fibonacci(): number {
  let value = 0;
  let previous = 1;
  let current = 1;
  let last = 0;
  while (cursor.ok) {
    const bit = cursor.read(1);
    if (bit === 1 && last === 1) return value;
    if (bit === 1) value += current;
    [previous, current] = [current, previous + current];
    last = bit;
    // Forty bits make a number far above any section's.
    if (current > 165_580_141) cursor.ok = false;
  }
  return 0;
}

/**
 * Whether a US section (6 to 27) says that the user opted out of sale, sharing or targeted advertising, or sends Global
 * Privacy Control (P6). `undefined` when the section is unknown or cannot be read.
 */
export function readUsOptOut(section: number, text: string): boolean | undefined {
  if (section === GPP_US_PRIVACY) return readUsPrivacy(text);
  const fields = US_SECTIONS[section];
  const coreEnd = endOf(text, 0, '.');
  if (fields === undefined || !cursor.open(text, 0, coreEnd) || cursor.peek(0, 6) < 1) return undefined;
  const out = (at: number) => at >= 0 && cursor.peek(at, 2) === OPTED_OUT;
  const optedOut = out(fields.sale) || out(fields.sharing) || out(fields.targeted);
  // The last field of every layout must be there, also when an earlier one has decided.
  cursor.peek(Math.max(fields.sale, fields.sharing, fields.targeted), 2);
  if (!cursor.ok) return undefined;
  const control = coreEnd < text.length ? globalControl(text, coreEnd + 1) : false;
  return control === undefined ? undefined : optedOut || control;
}

function globalControl(text: string, from: number): boolean | undefined {
  let control = false;
  for (let at = from; at <= text.length; ) {
    const end = endOf(text, at, '.');
    if (!cursor.open(text, at, end)) return undefined;
    if (cursor.read(2) === GPC_SEGMENT && cursor.read(1) === 1) control = true;
    if (!cursor.ok) return undefined;
    at = end + 1;
  }
  return control;
}
