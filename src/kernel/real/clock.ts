import { GavotteError } from '../errors.ts';
import type { Clock, EpochMs } from '../world.ts';

/** Longest wait one timer can hold (2^31 − 1 ms); a longer sleep is cut to it. */
const MAX_TIMER_MS = 0x7fffffff;

/** The machine’s own time. */
export const realClock: Clock = {
  now: () => Date.now() as EpochMs,
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const cancel = () => {
        clearTimeout(timer);
        reject(new GavotteError('GV_CANCELLED', 'the wait was cancelled'));
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', cancel);
          resolve();
        },
        Math.min(Math.max(ms, 0), MAX_TIMER_MS),
      );
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    }),
};
