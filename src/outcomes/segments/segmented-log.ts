import { GavotteError, type World } from '../../kernel/index.ts';
import {
  CONSUMER_NAME,
  type DeadLetter,
  MAX_DEAD_LETTERS,
  type OutcomeLog,
  type OutcomeSource,
} from '../log.ts';
import { deadLetterPath, SegmentConsumer } from './segment-consumer.ts';
import { committedOffset, SegmentFolder } from './segment-folder.ts';
import { type Retention, SegmentWriter, type SyncPolicy } from './segment-writer.ts';

/** About 60 million records. */
const DEFAULT_RETENTION: Retention = { maxBytes: 16 * 1_073_741_824, maxAgeMs: null };

/**
 * The outcome log in a folder of this machine, for one writing process; others may read it (`readSegmentedLog`).
 * `sync` says when `append` resolves, by default after a sync of all that came within 5 ms.
 * @throws GV_BAD_INPUT when another process writes to the folder, GV_OUTCOME_REFUSED when a later version wrote it.
 */
export async function openSegmentedLog(options: {
  readonly world: Pick<World, 'clock' | 'storage'>;
  readonly folder: string;
  readonly sync?: SyncPolicy;
  readonly retention?: Retention;
}): Promise<OutcomeLog> {
  const { world } = options;
  const unlock = world.storage.lock(`${options.folder}/lock`);
  try {
    const folder = await SegmentFolder.open(world.storage, options.folder, true);
    const writer = new SegmentWriter({
      world,
      folder,
      sync: options.sync ?? { groupMs: 5 },
      retention: options.retention ?? DEFAULT_RETENTION,
      next: await recover(world, folder),
    });
    return {
      ...sourceOf(world, folder),
      append: (records) => writer.append(records),
      close: async () => {
        await writer.close();
        await folder.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** The same log, read while another process writes it, or when none does. */
export async function readSegmentedLog(options: {
  readonly world: Pick<World, 'clock' | 'storage'>;
  readonly folder: string;
}): Promise<OutcomeSource> {
  const { world } = options;
  return sourceOf(world, await SegmentFolder.open(world.storage, options.folder, false));
}

/**
 * Ends what an earlier process left open, at its last whole record, and returns the offset to go on from: one that no
 * consumer has seen, also when a power cut took records that one had already read.
 */
async function recover(world: Pick<World, 'clock' | 'storage'>, folder: SegmentFolder): Promise<number> {
  for (const segment of folder.segments)
    if (segment.sealedAt === null) {
      await segment.walk();
      await segment.seal(world.clock.now());
    }
  const committed = await Promise.all(
    (await world.storage.list(`${folder.path}/consumers`))
      .filter((name) => name.endsWith('.json'))
      .map((name) => committedOffset(folder, name.slice(0, -'.json'.length))),
  );
  // A segment that has no record keeps its name, so the next has another.
  const last = folder.segments.at(-1);
  return Math.max(folder.end, last === undefined ? 0 : last.base + 1, ...committed);
}

function sourceOf(world: Pick<World, 'clock' | 'storage'>, folder: SegmentFolder): OutcomeSource {
  return {
    consumer: async (name, { from = 'committed' } = {}) => {
      if (!CONSUMER_NAME.test(name))
        throw new GavotteError('GV_BAD_INPUT', `the consumer's name ${JSON.stringify(name)} does not fit`, {
          fix: 'Use 1 to 100 small letters, digits, dots, dashes and underscores.',
        });
      const offset = from === 'start' ? 0 : await committedOffset(folder, name);
      return new SegmentConsumer({ name, folder, clock: world.clock, offset });
    },
    find: (id) => folder.find(id),
    deadLetters: () => readDeadLetters(world, folder),
    close: () => folder.close(),
  };
}

async function readDeadLetters(
  { storage }: Pick<World, 'storage'>,
  { path }: SegmentFolder,
): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (const file of await storage.list(`${path}/dead-letters`)) {
    const bytes = await storage.openFile(deadLetterPath(path, file.replace('.ndjson', '')), 'read');
    const text = Buffer.from(await bytes.read(0, await bytes.size())).toString();
    await bytes.close();
    for (const line of text.split('\n')) {
      const letter = line === '' ? undefined : parseLetter(line);
      if (letter !== undefined) letters.push(letter);
    }
  }
  return letters.slice(-MAX_DEAD_LETTERS);
}

/** A letter that a crash cut short is written again when its record is read again. */
function parseLetter(line: string): DeadLetter | undefined {
  try {
    return JSON.parse(line) as DeadLetter;
  } catch {
    return undefined;
  }
}
