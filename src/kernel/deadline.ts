import { assert, GavotteError } from './errors.ts';
import type { Clock } from './world.ts';

/**
 * Runs `work` with a signal that aborts after `ms` or when `parent` does. Whichever comes first wins, even if
 * `work` ignores its signal, so one peer can never hold us longer than promised.
 * @throws GV_TIMEOUT after `ms`, GV_CANCELLED when `parent` aborts, or what `work` throws.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  parent: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = new AbortController();
  const cancelled = () => new GavotteError('GV_CANCELLED', 'cancelled by the caller');
  if (parent?.aborted) throw cancelled();
  let onParentAbort: () => void = () => {};
  const interrupted = new Promise<never>((_resolve, reject) => {
    onParentAbort = () => reject(cancelled());
    parent?.addEventListener('abort', onParentAbort, { once: true });
    clock.sleep(ms, timer.signal).then(
      () =>
        reject(
          new GavotteError('GV_TIMEOUT', `no answer within ${Math.round(ms)} ms`, {
            fix: 'Try again, or allow more time.',
          }),
        ),
      () => {},
    );
  });
  try {
    return await Promise.race([work(controller.signal), interrupted]);
  } finally {
    timer.abort();
    parent?.removeEventListener('abort', onParentAbort);
    controller.abort();
  }
}

/**
 * Runs `work` on every item, at most `limit` at once; results keep the order of the items.
 * @throws the first thing that `work` throws; nothing new is begun after it.
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  assert(limit >= 1, `limit ${limit} must be 1 or more`);
  const results = new Array<R>(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(items[index]!, index);
      } catch (error) {
        // The caller is told of this one and waits for no other, so no other is begun.
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}
