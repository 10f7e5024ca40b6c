import { FRAMES, HEAD_BYTES } from './frames.ts';
import type { Opened } from './opened.ts';

/**
 * The answer to begin and step, whose body is, in this order and without gaps:
 *
 * | what | shape | type |
 * |---|---|---|
 * | metrics of the last episode that ended, 0 before one has | episodes × metrics | float64 |
 * | observations | episodes × slots × observationSize | float32 |
 * | states | episodes × stateSize | float32 |
 * | rewards of the last step, once for each role | episodes × slots | float32 |
 * | alive | episodes × slots | uint8 |
 * | ended | episodes | uint8 |
 */
export class View {
  readonly #bytes: Uint8Array;
  readonly #parts: readonly Uint8Array[];

  constructor({ env, results }: Opened) {
    const arrays = [results, env.observations, env.states, ...env.rewards, env.alive, env.ended];
    this.#parts = arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    const length = this.#parts.reduce((sum, part) => sum + part.length, 0);
    this.#bytes = new Uint8Array(HEAD_BYTES + length);
    const head = new DataView(this.#bytes.buffer);
    head.setUint32(0, length, true);
    head.setUint8(4, FRAMES.view);
  }

  /** The frame as the environment stands now; it is rewritten by the next call. */
  write(): Uint8Array {
    let at = HEAD_BYTES;
    for (const part of this.#parts) {
      this.#bytes.set(part, at);
      at += part.length;
    }
    return this.#bytes;
  }
}
