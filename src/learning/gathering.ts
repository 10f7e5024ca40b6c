import { GavotteError } from '../kernel/index.ts';

/**
 * Adds up what the shards of a batch come to, wherever they are computed, shard by shard: floating-point sums depend on
 * their order, and so a seed gives the same weights with any number of threads.
 */
export interface Gathering {
  /**
   * @param parts one for each shard of the caller, all of the same length.
   * @returns the sum over all shards; good until the next call.
   * @throws GV_INTERNAL when another thread has failed.
   */
  sum(parts: readonly Float64Array[]): Float64Array;
}

/** All shards are the caller’s. */
export class LocalGathering implements Gathering {
  #total = new Float64Array(0);

  sum(parts: readonly Float64Array[]): Float64Array {
    const { length } = parts[0]!;
    if (this.#total.length < length) this.#total = new Float64Array(length);
    const total = this.#total.subarray(0, length);
    total.fill(0);
    for (const part of parts) add(total, part);
    return total;
  }
}

/** What threads share: two sets of parts, so that one can be read while the other is written, and a barrier. */
export interface SharedSums {
  readonly shards: number;
  readonly threads: number;
  /** Most numbers of a part. */
  readonly capacity: number;
  readonly parts: SharedArrayBuffer;
  /** Threads that have arrived; the barrier’s turn; 1 when a thread has failed; 1 when all are asked to stop. */
  readonly control: SharedArrayBuffer;
}

const [ARRIVED, TURN, FAILED, STOP] = [0, 1, 2, 3] as const;
/** A thread that is behind by so much has died without a word. */
const MOST_WAIT_MS = 120_000;

/** Memory for `threads` that sum parts of `shards`. */
export function sharedSums(shards: number, threads: number, capacity: number): SharedSums {
  const parts = new SharedArrayBuffer(2 * shards * capacity * 8);
  return { shards, threads, capacity, parts, control: new SharedArrayBuffer(4 * 4) };
}

/** Asks all threads to stop after the iteration they are in. */
export function askToStop({ control }: SharedSums): void {
  Atomics.store(new Int32Array(control), STOP, 1);
}

/** Shards are spread over threads: thread t has shards t, t + threads, … */
export class SharedGathering implements Gathering {
  readonly #sums: SharedSums;
  readonly #own: readonly number[];
  readonly #parts: Float64Array;
  readonly #control: Int32Array;
  readonly #total: Float64Array;
  #set = 0;

  constructor(sums: SharedSums, thread: number) {
    this.#sums = sums;
    this.#own = shardsOf(sums, thread);
    this.#parts = new Float64Array(sums.parts);
    this.#control = new Int32Array(sums.control);
    this.#total = new Float64Array(sums.capacity);
  }

  sum(parts: readonly Float64Array[]): Float64Array {
    const { shards, capacity } = this.#sums;
    const first = this.#set * shards * capacity;
    for (const [index, part] of parts.entries()) this.#parts.set(part, first + this.#own[index]! * capacity);
    this.#meet();
    const { length } = parts[0]!;
    const total = this.#total.subarray(0, length);
    total.fill(0);
    for (let shard = 0; shard < shards; shard += 1) {
      const from = first + shard * capacity;
      add(total, this.#parts.subarray(from, from + length));
    }
    this.#set = 1 - this.#set;
    return total;
  }

  /** Whether this thread has heard that all should stop; threads may hear it at different times. */
  get isAskedToStop(): boolean {
    return Atomics.load(this.#control, STOP) === 1;
  }

  /** Wakes the others, which then throw. */
  fail(): void {
    Atomics.store(this.#control, FAILED, 1);
    Atomics.add(this.#control, TURN, 1);
    Atomics.notify(this.#control, TURN);
  }

  #meet(): void {
    const control = this.#control;
    const turn = Atomics.load(control, TURN);
    if (Atomics.add(control, ARRIVED, 1) === this.#sums.threads - 1) {
      Atomics.store(control, ARRIVED, 0);
      Atomics.add(control, TURN, 1);
      Atomics.notify(control, TURN);
    } else if (Atomics.wait(control, TURN, turn, MOST_WAIT_MS) === 'timed-out') this.fail();
    if (Atomics.load(control, FAILED) === 1)
      throw new GavotteError('GV_INTERNAL', 'another thread of this training has failed', {
        fix: 'See its error; go on from the last checkpoint with --resume.',
      });
  }
}

/** The shards of a thread. */
export function shardsOf({ shards, threads }: { shards: number; threads: number }, thread: number): number[] {
  return Array.from({ length: shards }, (_, shard) => shard).filter((shard) => shard % threads === thread);
}

function add(total: Float64Array, part: Float64Array): void {
  for (let index = 0; index < total.length; index += 1) total[index]! += part[index]!;
}
