import type { SqlDatabase } from '../kernel/index.ts';
import type { OutcomeConsumer, OutcomeEntry } from './log.ts';
import type { OutcomeRecord } from './record.ts';

/** Ids remembered unless told otherwise: about 150 MB on disk, and none of it in memory but SQLite's own cache. */
export const REMEMBERED_IDS = 1_000_000;
/** Ids are forgotten this share at a time. */
const FORGET_SHARE = 1 / 16;

/** What one poll brought. */
export interface Fresh {
  /** Records that this consumer has never been given. */
  readonly records: readonly OutcomeRecord[];
  /** Records that say they are older than the oldest id remembered: whether they were counted nobody can tell. */
  readonly stale: readonly OutcomeRecord[];
  /** Copies of records that it was given before; they are passed over. */
  readonly repeats: number;
}

/**
 * A consumer whose effects happen once: ids are remembered in the transaction of what is done with their records, in the
 * consumer's own database, so a record that comes again after a crash, a rebalance or a replay changes nothing.
 *
 * Its bound: `remember` ids, the youngest by the records' own time. A copy of a record older than those is not recognised;
 * so a record older than those is never counted but handed over as `stale`, to be compared with the ledger or looked at.
 * Let `remember` be at least the rate of records times the longest delay that is to be borne.
 */
export class Deduplicated {
  readonly #consumer: OutcomeConsumer;
  readonly #database: SqlDatabase;
  readonly #name: string;
  readonly #remember: number;
  /** Polled, but `work` threw. */
  #undone: readonly OutcomeEntry[] | undefined;
  #remembered: number;
  /** The youngest time of an id that was forgotten. */
  #horizon: number;

  constructor(options: {
    readonly consumer: OutcomeConsumer;
    readonly database: SqlDatabase;
    /** Tells several consumers on one database apart. */
    readonly name: string;
    readonly remember?: number;
  }) {
    this.#consumer = options.consumer;
    this.#database = options.database;
    this.#name = options.name;
    this.#remember = options.remember ?? REMEMBERED_IDS;
    options.database.exec(
      'CREATE TABLE IF NOT EXISTS outcome_ids (consumer TEXT, id TEXT, at INTEGER, PRIMARY KEY (consumer, id)) WITHOUT ROWID; ' +
        'CREATE INDEX IF NOT EXISTS outcome_ids_by_age ON outcome_ids (consumer, at); ' +
        'CREATE TABLE IF NOT EXISTS outcome_horizons (consumer TEXT PRIMARY KEY, at INTEGER) WITHOUT ROWID',
    );
    this.#remembered = this.#number('SELECT count(*) AS n FROM outcome_ids WHERE consumer = ?');
    this.#horizon = this.#number('SELECT max(at) AS n FROM outcome_horizons WHERE consumer = ?');
  }

  /**
   * Polls, and gives `work` what is new, inside the transaction that remembers it; `work` must do all it does in that
   * database. A throw of `work` undoes both, and the next call brings them again. Returns what it was given.
   */
  async next(
    options: { readonly max: number; readonly waitMs: number },
    work: (fresh: Fresh) => void,
  ): Promise<Fresh> {
    const entries = this.#undone ?? (await this.#consumer.poll(options));
    if (entries.length === 0) return { records: [], stale: [], repeats: 0 };
    this.#undone = entries;
    const before = { remembered: this.#remembered, horizon: this.#horizon };
    let fresh: Fresh;
    try {
      fresh = this.#database.transaction(() => {
        const sorted = this.#sort(entries.map(({ record }) => record));
        work(sorted);
        this.#forget();
        return sorted;
      });
    } catch (error) {
      this.#remembered = before.remembered;
      this.#horizon = before.horizon;
      throw error;
    }
    this.#undone = undefined;
    // Done is done: should this fail, they come again, as repeats.
    await this.#consumer.commit().catch(() => {});
    return fresh;
  }

  #sort(all: readonly OutcomeRecord[]): Fresh {
    const has = this.#database.prepare('SELECT 1 AS n FROM outcome_ids WHERE consumer = ? AND id = ?');
    const add = this.#database.prepare('INSERT INTO outcome_ids VALUES (?, ?, ?)');
    const records: OutcomeRecord[] = [];
    const stale: OutcomeRecord[] = [];
    let repeats = 0;
    for (const record of all) {
      if (has.get(this.#name, record.id) !== undefined) repeats += 1;
      else if (record.at <= this.#horizon) stale.push(record);
      else {
        add.run(this.#name, record.id, record.at);
        this.#remembered += 1;
        records.push(record);
      }
    }
    return { records, stale, repeats };
  }

  #forget(): void {
    if (this.#remembered <= this.#remember * (1 + FORGET_SHARE)) return;
    const many = this.#remembered - this.#remember;
    this.#horizon = this.#number(
      'SELECT at AS n FROM outcome_ids WHERE consumer = ? ORDER BY at LIMIT 1 OFFSET ?',
      many - 1,
    );
    // All of that time, so that time alone tells what may have been forgotten.
    this.#database
      .prepare('DELETE FROM outcome_ids WHERE consumer = ? AND at <= ?')
      .run(this.#name, this.#horizon);
    this.#database
      .prepare('INSERT OR REPLACE INTO outcome_horizons VALUES (?, ?)')
      .run(this.#name, this.#horizon);
    this.#remembered = this.#number('SELECT count(*) AS n FROM outcome_ids WHERE consumer = ?');
  }

  #number(sql: string, ...more: number[]): number {
    return Number(this.#database.prepare(sql).get(this.#name, ...more)?.n ?? -1);
  }
}
