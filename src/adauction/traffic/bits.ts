const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Writes fields of bits, most significant first, as the consent standards pack them into base64url. */
export class BitWriter {
  #text = '';
  #bits = 0;
  #held = 0;

  /** Appends the low `width` bits of `value`; widths above 32 work for whole numbers below 2^53. */
  add(value: number, width: number): this {
    for (let bit = width - 1; bit >= 0; bit -= 1) {
      this.#bits = (this.#bits << 1) | (Math.floor(value / 2 ** bit) & 1);
      this.#held += 1;
      if (this.#held === 6) {
        this.#text += DIGITS[this.#bits]!;
        this.#bits = 0;
        this.#held = 0;
      }
    }
    return this;
  }

  /** One bit for each of `1…count`, set for those in `set`. */
  addSet(set: readonly number[], count: number): this {
    for (let id = 1; id <= count; id += 1) this.add(set.includes(id) ? 1 : 0, 1);
    return this;
  }

  /** What was written, filled up with zeros to whole bytes and then to a whole character. */
  toString(): string {
    const bits = this.#text.length * 6 + this.#held;
    this.add(0, (8 - (bits % 8)) % 8);
    if (this.#held > 0) this.add(0, 6 - this.#held);
    return this.#text;
  }
}
