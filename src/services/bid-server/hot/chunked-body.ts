import { CR, type GrowingBuffer, LF } from './bytes.ts';

const FIRST_DIGIT = 0;
const DIGITS = 1;
const SIZE_LF = 2;
const DATA = 3;
const DATA_CR = 4;
const DATA_LF = 5;
const END_CR = 6;
const END_LF = 7;
const ENDED = 8;

/** Hexadecimal digits of a chunk size; every limit on bodies is far below what they can say. */
const MAX_SIZE_DIGITS = 8;

/** What reading came to, besides the offset behind the body. */
export const CHUNKS_GO_ON = 0;

/**
 * Reads a chunked body (RFC 9112 §7.1), byte by byte where it must, whatever the pieces it comes in. Chunk extensions
 * and trailers are refused: no exchange sends them, and readers that skip them differently see different requests.
 *
 * Hot: allocates nothing itself.
 */
export class ChunkedBody {
  #state = FIRST_DIGIT;
  #size = 0;
  #digits = 0;

  start(): void {
    this.#state = FIRST_DIGIT;
    this.#size = 0;
    this.#digits = 0;
  }

  /**
   * Takes `bytes` from `start` and appends their data to `body`: the offset behind the body's end, CHUNKS_GO_ON when
   * all were taken and it has not ended, or the negated status of a refusal.
   */
  take(bytes: Uint8Array, start: number, end: number, body: GrowingBuffer, maxBytes: number): number {
    let at = start;
    while (at < end) {
      if (this.#state === DATA) {
        const stop = Math.min(end, at + this.#size);
        body.append(bytes, at, stop);
        this.#size -= stop - at;
        at = stop;
        if (this.#size === 0) this.#state = DATA_CR;
        continue;
      }
      const status = this.#frame(bytes[at]!);
      if (status !== 0) return -status;
      at += 1;
      if (this.#state === DATA && body.length + this.#size > maxBytes) return -413;
      if (this.#state === ENDED) return at;
    }
    return CHUNKS_GO_ON;
  }

  /** One byte between the data; 0, or the status of a refusal. */
  #frame(byte: number): number {
    switch (this.#state) {
      case FIRST_DIGIT:
      case DIGITS:
        return this.#digit(byte);
      case SIZE_LF:
        this.#state = this.#size === 0 ? END_CR : DATA;
        return byte === LF ? 0 : 400;
      case DATA_CR:
        this.#state = DATA_LF;
        return byte === CR ? 0 : 400;
      case DATA_LF:
        this.start();
        return byte === LF ? 0 : 400;
      case END_CR:
        this.#state = END_LF;
        return byte === CR ? 0 : 400;
      default:
        this.#state = ENDED;
        return byte === LF ? 0 : 400;
    }
  }

  #digit(byte: number): number {
    if (byte === CR && this.#state === DIGITS) {
      this.#state = SIZE_LF;
      return 0;
    }
    const value = hexValue(byte);
    this.#digits += 1;
    if (value < 0 || this.#digits > MAX_SIZE_DIGITS) return 400;
    this.#size = this.#size * 16 + value;
    this.#state = DIGITS;
    return 0;
  }
}

function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
