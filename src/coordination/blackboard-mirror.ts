import type { Clock } from '../kernel/index.ts';
import type { Blackboard, BlackboardMirror, MirrorRecord } from './blackboard.ts';
import { KEPT_TTLS } from './blackboard-entry.ts';

/** What is over is forgotten once in so many changes, so that keys nobody gets again take no memory. */
const CHANGES_PER_SWEEP = 1_024;

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
  let changes = 0;
  const stop = await board.watch(prefix, (key, entry) => {
    if (entry === undefined) {
      records.delete(key);
      return;
    }
    changes += 1;
    if (changes % CHANGES_PER_SWEEP === 0) forgetOver(records, clock.monotonic());
    const { value, version, ageMs, isStale, ttlMs } = entry;
    records.set(key, { value, version, ageMs, isStale, ttlMs, newAt: clock.monotonic() - ageMs });
  });
  return {
    get: (key) => {
      const record = records.get(key);
      if (record === undefined) return undefined;
      record.ageMs = clock.monotonic() - record.newAt;
      if (record.ageMs > KEPT_TTLS * record.ttlMs) {
        records.delete(key);
        return undefined;
      }
      record.isStale = record.ageMs > record.ttlMs;
      return record;
    },
    stop: async () => {
      await stop();
      records.clear();
    },
  };
}

function forgetOver(records: Map<string, KeptRecord>, now: number): void {
  for (const [key, { newAt, ttlMs }] of records) if (now - newAt > KEPT_TTLS * ttlMs) records.delete(key);
}
