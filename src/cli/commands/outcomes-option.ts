import { GavotteError, type World } from '../../kernel/index.ts';
import {
  type OutcomeLog,
  type OutcomeSource,
  openKafkaLog,
  openSegmentedLog,
  Relay,
  readSegmentedLog,
} from '../../outcomes/index.ts';

/** What `--outcomes` is called in help, by those who write and by those who read. */
export const WRITE_OUTCOMES = 'write down decisions and what becomes of them, into this folder';
export const READ_OUTCOMES = 'the folder that a bidder wrote its decisions to with --outcomes';
/** What is read where nothing is said. */
export const USUAL_OUTCOMES = 'outcomes';

/** Opens a log to write, and what an engine is told of it; nothing where none is wanted. */
export async function writtenOutcomes(
  folder: string | undefined,
  noBidsPerKept: number,
  world: World,
): Promise<{ readonly log: OutcomeLog; readonly noBidsPerKept: number } | undefined> {
  return folder === undefined ? undefined : { log: await openSegmentedLog({ world, folder }), noBidsPerKept };
}

/**
 * Carries what is written to a log on to Kafka, for as long as the broker takes it; what it has not taken goes there
 * when a bidder writes to the same folder again. `brokers` is `HOST:PORT,…`. Close it before the log.
 * @throws GV_BAD_INPUT without a log, GV_PACKAGE_MISSING
 */
export async function carriedToKafka(
  brokers: string | undefined,
  log: OutcomeLog | undefined,
  { clock }: Pick<World, 'clock'>,
): Promise<{ close(): Promise<void> } | undefined> {
  if (brokers === undefined) return undefined;
  if (log === undefined)
    throw new GavotteError('GV_BAD_INPUT', '--kafka carries on what --outcomes writes down', {
      fix: 'Give --outcomes a folder as well.',
    });
  const target = await openKafkaLog({ clock, brokers: brokers.split(',') });
  const relay = new Relay({ clock, target, source: await log.consumer('kafka') });
  return {
    close: async () => {
      await relay.close();
      await target.close();
    },
  };
}

/** A log for a simulated world, whose time must not wait for a real disk: `settled` resolves when all is written. */
export function behind(
  log: OutcomeLog,
): Pick<OutcomeLog, 'append'> & { readonly settled: () => Promise<void> } {
  let writing: Promise<void> = Promise.resolve();
  return {
    append: (records) => {
      writing = writing.then(() => log.append(records));
      // Whoever waits hears of it.
      writing.catch(() => {});
      return Promise.resolve();
    },
    settled: () => writing,
  };
}

/** Reads a log for as long as `work` takes. */
export async function withOutcomes<T>(
  folder: string,
  world: World,
  work: (log: OutcomeSource) => Promise<T>,
): Promise<T> {
  const log = await readSegmentedLog({ world, folder });
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}
