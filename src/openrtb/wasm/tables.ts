import { assert } from '../../kernel/index.ts';
import type { Key, Shape } from '../read/source.ts';

/** Where the tables go in the extractor's memory, in bytes; exported by the extractor itself. */
export interface TablePlaces {
  readonly shapes: number;
  readonly shapeBytes: number;
  readonly masks: number;
  readonly entries: number;
  readonly entriesEnd: number;
}

const ENTRY_BYTES = 32;
const WORD_BYTES = 4;
/** Two words a field. */
const FIELD_BYTES = 2 * WORD_BYTES;
const LONGEST_KEY = 16;
const MOST_TRIES = 100_000;
const MASK_64 = (1n << 64n) - 1n;

/**
 * Writes what the extractor looks for. Each shape has a table of its keys, in which a key is found by one product and
 * one comparison of 16 bytes: the multiplier is chosen here so that no two of its keys meet.
 */
export function writeTables(memory: ArrayBuffer, root: Shape, places: TablePlaces): void {
  const bytes = new DataView(memory);
  for (let length = 1; length <= LONGEST_KEY; length += 1) {
    new Uint8Array(memory, places.masks + length * LONGEST_KEY, length).fill(0xff);
  }
  const numbers = numberShapes(root);
  let entries = places.entries;
  for (const [shape, number] of numbers) {
    const keys = Object.values(shape);
    const table = tableOf(keys);
    const head = places.shapes + number * places.shapeBytes;
    bytes.setBigUint64(head, table.multiplier, true);
    bytes.setInt32(head + 8, entries, true);
    bytes.setInt32(head + 12, 64 - table.bits, true);
    bytes.setInt32(head + 20, keys.length * FIELD_BYTES, true);
    const size = ENTRY_BYTES << table.bits;
    assert(
      head + places.shapeBytes <= places.masks && entries + size <= places.entriesEnd,
      'the tables have room',
    );
    // No key has a byte of 255, so an empty entry equals none.
    new Uint8Array(memory, entries, size).fill(0xff);
    for (const key of keys) {
      writeEntry(bytes, entries + slotOf(key.name, table.multiplier, table.bits) * ENTRY_BYTES, key, numbers);
    }
    entries += size;
  }
}

/** Numbers from 1; 0 means that nothing is read inside. */
function numberShapes(root: Shape, numbers = new Map<Shape, number>()): ReadonlyMap<Shape, number> {
  if (numbers.has(root)) return numbers;
  numbers.set(root, numbers.size + 1);
  for (const { child } of Object.values(root)) if (child !== undefined) numberShapes(child, numbers);
  return numbers;
}

function writeEntry(bytes: DataView, entry: number, key: Key, numbers: ReadonlyMap<Shape, number>): void {
  const [low, high] = halvesOf(key.name);
  bytes.setBigUint64(entry, low, true);
  bytes.setBigUint64(entry + 8, high, true);
  bytes.setInt32(entry + 16, key.slot * WORD_BYTES, true);
  bytes.setInt32(entry + 20, key.child === undefined ? 0 : numbers.get(key.child)!, true);
  bytes.setInt32(entry + 24, key.list ? 1 : 0, true);
}

/** A table at least twice as large as its keys, and a multiplier that spreads them; larger when none is found. */
function tableOf(keys: readonly Key[]): { readonly multiplier: bigint; readonly bits: number } {
  let multiplier = 1n;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const bits = Math.ceil(Math.log2(keys.length)) + 1 + Math.floor(tries / 500);
    // Knuth's generator of 64 bits; odd, so that no bit of a key is lost.
    multiplier = ((multiplier * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & MASK_64) | 1n;
    const slots = new Set(keys.map((key) => slotOf(key.name, multiplier, bits)));
    if (slots.size === keys.length) return { multiplier, bits };
  }
  assert(false, 'no two keys of a shape are equal in what the extractor looks at');
  return { multiplier, bits: 0 };
}

function slotOf(name: string, multiplier: bigint, bits: number): number {
  const [low, high] = halvesOf(name);
  return Number((((low ^ ((high << 1n) & MASK_64)) * multiplier) & MASK_64) >> BigInt(64 - bits));
}

/** The key's bytes as two numbers, low end first, filled up with zeros. */
function halvesOf(name: string): readonly [bigint, bigint] {
  assert(name.length > 0 && name.length <= LONGEST_KEY, `${name} is a key of 1 to ${LONGEST_KEY} characters`);
  const bytes = new DataView(new ArrayBuffer(LONGEST_KEY));
  for (let index = 0; index < name.length; index += 1) bytes.setUint8(index, name.charCodeAt(index));
  return [bytes.getBigUint64(0, true), bytes.getBigUint64(8, true)];
}
