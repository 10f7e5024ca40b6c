import type { Clock } from '../kernel/index.ts';
import type { Blackboard, BlackboardMirror, MirrorRecord } from './blackboard.ts';

/** One record for each key, used again at each `get`, so that a look allocates nothing. */
interface KeptRecord extends MirrorRecord {
  value: unknown;
  version: number;
  ageMs: number;
  isStale: boolean;
  ttlMs: number;
  /** When the entry was new, on the reader's own clock that never steps back. */
  newAt: number;
}

/** A mirror fed by `watch`. Ages are measured by `clock.monotonic`. */
export async function mirrorOf(
  board: Pick<Blackboard, 'watch'>,
  prefix: string,
  clock: Clock,
): Promise<BlackboardMirror> {
  const records = new Map<string, KeptRecord>();
  const stop = await board.watch(prefix, (key, entry) => {
    if (entry === undefined) {
      records.delete(key);
      return;
    }
    const { value, version, ageMs, isStale, ttlMs } = entry;
    records.set(key, { value, version, ageMs, isStale, ttlMs, newAt: clock.monotonic() - ageMs });
  });
  return {
    get: (key) => {
      const record = records.get(key);
      if (record === undefined) return undefined;
      record.ageMs = clock.monotonic() - record.newAt;
      record.isStale = record.ageMs > record.ttlMs;
      return record;
    },
    stop: async () => {
      await stop();
      records.clear();
    },
  };
}
