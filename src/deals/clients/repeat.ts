import { type Clock, GavotteError, type RandomStream } from '../../kernel/index.ts';

/** Tries in all. */
const MAX_ATTEMPTS = 3;
const BACKOFF_BASE_MS = 200;
const BACKOFF_CAP_MS = 2_000;

/**
 * Runs a call that may be repeated at will, again after each transient failure, up to three times. Between
 * tries it waits a random time up to a ceiling that doubles ("full jitter"), so that many callers do not come
 * back together. @throws the last failure.
 */
export async function repeatTransient<T>(
  work: () => Promise<T>,
  clock: Clock,
  random: RandomStream,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (thrown) {
      const error = GavotteError.from(thrown);
      if (error.recovery !== 'transient' || attempt === MAX_ATTEMPTS || signal.aborted) throw error;
    }
    const ceilingMs = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attempt - 1));
    await clock.sleep(random.float() * ceilingMs, signal);
  }
}
