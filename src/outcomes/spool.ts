import type { World } from '../kernel/index.ts';
import type { OutcomeConsumer, OutcomeEntry, OutcomeLog } from './log.ts';
import { isMoney, type OutcomeRecord } from './record.ts';
import { openSegmentedLog } from './segments/segmented-log.ts';

/** How much money waits on our disk before the next is refused: at 300 bytes each, three million records. */
export const SPOOL_MAX_BYTES = 1_073_741_824;
/** Records of money that arrive within this time share a sync. */
const SYNC_GROUP_MS = 2;
const BATCH = 2_000;
/** A broker that is away is asked again this often. */
const RETRY_MS = 500;
/** How long the drain waits for records before it looks whether it should end. */
const WAIT_MS = 60_000;
const DRAIN = 'drain';

/** What waits on our disk. */
export interface SpoolStatus {
  /** Records that tell of money, and the others, which the broker does not have yet. */
  readonly money: number;
  readonly news: number;
  /** Records without money that were given up, as the broker was away for too long or our disk failed. */
  readonly newsLost: number;
  /** Why the broker did not take the last batch; `undefined` when it did. */
  readonly trouble: string | undefined;
}

/** An outcome log that does not wait for its broker. */
export interface SpooledLog extends OutcomeLog {
  status(): Promise<SpoolStatus>;
}

/**
 * Puts our own disk before a log that may be away: records are spooled, and go to `target` in order as soon as it takes
 * them. Those of money are synced to the disk before `append` resolves, are never dropped, and are refused when
 * SPOOL_MAX_BYTES of them wait; the others are dropped, oldest first, when as much of them waits, and never make `append`
 * fail (law 6). A record that reached `target` unheard goes there again, under its id.
 * Closing waits until `target` has all of it; while it takes nothing, the rest is left for the next start. It closes `target`.
 * @throws as `openSegmentedLog`.
 */
export async function openSpooledLog(options: {
  readonly world: Pick<World, 'clock' | 'storage'>;
  readonly folder: string;
  readonly target: OutcomeLog;
}): Promise<SpooledLog> {
  const { world, folder, target } = options;
  const money = await openSegmentedLog({
    world,
    folder: `${folder}/money`,
    sync: { groupMs: SYNC_GROUP_MS },
    retention: { maxBytes: SPOOL_MAX_BYTES, consumedBy: DRAIN },
  });
  const news = await openSegmentedLog({
    world,
    folder: `${folder}/news`,
    sync: 'never',
    retention: { maxBytes: SPOOL_MAX_BYTES, maxAgeMs: null },
  });
  const drains = [
    new Drain(world, target, await money.consumer(DRAIN)),
    new Drain(world, target, await news.consumer(DRAIN)),
  ] as const;
  let unwritten = 0;
  return {
    append: async (records) => {
      const others = records.filter((record) => !isMoney(record));
      const spooled = news.append(others).catch((error: unknown) => {
        if (isRefused(error)) throw error;
        unwritten += others.length;
      });
      await Promise.all([money.append(records.filter(isMoney)), spooled]);
    },
    consumer: (name, from) => target.consumer(name, from),
    find: async (id) => (await money.find(id)) ?? (await news.find(id)) ?? (await target.find(id)),
    deadLetters: async () =>
      (await Promise.all([money, news, target].map((log) => log.deadLetters()))).flat(),
    status: async () => {
      const [ofMoney, ofNews] = drains;
      return {
        money: await ofMoney.waiting(),
        news: await ofNews.waiting(),
        newsLost: unwritten + ofNews.skipped,
        trouble: ofMoney.trouble ?? ofNews.trouble,
      };
    },
    close: async () => {
      await Promise.all(drains.map((drain) => drain.close()));
      await Promise.all([money, news, target].map((log) => log.close()));
    },
  };
}

/** A record that is none is its writer's mistake, whichever log it is for. */
function isRefused(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'GV_OUTCOME_REFUSED';
}

/** Carries records from a spool to the log behind it, in order, each at least once. */
class Drain {
  /** Offsets that were passed over. */
  skipped = 0;
  trouble: string | undefined;
  readonly #world: Pick<World, 'clock'>;
  readonly #target: OutcomeLog;
  readonly #spool: OutcomeConsumer;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  /** Polled, and not yet taken by the target. */
  #carried = 0;
  #next: number | undefined;

  constructor(world: Pick<World, 'clock'>, target: OutcomeLog, spool: OutcomeConsumer) {
    this.#world = world;
    this.#target = target;
    this.#spool = spool;
    this.#running = this.#run();
  }

  async waiting(): Promise<number> {
    return this.#carried + (await this.#spool.lag());
  }

  /** Ends when nothing waits any more, or the target takes nothing. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#spool.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      try {
        const entries = await this.#spool.poll({ max: BATCH, waitMs: signal.aborted ? 0 : WAIT_MS });
        if (entries.length === 0 && signal.aborted) return;
        if (entries.length > 0) {
          this.#count(entries);
          await this.#carry(entries.map(({ record }) => record));
          await this.#spool.commit();
        }
      } catch (error) {
        // Closing, or our own disk: what was not committed is carried again by the next start.
        if (signal.aborted) return;
        await this.#pause(error);
      }
    }
  }

  #count(entries: readonly OutcomeEntry[]): void {
    const first = entries[0]!.offset;
    this.skipped += first - (this.#next ?? first);
    this.#next = entries.at(-1)!.offset + 1;
  }

  /** Until the target has them. @throws what the target does, once this is to close. */
  async #carry(records: readonly OutcomeRecord[]): Promise<void> {
    this.#carried = records.length;
    for (;;) {
      try {
        await this.#target.append(records);
        this.#carried = 0;
        this.trouble = undefined;
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) throw error;
        await this.#pause(error);
      }
    }
  }

  async #pause(error: unknown): Promise<void> {
    this.trouble = (error as Error).message;
    await this.#world.clock.sleep(RETRY_MS, this.#closing.signal).catch(() => {});
  }
}
