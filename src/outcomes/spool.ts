import type { World } from '../kernel/index.ts';
import type { OutcomeLog } from './log.ts';
import { isMoney } from './record.ts';
import { Relay } from './relay.ts';
import { openSegmentedLog } from './segments/segmented-log.ts';

/** How much money waits on our disk before the next is refused: at 300 bytes each, three million records. */
export const SPOOL_MAX_BYTES = 1_073_741_824;
/** Records of money that arrive within this time share a sync. */
const SYNC_GROUP_MS = 2;
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
  const { clock } = world;
  const relays = [
    new Relay({ clock, target, source: await money.consumer(DRAIN) }),
    new Relay({ clock, target, source: await news.consumer(DRAIN) }),
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
      const [ofMoney, ofNews] = relays;
      return {
        money: await ofMoney.waiting(),
        news: await ofNews.waiting(),
        newsLost: unwritten + ofNews.skipped,
        trouble: ofMoney.trouble ?? ofNews.trouble,
      };
    },
    close: async () => {
      await Promise.all(relays.map((relay) => relay.close()));
      await Promise.all([money, news, target].map((log) => log.close()));
    },
  };
}

/** A record that is none is its writer's mistake, whichever log it is for. */
function isRefused(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'GV_OUTCOME_REFUSED';
}
