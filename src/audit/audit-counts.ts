import type { SqlDatabase } from '../kernel/index.ts';

const COUNTS = ['moneyEvents', 'billings', 'copies'] as const;

/** What an auditor counts over restarts: in memory, and in its database as of the last `save`. */
export class AuditCounts {
  readonly now: Record<(typeof COUNTS)[number], number> = { moneyEvents: 0, billings: 0, copies: 0 };
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
    database.exec(
      'CREATE TABLE IF NOT EXISTS audit_counts (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID',
    );
    this.load();
  }

  /** Goes back to what the database says. */
  load(): void {
    for (const name of COUNTS) this.now[name] = 0;
    for (const row of this.#database.prepare('SELECT * FROM audit_counts').all())
      this.now[row.name as (typeof COUNTS)[number]] = Number(row.n);
  }

  /** Call it in a transaction. */
  save(): void {
    const write = this.#database.prepare('INSERT OR REPLACE INTO audit_counts VALUES (?, ?)');
    for (const name of COUNTS) write.run(name, this.now[name]);
  }

  /** Begins at 0 again. */
  clear(): void {
    this.#database.exec('DELETE FROM audit_counts');
    this.load();
  }
}
