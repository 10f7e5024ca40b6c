// The extractor, in AssemblyScript: one pass over a JSON text that checks all of it and records what a table of
// shapes asks for. It knows JSON, not OpenRTB. `scripts/build-wasm.ts` compiles it; `../extractor.ts` feeds it.
//
// A record is one pair of words for each field of a shape; a list is a chain of cells. The first word of a pair is
// `position << 4 | kind`, with the position from the start of the body; the second depends on the kind.
import {
  DIGITS,
  DOUBLE,
  double,
  ESCAPED_TEXT,
  INTEGER,
  integer,
  kind,
  MAX_DEPTH,
  passColon,
  scanNumber,
  scanText,
  scanWord,
  skipList,
  skipObject,
  skipSpace,
  skipValue,
} from './scan';

// Second word of an integer: itself; of a double: its address; of digits and texts: where they end; of words: 0.
export { DIGITS, DOUBLE, ESCAPED_TEXT, FALSE, INTEGER, NULL, TEXT, TRUE, UTF8_TEXT } from './scan';
/** Second word: address of the record; 0 when none was wanted. */
export const OBJECT: i32 = 10;
/** Second word: address of the first cell; 0 for an empty list and when none was wanted. */
export const LIST: i32 = 11;

/**
 * Memory, in bytes. What lies below `SHAPES` stays zero: a record without fields. The tables from there to `BODY` are
 * written once, by `../tables.ts`.
 */
export const SHAPES: usize = 1024;
export const SHAPE_BYTES: usize = 24;
export const MASKS: usize = 4096;
export const ENTRIES: usize = 8192;
export const BODY: usize = 131072;
export const RECORDS: usize = 196736;
export const END: usize = 524288;

/** What `extract` answers when the text is not JSON, and when the reference must read it. */
export const INVALID: i32 = 0;
export const UNDECIDED: i32 = -1;

const CELL_BYTES: usize = 16;
const LONGEST_KEY: usize = 16;

let free: usize = RECORDS;
let undecided: bool = false;

/** Reads the body of `length` bytes; answers the address of its pair of words, `INVALID` or `UNDECIDED`. */
export function extract(length: i32): i32 {
  const end = BODY + <usize>length;
  v128.store(end, i64x2.splat(0));
  v128.store(end + 16, i64x2.splat(0));
  memory.fill(RECORDS, 0, free - RECORDS);
  free = RECORDS;
  undecided = false;
  const root = allocate(CELL_BYTES);
  const cursor = readValue(skipSpace(BODY), root, 1, false, 0);
  if (undecided) return UNDECIDED;
  return cursor !== 0 && skipSpace(cursor) === end ? <i32>root : INVALID;
}

/** Zeroed memory for a record, a cell or a double; when none is left the reference must read the body. */
function allocate(bytes: usize): usize {
  const address = free;
  if (address + bytes > END) {
    undecided = true;
    return 0;
  }
  free = address + bytes;
  return address;
}

/** The head of a shape's table. */
function shapeAt(shape: i32): usize {
  return SHAPES + <usize>shape * SHAPE_BYTES;
}

function put(slot: usize, position: usize, ofKind: i32, second: i32): void {
  store<i32>(slot, ((<i32>(position - BODY)) << 4) | ofKind);
  store<i32>(slot, second, 4);
}

/** Any value into `slot`; its insides only where `shape` or `list` asks for them. */
function readValue(start: usize, slot: usize, shape: i32, list: bool, depth: i32): usize {
  const byte = load<u8>(start);
  if (byte === 0x22) {
    const end = scanText(start + 1);
    if (end !== 0) put(slot, start + 1, kind, <i32>(end - 1 - BODY));
    return end;
  }
  if (byte === 0x7b) return readObjectInto(start, slot, shape, depth + 1);
  if (byte === 0x5b) {
    put(slot, start, LIST, 0);
    return list ? readList(start, slot, shape, depth + 1) : skipList(start, depth + 1);
  }
  if (byte === 0x2d || <u32>(byte - 0x30) < 10) return readNumber(start, slot);
  const end = scanWord(start);
  if (end !== 0) put(slot, start, kind, 0);
  return end;
}

function readNumber(start: usize, slot: usize): usize {
  const end = scanNumber(start);
  if (end === 0) return 0;
  if (kind === INTEGER) put(slot, start, INTEGER, integer);
  else if (kind === DIGITS) put(slot, start, DIGITS, <i32>(end - BODY));
  else {
    const address = allocate(8);
    if (address === 0) return 0;
    store<f64>(address, double);
    put(slot, start, DOUBLE, <i32>address);
  }
  return end;
}

function readObjectInto(start: usize, slot: usize, shape: i32, depth: i32): usize {
  if (shape === 0) {
    put(slot, start, OBJECT, 0);
    return skipObject(start, depth);
  }
  const head = shapeAt(shape);
  const record = allocate(<usize>load<i32>(head, 20));
  if (record === 0) return 0;
  put(slot, start, OBJECT, <i32>record);
  return readObject(start, record, head, depth);
}

function readObject(start: usize, record: usize, head: usize, depth: i32): usize {
  if (depth > MAX_DEPTH) return 0;
  let cursor = skipSpace(start + 1);
  if (load<u8>(cursor) === 0x7d) return cursor + 1;
  while (true) {
    if (load<u8>(cursor) !== 0x22) return 0;
    const key = cursor + 1;
    cursor = scanText(key);
    if (cursor === 0) return 0;
    // A key may be written with escapes: which one it is then, the reference decides.
    if (kind === ESCAPED_TEXT) {
      undecided = true;
      return 0;
    }
    const entry = find(head, key, cursor - 1 - key);
    cursor = passColon(cursor);
    if (cursor === 0) return 0;
    cursor =
      entry === 0
        ? skipValue(cursor, depth)
        : readValue(
            cursor,
            record + <usize>load<i32>(entry, 16),
            load<i32>(entry, 20),
            load<i32>(entry, 24) !== 0,
            depth,
          );
    if (cursor === 0) return 0;
    cursor = skipSpace(cursor);
    const byte = load<u8>(cursor);
    if (byte === 0x7d) return cursor + 1;
    if (byte !== 0x2c) return 0;
    cursor = skipSpace(cursor + 1);
  }
}

/** The entry of a key in the table of its shape, or 0. In a table no two keys meet; see `../tables.ts`. */
function find(head: usize, start: usize, length: usize): usize {
  if (length > LONGEST_KEY) return 0;
  const key = v128.and(v128.load(start), v128.load(MASKS + (length << 4)));
  const mixed = (i64x2.extract_lane(key, 0) ^ (i64x2.extract_lane(key, 1) << 1)) * load<i64>(head);
  const entry = <usize>load<i32>(head, 8) + ((<usize>(<u64>mixed >> <u64>load<i32>(head, 12))) << 5);
  return v128.all_true<u8>(i8x16.eq(key, v128.load(entry))) ? entry : 0;
}

function readList(start: usize, slot: usize, shape: i32, depth: i32): usize {
  if (depth > MAX_DEPTH) return 0;
  let cursor = skipSpace(start + 1);
  if (load<u8>(cursor) === 0x5d) return cursor + 1;
  let link = slot + 4;
  while (true) {
    const cell = allocate(CELL_BYTES);
    if (cell === 0) return 0;
    store<i32>(link, <i32>cell);
    link = cell + 8;
    cursor = readValue(cursor, cell, shape, false, depth);
    if (cursor === 0) return 0;
    cursor = skipSpace(cursor);
    const byte = load<u8>(cursor);
    if (byte === 0x5d) return cursor + 1;
    if (byte !== 0x2c) return 0;
    cursor = skipSpace(cursor + 1);
  }
}
