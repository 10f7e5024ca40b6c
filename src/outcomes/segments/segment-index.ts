import type { FilePool } from './file-pool.ts';
import { bufferOf } from './frames.ts';

const MAGIC = 0x58444947;
const VERSION = 1;
const HEAD_BYTES = 32;
const SLOT_BYTES = 8;
const FIRST_SLOTS = 1_024;
/** Slots read at once when looking up an id: a page of the disk. */
const SLOTS_READ = 512;

/** Where the records of a segment are. */
export interface SegmentIndex {
  readonly count: number;
  /** The places of the records whose id has that hash. */
  positionsOf(hash: number): Promise<readonly number[]>;
  /** The places of all records, in order. */
  positions(): Promise<Uint32Array>;
}

/**
 * The index of a segment that still grows: a table of open addressing, at most half full, which is written as it is when
 * the segment ends. A slot is a hash and a place; no record is at place 0, so 0 marks an empty one.
 */
export class GrowingIndex implements SegmentIndex {
  count = 0;
  #table = new Uint32Array(2 * FIRST_SLOTS);

  add(hash: number, position: number): void {
    if (4 * this.count >= this.#table.length) this.#double();
    put(this.#table, hash, position);
    this.count += 1;
  }

  async positionsOf(hash: number): Promise<readonly number[]> {
    const table = this.#table;
    const mask = table.length / 2 - 1;
    const found: number[] = [];
    for (let slot = hash & mask; table[2 * slot + 1] !== 0; slot = (slot + 1) & mask)
      if (table[2 * slot] === hash) found.push(table[2 * slot + 1]!);
    return found;
  }

  async positions(): Promise<Uint32Array> {
    return placesIn(this.#table);
  }

  /** The file of this index: `size` and `sealedAt` are the segment's. */
  encode(size: number, sealedAt: number): Uint8Array {
    const head = Buffer.alloc(HEAD_BYTES);
    for (const [at, value] of [MAGIC, VERSION, this.count, this.#table.length / 2].entries())
      head.writeUInt32LE(value, 4 * at);
    head.writeDoubleLE(size, 16);
    head.writeDoubleLE(sealedAt, 24);
    return Buffer.concat([head, bytesOf(this.#table)]);
  }

  #double(): void {
    const old = this.#table;
    this.#table = new Uint32Array(2 * old.length);
    for (let at = 0; at < old.length; at += 2)
      if (old[at + 1] !== 0) put(this.#table, old[at]!, old[at + 1]!);
  }
}

/** The index of a segment that has ended, looked up in its file. */
export class StoredIndex implements SegmentIndex {
  readonly count: number;
  readonly size: number;
  readonly sealedAt: number;
  readonly #files: FilePool;
  readonly #path: string;
  readonly #slots: number;

  private constructor(files: FilePool, path: string, head: Buffer) {
    this.#files = files;
    this.#path = path;
    this.count = head.readUInt32LE(8);
    this.#slots = head.readUInt32LE(12);
    this.size = head.readDoubleLE(16);
    this.sealedAt = head.readDoubleLE(24);
  }

  /** `undefined` when there is no whole index there: it is then made from the segment again. */
  static async open(files: FilePool, path: string): Promise<StoredIndex | undefined> {
    const bytes = await files.read(path, 0, HEAD_BYTES).catch(() => undefined);
    if (bytes?.length !== HEAD_BYTES) return undefined;
    const head = bufferOf(bytes);
    const isWhole =
      head.readUInt32LE(0) === MAGIC &&
      head.readUInt32LE(4) === VERSION &&
      (await files.size(path)) === HEAD_BYTES + SLOT_BYTES * head.readUInt32LE(12);
    return isWhole ? new StoredIndex(files, path, head) : undefined;
  }

  async positionsOf(hash: number): Promise<readonly number[]> {
    const found: number[] = [];
    let slot = hash & (this.#slots - 1);
    for (;;) {
      const words = await this.#read(slot, Math.min(SLOTS_READ, this.#slots - slot));
      for (let at = 0; at < words.length; at += 2) {
        if (words[at + 1] === 0) return found;
        if (words[at] === hash) found.push(words[at + 1]!);
      }
      slot = (slot + words.length / 2) & (this.#slots - 1);
    }
  }

  async positions(): Promise<Uint32Array> {
    return placesIn(await this.#read(0, this.#slots));
  }

  async #read(slot: number, slots: number): Promise<Uint32Array> {
    const start = HEAD_BYTES + SLOT_BYTES * slot;
    return wordsOf(await this.#files.read(this.#path, start, SLOT_BYTES * slots));
  }
}

function put(table: Uint32Array, hash: number, position: number): void {
  const mask = table.length / 2 - 1;
  let slot = hash & mask;
  while (table[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
  table[2 * slot] = hash;
  table[2 * slot + 1] = position;
}

function placesIn(table: Uint32Array): Uint32Array {
  return table.filter((place, at) => at % 2 === 1 && place !== 0).sort();
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  // A copy, as the words must begin at a multiple of four.
  return new Uint32Array(Uint8Array.from(bytes).buffer);
}
