// Parts of a JSON text. Each function takes the address where its part begins and answers the address after it, or 0
// when that is not JSON. Zeros follow the text, and no JSON has them, so no loop needs to know where it ends.

/** A number that fits 32 bits, a double, and a number too long to be made here exactly. */
export const INTEGER: i32 = 4;
export const DOUBLE: i32 = 5;
export const DIGITS: i32 = 6;
/** A text of ASCII alone, one with bytes above 127, and one with escapes. */
export const TEXT: i32 = 7;
export const UTF8_TEXT: i32 = 8;
export const ESCAPED_TEXT: i32 = 9;
export const NULL: i32 = 1;
export const FALSE: i32 = 2;
export const TRUE: i32 = 3;

export const MAX_DEPTH: i32 = 64;

/** What the last scan found: of a text, a number or a word its kind; of a number also its value. */
export let kind: i32 = 0;
export let integer: i32 = 0;
export let double: f64 = 0;

export function skipSpace(start: usize): usize {
  let cursor = start;
  while (true) {
    const byte = load<u8>(cursor);
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return cursor;
    cursor += 1;
  }
}

/** From after the opening quote to after the closing one, sixteen bytes at a time. */
export function scanText(start: usize): usize {
  let cursor = start;
  let high = 0;
  let escaped = false;
  while (true) {
    const chunk = v128.load(cursor);
    const quotes = i8x16.eq(chunk, i8x16.splat(0x22));
    const escapes = i8x16.eq(chunk, i8x16.splat(0x5c));
    const controls = i8x16.lt_u(chunk, i8x16.splat(0x20));
    const special = i8x16.bitmask(v128.or(v128.or(quotes, escapes), controls));
    const above = i8x16.bitmask(chunk);
    if (special === 0) {
      high |= above;
      cursor += 16;
      continue;
    }
    const count = ctz(special);
    high |= above & ((1 << count) - 1);
    cursor += <usize>count;
    const byte = load<u8>(cursor);
    if (byte === 0x22) {
      kind = escaped ? ESCAPED_TEXT : high !== 0 ? UTF8_TEXT : TEXT;
      return cursor + 1;
    }
    if (byte !== 0x5c) return 0;
    escaped = true;
    const length = escapeLength(cursor);
    if (length === 0) return 0;
    cursor += length;
  }
}

/** Bytes of the escape at `cursor`; 0 when it is none. */
function escapeLength(cursor: usize): usize {
  switch (load<u8>(cursor, 1)) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return 2;
    case 0x75:
      return isHex(cursor + 2) && isHex(cursor + 3) && isHex(cursor + 4) && isHex(cursor + 5) ? 6 : 0;
    default:
      return 0;
  }
}

function isHex(cursor: usize): bool {
  const byte = <u32>load<u8>(cursor);
  return byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 6;
}

/** A number by the grammar of JSON. Up to nine digits, or fifteen with a point, it is made here, exactly. */
export function scanNumber(start: usize): usize {
  const negative = load<u8>(start) === 0x2d;
  const first = negative ? start + 1 : start;
  let cursor = first;
  let mantissa: i64 = 0;
  let digit = <u32>load<u8>(cursor) - 0x30;
  if (digit > 9) return 0;
  const leadingZero = digit === 0;
  while (digit <= 9) {
    mantissa = mantissa * 10 + <i64>digit;
    cursor += 1;
    digit = <u32>load<u8>(cursor) - 0x30;
  }
  let digits = <i32>(cursor - first);
  if (leadingZero && digits > 1) return 0;
  let places = 0;
  if (load<u8>(cursor) === 0x2e) {
    cursor += 1;
    const point = cursor;
    digit = <u32>load<u8>(cursor) - 0x30;
    while (digit <= 9) {
      mantissa = mantissa * 10 + <i64>digit;
      cursor += 1;
      digit = <u32>load<u8>(cursor) - 0x30;
    }
    places = <i32>(cursor - point);
    if (places === 0) return 0;
    digits += places;
  }
  if (negative) mantissa = -mantissa;
  if ((load<u8>(cursor) | 0x20) === 0x65) {
    kind = DIGITS;
    return scanExponent(cursor + 1);
  }
  finishNumber(mantissa, digits, places);
  return cursor;
}

function scanExponent(start: usize): usize {
  const sign = load<u8>(start);
  let cursor = sign === 0x2b || sign === 0x2d ? start + 1 : start;
  if (<u32>load<u8>(cursor) - 0x30 > 9) return 0;
  while (<u32>load<u8>(cursor) - 0x30 <= 9) cursor += 1;
  return cursor;
}

function finishNumber(mantissa: i64, digits: i32, places: i32): void {
  if (digits > 15) kind = DIGITS;
  else if (places === 0 && digits <= 9) {
    kind = INTEGER;
    integer = <i32>mantissa;
  } else {
    // Both are exact doubles, so their quotient is the double nearest to the decimal.
    kind = DOUBLE;
    let power: f64 = 1;
    for (let count = 0; count < places; count += 1) power *= 10;
    double = <f64>mantissa / power;
  }
}

/** `true`, `false` or `null`. */
export function scanWord(start: usize): usize {
  const word = load<u32>(start);
  if (word === 0x65757274) {
    kind = TRUE;
    return start + 4;
  }
  if (word === 0x6c6c756e) {
    kind = NULL;
    return start + 4;
  }
  if (word !== 0x736c6166 || load<u8>(start, 4) !== 0x65) return 0;
  kind = FALSE;
  return start + 5;
}

/** From after a key to the value. */
export function passColon(start: usize): usize {
  const cursor = skipSpace(start);
  return load<u8>(cursor) === 0x3a ? skipSpace(cursor + 1) : 0;
}

/** A value of which nothing is wanted, `depth` levels down: all of it is checked, nothing kept. */
export function skipValue(start: usize, depth: i32): usize {
  const byte = load<u8>(start);
  if (byte === 0x22) return scanText(start + 1);
  if (byte === 0x7b) return skipObject(start, depth + 1);
  if (byte === 0x5b) return skipList(start, depth + 1);
  if (byte === 0x2d || <u32>(byte - 0x30) < 10) return scanNumber(start);
  return scanWord(start);
}

export function skipObject(start: usize, depth: i32): usize {
  if (depth > MAX_DEPTH) return 0;
  let cursor = skipSpace(start + 1);
  if (load<u8>(cursor) === 0x7d) return cursor + 1;
  while (true) {
    if (load<u8>(cursor) !== 0x22) return 0;
    cursor = scanText(cursor + 1);
    if (cursor === 0) return 0;
    cursor = passColon(cursor);
    if (cursor === 0) return 0;
    cursor = skipValue(cursor, depth);
    if (cursor === 0) return 0;
    cursor = skipSpace(cursor);
    const byte = load<u8>(cursor);
    if (byte === 0x7d) return cursor + 1;
    if (byte !== 0x2c) return 0;
    cursor = skipSpace(cursor + 1);
  }
}

export function skipList(start: usize, depth: i32): usize {
  if (depth > MAX_DEPTH) return 0;
  let cursor = skipSpace(start + 1);
  if (load<u8>(cursor) === 0x5d) return cursor + 1;
  while (true) {
    cursor = skipValue(cursor, depth);
    if (cursor === 0) return 0;
    cursor = skipSpace(cursor);
    const byte = load<u8>(cursor);
    if (byte === 0x5d) return cursor + 1;
    if (byte !== 0x2c) return 0;
    cursor = skipSpace(cursor + 1);
  }
}
