/** Bytes of HTTP/1.1. Hot: nothing here allocates but `GrowingBuffer` when it grows. */

/** Carriage return, line feed, space, tab, colon. */
export const CR = 13;
export const LF = 10;
export const SPACE = 32;
export const TAB = 9;
export const COLON = 58;

/** 1 for the bytes of a token (RFC 9110 §5.6.2): method and header names. */
export const IS_TOKEN = tableOf((byte) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte)));
/** 1 for the bytes of a header value (RFC 9110 §5.5): visible ones, space, tab, and those above 127. */
export const IS_VALUE = tableOf((byte) => byte === TAB || (byte >= SPACE && byte !== 127));
/** 1 for the bytes of a target: visible ASCII, without the fragment's `#`, which never travels. */
export const IS_TARGET = tableOf((byte) => byte > SPACE && byte < 127 && byte !== 35);

function tableOf(holds: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0));
}

/** The bytes of an ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * Whether `bytes` from `start` to `end` are `lower`, whatever their case. `lower` has letters and dashes only: a byte
 * that becomes one of those by bit 5 is its capital, or, for the dash, a control byte, which no token or value has.
 */
export function equalsIgnoringCase(
  bytes: Uint8Array,
  start: number,
  end: number,
  lower: Uint8Array,
): boolean {
  if (end - start !== lower.length) return false;
  for (let index = 0; index < lower.length; index += 1)
    if ((bytes[start + index]! | 32) !== lower[index]) return false;
  return true;
}

/** Whether `bytes` from `start` to `end` are this Latin-1 text. */
export function equalsText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let index = 0; index < text.length; index += 1)
    if (bytes[start + index] !== text.charCodeAt(index)) return false;
  return true;
}

/** Whether `bytes` from `start` begin with `prefix`. */
export function startsWith(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false;
  for (let index = 0; index < prefix.length; index += 1)
    if (bytes[start + index] !== prefix[index]) return false;
  return true;
}

/** Kept from one use to the next; anything larger is let go, so that one large body does not stay with a connection. */
const KEPT_BYTES = 65_536;
const FIRST_BYTES = 2_048;
const NOTHING = Buffer.alloc(0);
/** Large buffers that were let go, for whoever needs one next: a flood of large bodies then allocates no more than these. */
const MAX_SPARE = 8;
const spare: Buffer[] = [];

function takeBuffer(needed: number, asked: number): Buffer {
  const index = needed > KEPT_BYTES ? spare.findIndex(({ length }) => length >= needed) : -1;
  return index < 0 ? Buffer.allocUnsafeSlow(asked) : spare.splice(index, 1)[0]!;
}

function letGo(buffer: Buffer): void {
  if (buffer.length > KEPT_BYTES && spare.length < MAX_SPARE) spare.push(buffer);
}

/** Bytes that arrive piece by piece; appending costs amortised constant time per byte. */
export class GrowingBuffer {
  /** Valid up to `length`; another object after a growth. */
  bytes: Buffer = NOTHING;
  length = 0;

  /** Appends `from` between `start` and `end`. */
  append(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    this.bytes.set(start === 0 && end === from.length ? from : from.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** Makes room for `more` bytes behind `length`. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = takeBuffer(needed, Math.max(needed, 2 * this.bytes.length, FIRST_BYTES));
    this.bytes.copy(grown, 0, 0, this.length);
    letGo(this.bytes);
    this.bytes = grown;
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    if (count < this.length) {
      this.bytes.copyWithin(0, count, this.length);
      this.length -= count;
    } else this.clear();
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length <= KEPT_BYTES) return;
    letGo(this.bytes);
    this.bytes = NOTHING;
  }
}
