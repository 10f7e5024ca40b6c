import { Auditor, AuditRounds, type Difference, LedgerTail } from '../../audit/index.ts';
import type { World } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import {
  type OutcomeConsumer,
  type OutcomeSource,
  openSegmentedLog,
  readSegmentedLog,
} from '../../outcomes/index.ts';

/** What an auditor is opened with. */
export interface AuditorParts {
  readonly world: Pick<World, 'clock' | 'storage'>;
  /** Whose books are checked. */
  readonly ledger: Ledger;
  /** The folders that bidders write their outcomes to. */
  readonly folders: readonly string[];
  /**
   * The auditor's own folder: the ledger's journal is written on to the outcome log in `money` there, as a log has one
   * writer; what the auditor knows is in `auditor.db`.
   */
  readonly state: string;
  /** `now`: what the folders hold already is of another ledger. @defaultValue 'start' */
  readonly since?: 'start' | 'now';
  /** Hears of each difference once. */
  readonly onDifference?: (difference: Difference) => void;
}

/** An auditor with its logs. */
export interface OpenedAuditor {
  readonly auditor: Auditor;
  readonly rounds: AuditRounds;
  close(): Promise<void>;
}

const BATCH = 5_000;

/**
 * Opens what an auditor reads and writes; it goes on where the last one with that state was.
 * @throws GV_BAD_INPUT when another auditor has the state.
 */
export async function openAuditor(parts: AuditorParts): Promise<OpenedAuditor> {
  const { world, ledger, state, onDifference } = parts;
  const money = await openSegmentedLog({ world, folder: `${state}/money` });
  const sources = new Map<string, OutcomeSource>([['money', money]]);
  const database = world.storage.openDatabase(`${state}/auditor.db`);
  const close = async () => {
    for (const source of sources.values()) await source.close();
    database.close();
  };
  try {
    for (const folder of parts.folders) sources.set(folder, await readSegmentedLog({ world, folder }));
    const auditor = new Auditor({
      clock: world.clock,
      ledger,
      sources: [...sources.values()],
      database,
      ...(onDifference === undefined ? {} : { onDifference }),
    });
    const consumers = new Map<string, OutcomeConsumer>();
    for (const [name, source] of sources)
      consumers.set(name, await consumerOf(name, source, auditor, parts.since ?? 'start'));
    const path = `${state}/money/ledger-tail.json`;
    const tail = await LedgerTail.open({ ledger, log: money, storage: world.storage, path });
    return { auditor, rounds: new AuditRounds({ clock: world.clock, tail, auditor, consumers }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where the auditor is with that log, by its own books; one that passes over what is there is no auditor for long. */
async function consumerOf(
  name: string,
  source: OutcomeSource,
  auditor: Auditor,
  since: 'start' | 'now',
): Promise<OutcomeConsumer> {
  if (since === 'start') return source.consumer('auditor', auditor.knows(name) ? {} : { from: 'start' });
  const consumer = await source.consumer('auditor-of-one-run', { from: 'start' });
  while ((await consumer.poll({ max: BATCH, waitMs: 0 })).length > 0);
  return consumer;
}
