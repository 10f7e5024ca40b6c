import { assert } from '../../kernel/index.ts';

/**
 * What a decision reads of the world that moves from one request to the next: money, caps, what others have done. Each
 * reading goes through the tape, in the same order whenever the same request is decided in the same state; so what was
 * recorded can be played to the same code later, which then decides the same.
 */
export interface Tape {
  /** Yes or no. */
  flag(value: boolean): boolean;
  /** A whole number from 0; those above 2^53 − 1 are not for here. */
  whole(value: number): number;
  /** Any number. */
  number(value: number): number;
  /** A short text, at most 255 bytes of UTF-8. */
  text(value: string): string;
}

/** Readings are taken as they come. */
export const NO_TAPE: Tape = {
  flag: (value) => value,
  whole: (value) => value,
  number: (value) => value,
  text: (value) => value,
};

const FLAG_BYTES = 2_048;
const VALUE_BYTES = 4_096;
const LONGEST_TEXT = 255;
const LONGEST_VALUE = 1 + LONGEST_TEXT;
const SEVEN_BITS = 128;

/**
 * Records the readings of one decision after the other: flags as bits, the rest as bytes. What does not fit makes the
 * decision one that cannot be replayed, and says so.
 */
export class TapeRecorder implements Tape {
  readonly #flags = new Uint8Array(FLAG_BYTES);
  readonly #values = Buffer.alloc(VALUE_BYTES);
  #flagCount = 0;
  #valueBytes = 0;
  #isWhole = true;

  begin(): void {
    this.#flagCount = 0;
    this.#valueBytes = 0;
    this.#isWhole = true;
  }

  flag(value: boolean): boolean {
    const at = this.#flagCount;
    if (at === FLAG_BYTES * 8) {
      this.#isWhole = false;
      return value;
    }
    this.#flagCount = at + 1;
    const byte = at >>> 3;
    if ((at & 7) === 0) this.#flags[byte] = value ? 1 : 0;
    else if (value) this.#flags[byte]! |= 1 << (at & 7);
    return value;
  }

  whole(value: number): number {
    let left = value;
    if (!this.#fits()) return value;
    while (left >= SEVEN_BITS) {
      this.#values[this.#valueBytes] = (left % SEVEN_BITS) | SEVEN_BITS;
      this.#valueBytes += 1;
      left = Math.floor(left / SEVEN_BITS);
    }
    this.#values[this.#valueBytes] = left;
    this.#valueBytes += 1;
    return value;
  }

  number(value: number): number {
    if (this.#fits()) this.#valueBytes = this.#values.writeDoubleLE(value, this.#valueBytes);
    return value;
  }

  text(value: string): string {
    const bytes = Buffer.byteLength(value);
    if (bytes > LONGEST_TEXT) this.#isWhole = false;
    else if (this.#fits()) {
      this.#values[this.#valueBytes] = bytes;
      this.#values.write(value, this.#valueBytes + 1);
      this.#valueBytes += 1 + bytes;
    }
    return value;
  }

  /** Bytes of `writeTo`, at most. */
  get length(): number {
    return 3 + ((this.#flagCount + 7) >>> 3) + this.#valueBytes;
  }

  /** Writes what was recorded; returns where it ends. A tape that was too short for its decision is written as none. */
  writeTo(bytes: Buffer, at: number): number {
    const flagBytes = (this.#flagCount + 7) >>> 3;
    const end = bytes.writeUInt16LE(this.#isWhole ? this.#flagCount : TOO_LONG, at);
    if (!this.#isWhole) return end;
    bytes.set(this.#flags.subarray(0, flagBytes), end);
    this.#values.copy(bytes, end + flagBytes, 0, this.#valueBytes);
    return end + flagBytes + this.#valueBytes;
  }

  #fits(): boolean {
    if (this.#valueBytes + LONGEST_VALUE > VALUE_BYTES) this.#isWhole = false;
    return this.#isWhole;
  }
}

const TOO_LONG = 0xffff;

/** Plays what was recorded. Whoever reads more than there is, or reads otherwise, did not decide as it was decided. */
export class PlayedTape implements Tape {
  readonly #bytes: Buffer;
  readonly #flagsAt: number;
  readonly #flagCount: number;
  #flag = 0;
  #at: number;

  /** @throws GV_INTERNAL for the tape of a decision that was too long for one. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    const flagCount = bytes.readUInt16LE(0);
    assert(flagCount !== TOO_LONG, 'this decision read more than a tape holds');
    this.#flagCount = flagCount;
    this.#flagsAt = 2;
    this.#at = 2 + ((flagCount + 7) >>> 3);
  }

  flag(): boolean {
    assert(this.#flag < this.#flagCount, 'the decision asks more than it did');
    const at = this.#flag;
    this.#flag = at + 1;
    return (this.#bytes[this.#flagsAt + (at >>> 3)]! & (1 << (at & 7))) !== 0;
  }

  whole(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = this.#byte();
      value += (byte % SEVEN_BITS) * unit;
      if (byte < SEVEN_BITS) return value;
      unit *= SEVEN_BITS;
    }
  }

  number(): number {
    assert(this.#at + 8 <= this.#bytes.length, 'the decision asks more than it did');
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  text(): string {
    const from = this.#at + 1;
    this.#at = from + this.#byte();
    return this.#bytes.toString('utf8', from, this.#at);
  }

  /** Whether all was played. */
  get isOver(): boolean {
    return this.#flag === this.#flagCount && this.#at === this.#bytes.length;
  }

  #byte(): number {
    assert(this.#at < this.#bytes.length, 'the decision asks more than it did');
    this.#at += 1;
    return this.#bytes[this.#at - 1]!;
  }
}
