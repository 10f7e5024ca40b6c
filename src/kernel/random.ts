import { assert } from './errors.ts';

/**
 * Chance that can be split and replayed. A stream is a key and a counter (Philox4x32-10, Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3", SC11): the n-th draw depends on nothing but both, so
 * what one part draws never shifts what another part sees.
 */
export interface RandomStream {
  /** An integer of 32 bits. */
  uint32(): number;
  /** A number in [0, 1) with 53 random bits. */
  float(): number;
  /** An integer in [0, below), unbiased. `below` is 1 to 2^32. */
  int(below: number): number;
  /** A stream of its own for `label`; drawing from it does not move this one. */
  split(label: string): RandomStream;
}

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** High 32 bits of a 32 × 32 bit product. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** One block of four 32-bit words for a counter of four words and a key of two. Exported for its known-answer test. */
export function philox4x32(
  counter: readonly number[],
  key: readonly number[],
): [number, number, number, number] {
  let [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter;
  let [k0 = 0, k1 = 0] = key;
  for (let round = 0; round < 10; round += 1) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Two words from a text (FNV-1a twice, from different offsets). */
function hashLabel(label: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x01234567;
  for (let index = 0; index < label.length; index += 1) {
    const unit = label.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193) >>> 0;
    b = Math.imul(b ^ unit, 0x85ebca6b) >>> 0;
  }
  return [a, b];
}

class PhiloxStream implements RandomStream {
  readonly #key: readonly [number, number];
  #counter = 0;
  #block: readonly number[] = [];
  #used = 4;

  constructor(key: readonly [number, number]) {
    this.#key = key;
  }

  uint32(): number {
    if (this.#used === 4) {
      const high = Math.floor(this.#counter / 0x1_0000_0000);
      this.#block = philox4x32([this.#counter >>> 0, high, 0, 0], this.#key);
      this.#counter += 1;
      this.#used = 0;
    }
    const word = this.#block[this.#used]!;
    this.#used += 1;
    return word;
  }

  float(): number {
    return ((this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6)) / 0x20000000000000;
  }

  int(below: number): number {
    assert(
      Number.isInteger(below) && below >= 1 && below <= 0x1_0000_0000,
      `int(${below}) must be 1 to 2^32`,
    );
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % below);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % below;
  }

  split(label: string): RandomStream {
    const [a, b] = hashLabel(label);
    // Words 2 and 3 of the counter are never used by draws, so children never collide with them.
    const [k0, k1] = philox4x32([0, 0, a, b | 1], this.#key);
    return new PhiloxStream([k0, k1]);
  }
}

/** The stream of `seed`, any integer or text; 7 and "7" are one seed, as a command line cannot tell them apart. */
export function randomStream(seed: number | string): RandomStream {
  return new PhiloxStream(hashLabel(`seed:${seed}`));
}
