import { GavotteError } from '../errors.ts';
import type { Clock, EpochMs } from '../world.ts';

interface TimedEvent {
  readonly at: number;
  readonly order: number;
  run: (() => void) | null;
}

/** Virtual time: a heap of things to happen, in time order and, at one instant, in the order they were asked for. */
export class Scheduler {
  readonly #startAt: number;
  readonly #heap: TimedEvent[] = [];
  #elapsed = 0;
  #order = 0;

  constructor(startAt: EpochMs) {
    this.#startAt = startAt;
  }

  /** Virtual milliseconds since the simulation began. */
  get elapsedMs(): number {
    return this.#elapsed;
  }

  /** Runs `run` after `ms`; returns what cancels it. */
  after(ms: number, run: () => void): () => void {
    const event: TimedEvent = { at: this.#elapsed + Math.max(0, ms), order: this.#order, run };
    this.#order += 1;
    this.#push(event);
    return () => {
      event.run = null;
    };
  }

  /** Moves to the next event at or before `end` and runs it; false when there is none. */
  advance(end: number): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > end) return false;
      this.#pop();
      if (next.run === null) continue;
      this.#elapsed = next.at;
      next.run();
      return true;
    }
  }

  skipTo(end: number): void {
    this.#elapsed = Math.max(this.#elapsed, end);
  }

  /** A clock over this time, `offsetMs` away from the true wall time. */
  clock(offsetMs: number): Clock {
    return {
      now: () => (this.#startAt + Math.floor(this.#elapsed) + offsetMs) as EpochMs,
      monotonic: () => this.#elapsed,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          const onAbort = () => {
            cancel();
            reject(new GavotteError('GV_CANCELLED', 'the wait was cancelled'));
          };
          const cancel = this.after(ms, () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          });
          if (signal?.aborted) onAbort();
          else signal?.addEventListener('abort', onAbort, { once: true });
        }),
    };
  }

  #push(event: TimedEvent): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (before(heap[parent]!, event)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (before(last, heap[child]!)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

function before(a: TimedEvent, b: TimedEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
