import type { SqlDatabase } from '../../kernel/index.ts';
import type { Bill } from './bills.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS spooled_bills (id TEXT PRIMARY KEY, bill TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS disputed_bills (id TEXT PRIMARY KEY, bill TEXT NOT NULL) WITHOUT ROWID;
`;

/** Bills on our own disk: those the ledger has not taken yet, and those it will not. Takes the database over. */
export class BillSpool {
  readonly #database: SqlDatabase;
  readonly #spooled: BillTable;
  readonly #disputed: BillTable;

  constructor(database: SqlDatabase) {
    this.#database = database;
    database.exec(SCHEMA);
    this.#spooled = new BillTable(database, 'spooled_bills');
    this.#disputed = new BillTable(database, 'disputed_bills');
  }

  /** How many bills wait. */
  get size(): number {
    return this.#spooled.size;
  }

  /** How many bills nothing has paid. */
  get disputes(): number {
    return this.#disputed.size;
  }

  /** Durable when it returns; a bill that is there already stays as it is. */
  add(bills: readonly Bill[]): void {
    this.#spooled.add(bills);
  }

  /** The next bills to pay; they stay until removed. */
  next(limit: number): readonly Bill[] {
    return this.#spooled.after('', limit);
  }

  /** Returns those of `bills` that were there. */
  remove(bills: readonly Bill[]): readonly Bill[] {
    return this.#spooled.remove(bills);
  }

  /** Keeps bills that nothing pays, for a person to take up with the exchange. */
  dispute(bills: readonly Bill[]): void {
    this.#disputed.add(bills);
  }

  /** Bills that nothing has paid, those with an id after `id` first to last. */
  disputed(id = '', limit = -1): readonly Bill[] {
    return this.#disputed.after(id, limit);
  }

  /** They are paid after all. */
  resolve(bills: readonly Bill[]): void {
    this.#disputed.remove(bills);
  }

  close(): void {
    this.#database.close();
  }
}

/** One table of bills by id, and how many there are. */
class BillTable {
  readonly #database: SqlDatabase;
  readonly #name: string;
  #size: number;

  constructor(database: SqlDatabase, name: string) {
    this.#database = database;
    this.#name = name;
    this.#size = Number(database.prepare(`SELECT count(*) AS count FROM ${name}`).get()!.count);
  }

  get size(): number {
    return this.#size;
  }

  add(bills: readonly Bill[]): void {
    const insert = `INSERT INTO ${this.#name} VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id`;
    const added = this.#each(insert, bills, (bill) => [bill.id, JSON.stringify(bill)]);
    this.#size += added.length;
  }

  remove(bills: readonly Bill[]): readonly Bill[] {
    if (this.#size === 0) return [];
    const removed = this.#each(`DELETE FROM ${this.#name} WHERE id = ? RETURNING id`, bills, ({ id }) => [
      id,
    ]);
    this.#size -= removed.length;
    return removed;
  }

  after(id: string, limit: number): readonly Bill[] {
    if (this.#size === 0) return [];
    return this.#database
      .prepare(`SELECT bill FROM ${this.#name} WHERE id > ? ORDER BY id LIMIT ?`)
      .all(id, limit)
      .map(({ bill }) => JSON.parse(bill as string) as Bill);
  }

  /** Runs a statement for each bill in one transaction; returns those for which it did something. */
  #each(sql: string, bills: readonly Bill[], values: (bill: Bill) => readonly string[]): readonly Bill[] {
    const statement = this.#database.prepare(sql);
    return this.#database.transaction(() =>
      bills.filter((bill) => statement.get(...values(bill)) !== undefined),
    );
  }
}
