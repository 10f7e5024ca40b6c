import type { EpochMs, SqlDatabase } from '../../../kernel/index.ts';
import type { FileTimes, SupplyFileKind } from '../authorisations.ts';

/** A file as it was last had, and how asking for it has gone since. */
export interface ShelvedFile extends FileTimes {
  /** `failed` and `nobody`: never had. */
  readonly state: 'file' | 'none' | 'nobody' | 'failed';
  /** '' unless it is a file. */
  readonly body: string;
  /** Times in a row that it could not be had. */
  readonly failures: number;
}

/** Names come out of bid requests, so anybody can make some up. */
const MAX_FILES = 50_000;
// What is lost is fetched again, so nothing waits for the disk; and the memory is for bids.
const SCHEMA = `
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -2048;
  CREATE TABLE IF NOT EXISTS supply_files (
    kind TEXT NOT NULL, domain TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL,
    fetched_at INTEGER NOT NULL, ask_at INTEGER NOT NULL, failures INTEGER NOT NULL, PRIMARY KEY (kind, domain)
  );
`;

/** Files on our own disk, so that a restart asks nobody again. Takes the database over. */
export class FileShelf {
  readonly #database: SqlDatabase;
  #size: number;

  constructor(database: SqlDatabase) {
    this.#database = database;
    database.exec(SCHEMA);
    this.#size = this.#count();
  }

  get(kind: SupplyFileKind, domain: string): ShelvedFile | undefined {
    const row = this.#database
      .prepare('SELECT * FROM supply_files WHERE kind = ? AND domain = ?')
      .get(kind, domain);
    if (row === undefined) return undefined;
    return {
      state: row.state as ShelvedFile['state'],
      body: row.body as string,
      fetchedAt: row.fetched_at as EpochMs,
      askAt: row.ask_at as EpochMs,
      failures: row.failures as number,
    };
  }

  /** Keeps a file in place of what was there; the longest forgotten make room. */
  put(kind: SupplyFileKind, domain: string, { state, body, fetchedAt, askAt, failures }: ShelvedFile): void {
    if (this.#size >= MAX_FILES) this.#makeRoom();
    this.#database
      .prepare('INSERT OR REPLACE INTO supply_files VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(kind, domain, state, body, fetchedAt, askAt, failures);
    this.#size += 1;
  }

  close(): void {
    this.#database.close();
  }

  #makeRoom(): void {
    this.#database
      .prepare(
        'DELETE FROM supply_files WHERE rowid IN (SELECT rowid FROM supply_files ORDER BY ask_at LIMIT ?)',
      )
      .run(Math.max(0, this.#count() - MAX_FILES * 0.9));
    this.#size = this.#count();
  }

  #count(): number {
    return Number(this.#database.prepare('SELECT count(*) AS count FROM supply_files').get()!.count);
  }
}
