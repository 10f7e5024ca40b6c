import type { SqlDatabase } from '../../kernel/index.ts';
import type { Bill } from './bills.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS spooled_bills (id TEXT PRIMARY KEY, bill TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS disputed_bills (id TEXT PRIMARY KEY, bill TEXT NOT NULL) WITHOUT ROWID;
`;

/** Bills on our own disk: those the ledger has not taken yet, and those it will not. Takes the database over. */
export class BillSpool {
  readonly #database: SqlDatabase;
  #size: number;

  constructor(database: SqlDatabase) {
    this.#database = database;
    database.exec(SCHEMA);
    this.#size = this.#count('spooled_bills');
  }

  /** How many bills wait. */
  get size(): number {
    return this.#size;
  }

  /** Durable when it returns; a bill that is there already stays as it is. */
  add(bills: readonly Bill[]): void {
    this.#insert('spooled_bills', bills);
    this.#size = this.#count('spooled_bills');
  }

  /** The next bills to pay; they stay until removed. */
  next(limit: number): readonly Bill[] {
    if (this.#size === 0) return [];
    return this.#read('SELECT bill FROM spooled_bills ORDER BY id LIMIT ?', limit);
  }

  remove(ids: readonly string[]): void {
    const statement = this.#database.prepare('DELETE FROM spooled_bills WHERE id = ?');
    this.#database.transaction(() => {
      for (const id of ids) statement.run(id);
    });
    this.#size = this.#count('spooled_bills');
  }

  /** Keeps a bill that nothing pays, for a person to take up with the exchange. */
  dispute(bills: readonly Bill[]): void {
    this.#insert('disputed_bills', bills);
  }

  disputed(): readonly Bill[] {
    return this.#read('SELECT bill FROM disputed_bills ORDER BY id LIMIT ?', -1);
  }

  close(): void {
    this.#database.close();
  }

  #insert(table: string, bills: readonly Bill[]): void {
    const statement = this.#database.prepare(`INSERT OR IGNORE INTO ${table} VALUES (?, ?)`);
    this.#database.transaction(() => {
      for (const bill of bills) statement.run(bill.id, JSON.stringify(bill));
    });
  }

  #count(table: string): number {
    return Number(this.#database.prepare(`SELECT count(*) AS count FROM ${table}`).get()!.count);
  }

  #read(sql: string, limit: number): readonly Bill[] {
    return this.#database
      .prepare(sql)
      .all(limit)
      .map(({ bill }) => JSON.parse(bill as string) as Bill);
  }
}
