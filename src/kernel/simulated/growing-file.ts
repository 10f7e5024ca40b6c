import type { RandomStream } from '../random.ts';

/** The bytes of a growing file on a simulated disk, and how many of them would outlive a power cut. */
export class SimulatedFile {
  size = 0;
  #bytes = new Uint8Array(4_096);
  #synced = 0;

  append(bytes: Uint8Array): void {
    if (this.size + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.size + bytes.length));
      larger.set(this.#bytes.subarray(0, this.size));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.size);
    this.size += bytes.length;
  }

  /** A copy, as a reader of a real disk has. */
  read(position: number, length: number): Uint8Array {
    return this.#bytes.slice(position, Math.min(position + length, this.size));
  }

  sync(): void {
    this.#synced = this.size;
  }

  /** Turns the bits of one byte, as a failing disk does. */
  flip(position: number): void {
    this.#bytes[position]! ^= 0xff;
  }

  /** Loses what is not synced from a random byte on; half of the time the bytes before the end are rubbish. */
  tear(random: RandomStream): void {
    const unsynced = this.size - this.#synced;
    if (unsynced === 0) return;
    const kept = random.int(unsynced + 1);
    this.size = this.#synced + kept;
    if (kept > 0 && random.int(2) === 0) {
      const from = this.#synced + random.int(kept);
      for (let at = from; at < this.size; at += 1) this.#bytes[at] = random.int(256);
    }
    this.#synced = this.size;
  }
}
