import { assert } from '../../kernel/index.ts';
import { compress, INITIAL_STATE } from './sha256.ts';

const BLOCK_BYTES = 64;
/** A key longer than a block would have to be hashed first (RFC 2104 §2); ours are derived and 32 bytes long. */
const KEY_BYTES = 32;

const block = new Int32Array(16);
const state = new Int32Array(8);

/**
 * HMAC-SHA256 (RFC 2104) of short ASCII texts under one key, with the state after the key kept, and after a common
 * start of many texts too. Equal to `node:crypto` on the same bytes; a text of up to 55 characters costs two
 * compressions, 0.5 µs instead of 3.
 */
export class HmacKey {
  readonly #inner = new Int32Array(INITIAL_STATE);
  readonly #outer = new Int32Array(INITIAL_STATE);

  constructor(key: Uint8Array) {
    assert(key.length === KEY_BYTES, `a key of ${key.length} bytes instead of ${KEY_BYTES}`);
    const padded = new Uint8Array(BLOCK_BYTES);
    padded.set(key);
    const words = new DataView(padded.buffer);
    for (let i = 0; i < 16; i++) block[i] = words.getInt32(i * 4) ^ 0x36363636;
    compress(this.#inner, block);
    for (let i = 0; i < 16; i++) block[i] = words.getInt32(i * 4) ^ 0x5c5c5c5c;
    compress(this.#outer, block);
  }

  /**
   * The start of a message: `start` in ASCII, filled up with zero bytes to whole blocks. No text holds a zero byte,
   * so different starts stay different.
   */
  startingWith(start: string): HmacStart {
    const inner = new Int32Array(this.#inner);
    let at = 0;
    do {
      block.fill(0);
      fillBlock(start, at);
      compress(inner, block);
      at += BLOCK_BYTES;
    } while (at < start.length);
    return new HmacStart(inner, this.#outer, at + BLOCK_BYTES);
  }
}

/** An HMAC that has absorbed its key and the start of its messages. */
export class HmacStart {
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;
  readonly #bytes: number;

  /** @internal use `HmacKey.startingWith` */
  constructor(inner: Int32Array, outer: Int32Array, bytes: number) {
    this.#inner = inner;
    this.#outer = outer;
    this.#bytes = bytes;
  }

  /** The eight words of the HMAC of start and `end` (ASCII), into `out`. */
  finish(end: string, out: Int32Array): void {
    state.set(this.#inner);
    let at = 0;
    for (; end.length - at >= BLOCK_BYTES; at += BLOCK_BYTES) {
      block.fill(0);
      fillBlock(end, at);
      compress(state, block);
    }
    block.fill(0);
    const rest = fillBlock(end, at);
    block[rest >> 2]! |= 0x80 << (24 - (rest & 3) * 8);
    if (rest > 55) {
      compress(state, block);
      block.fill(0);
    }
    block[15] = (this.#bytes + end.length) * 8;
    compress(state, block);
    for (let i = 0; i < 8; i++) block[i] = state[i]!;
    block[8] = 0x80000000 | 0;
    block.fill(0, 9, 15);
    block[15] = (BLOCK_BYTES + 32) * 8;
    out.set(this.#outer);
    compress(out, block);
  }
}

/** Puts up to 64 characters from `at` into the zeroed block; returns how many. */
function fillBlock(text: string, at: number): number {
  const count = Math.min(BLOCK_BYTES, text.length - at);
  for (let i = 0; i < count; i++) {
    block[i >> 2]! |= (text.charCodeAt(at + i) & 0xff) << (24 - (i & 3) * 8);
  }
  return count;
}
