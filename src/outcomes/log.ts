import type { OutcomeRecord } from './record.ts';

/** A record where it stands: records of one partition have rising offsets, and those of one campaign one partition. */
export interface OutcomeEntry {
  readonly partition: number;
  readonly offset: number;
  readonly record: OutcomeRecord;
}

/** What could not be read as a record, set aside for a person to look at. */
export interface DeadLetter {
  readonly consumer: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  /** The bytes as they were, read as UTF-8. */
  readonly body: string;
}

/**
 * Reads a log from where it, or one of its name before it, last committed; a new name begins at the oldest record.
 * Each record comes at least once: what was not committed comes again. What is no record goes to the dead letters.
 */
export interface OutcomeConsumer {
  /** At most `max` records; waits up to `waitMs` for the first. @throws GV_OUTCOMES_UNAVAILABLE */
  poll(options: { readonly max: number; readonly waitMs: number }): Promise<readonly OutcomeEntry[]>;
  /** Everything polled so far is done with, durably. @throws GV_OUTCOMES_UNAVAILABLE */
  commit(): Promise<void>;
  /** How many records it has not polled yet. @throws GV_OUTCOMES_UNAVAILABLE */
  lag(): Promise<number>;
  close(): Promise<void>;
}

/** The side of a log from which it is read. */
export interface OutcomeSource {
  /**
   * `from: 'start'` begins at the oldest record whatever was committed.
   * @throws GV_BAD_INPUT for a name other than small letters, digits, dots, dashes and underscores.
   */
  consumer(name: string, options?: { readonly from?: 'committed' | 'start' }): Promise<OutcomeConsumer>;
  /** The record of that id, `undefined` when the log does not have it (any more). @throws GV_OUTCOMES_UNAVAILABLE */
  find(id: string): Promise<OutcomeRecord | undefined>;
  /** The latest dead letters of all consumers, oldest first. @throws GV_OUTCOMES_UNAVAILABLE */
  deadLetters(): Promise<readonly DeadLetter[]>;
  close(): Promise<void>;
}

/** The outcome log: everything that was decided and what became of it, once and in order. */
export interface OutcomeLog extends OutcomeSource {
  /**
   * Appends records in order; resolves when they are as durable as the log is set up to make them. After a rejection
   * they may or may not be there: append them again under the same ids, readers tell copies by them.
   * @throws GV_OUTCOME_REFUSED when one of them is no valid record (none is then written), GV_OUTCOMES_UNAVAILABLE.
   */
  append(records: readonly OutcomeRecord[]): Promise<void>;
}

/** How many dead letters `deadLetters` tells of: more is a fault to repair, not a list to read. */
export const MAX_DEAD_LETTERS = 1_000;

/** Names of consumers become names of files and of consumer groups. */
export const CONSUMER_NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;
