/** Value of each base64url character; 64 marks the others. */
const VALUES = new Uint8Array(128).fill(64);
for (const [value, char] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
].entries()) {
  VALUES[char.charCodeAt(0)] = value;
}
VALUES['+'.charCodeAt(0)] = 62;
VALUES['/'.charCodeAt(0)] = 63;

/**
 * Reads bits out of base64url text where it stands, without decoding it to bytes first. Reading past the end gives zeros
 * and clears `ok`. One cursor is reused for ever, so reading allocates nothing.
 */
export class BitCursor {
  /** False once something was read that is not there. */
  ok = false;
  /** Bit to be read next, counted from the start of the segment. */
  at = 0;
  #text = '';
  #from = 0;
  #bits = 0;

  /** Starts at the character `from`, up to `to` (not included). False when a character is not base64url. */
  open(text: string, from: number, to: number): boolean {
    let end = to;
    while (end > from && text.charCodeAt(end - 1) === 0x3d) end--;
    this.ok = true;
    for (let i = from; i < end; i++) {
      const code = text.charCodeAt(i);
      if (code > 127 || VALUES[code]! > 63) this.ok = false;
    }
    this.#text = text;
    this.#from = from;
    this.#bits = this.ok ? (end - from) * 6 : 0;
    this.at = 0;
    return this.ok;
  }

  /** The next `count` bits as a number, the first the highest; up to 53. */
  read(count: number): number {
    const value = this.peek(this.at, count);
    this.at += count;
    return value;
  }

  /** `count` bits from the bit `at`, without moving. */
  peek(at: number, count: number): number {
    if (at + count > this.#bits) {
      this.ok = false;
      return 0;
    }
    let value = 0;
    let bit = at;
    let left = count;
    while (left > 0) {
      const inside = bit % 6;
      const take = Math.min(6 - inside, left);
      const char = VALUES[this.#text.charCodeAt(this.#from + (bit - inside) / 6)]!;
      value = value * 2 ** take + ((char >> (6 - inside - take)) & ((1 << take) - 1));
      bit += take;
      left -= take;
    }
    return value;
  }
}
