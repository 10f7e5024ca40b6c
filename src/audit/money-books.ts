import { parseJson, type SqlDatabase } from '../kernel/index.ts';
import type { MoneyOutcome } from '../outcomes/index.ts';
import { addChange, type Balances } from './balances.ts';
import { ledgerOfMoney } from './ledger-identity.ts';

/** Records that came before the one they follow. Logs with several partitions mix a few; what is beyond is missed. */
const MAX_HELD = 10_000;

/** What an account paid, by how: as a whole at its settlement, or bill by bill. */
interface PaidBy {
  whole: number;
  bills: number;
}

/** Where a record of money belongs: `next` is applied, `copy` was before, `early` waits for the one before it, `other` contradicts, `foreign` is of another ledger. */
export type Place = 'next' | 'copy' | 'early' | 'other' | 'foreign';

/**
 * Books of the auditor's own: each record of money once, in the order of the ledger's journal, added up by account. In
 * memory, and in its database as of the last transaction.
 */
export class MoneyBooks {
  /** The last entry that is in the books. */
  entry = 0;
  /** The `ledgerIdentity` of the ledger that they are of; null while it is not known. */
  ledger: string | null = null;
  /** Inclusive of what lies below, by account. */
  readonly balances = new Map<string, Balances>();
  readonly #database: SqlDatabase;
  readonly #paidBy = new Map<string, PaidBy>();

  constructor(database: SqlDatabase) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS audit_accounts (
        account TEXT PRIMARY KEY, reserved INTEGER NOT NULL, leased INTEGER NOT NULL, settled INTEGER NOT NULL,
        paid_whole INTEGER NOT NULL, paid_bills INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS audit_held (entry INTEGER PRIMARY KEY, record TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), entry INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS audit_ledger (one INTEGER PRIMARY KEY CHECK (one = 1), identity TEXT NOT NULL);
    `);
    this.load();
  }

  /** Goes back to what the database says. */
  load(): void {
    this.balances.clear();
    this.#paidBy.clear();
    this.entry = Number(this.#database.prepare('SELECT entry FROM audit_head').get()?.entry ?? 0);
    const identity = this.#database.prepare('SELECT identity FROM audit_ledger').get()?.identity;
    this.ledger = identity === undefined ? null : String(identity);
    for (const row of this.#database.prepare('SELECT * FROM audit_accounts').all()) {
      const account = String(row.account);
      const [reserved, leased, settled] = [Number(row.reserved), Number(row.leased), Number(row.settled)];
      this.balances.set(account, { reserved, leased, settled });
      this.#paidBy.set(account, { whole: Number(row.paid_whole), bills: Number(row.paid_bills) });
    }
  }

  /** They are of that ledger from now on; what there is stays. */
  setLedger(identity: string): void {
    this.ledger = identity;
    this.#database.prepare('INSERT OR REPLACE INTO audit_ledger VALUES (1, ?)').run(identity);
  }

  /** Forgets everything. */
  clear(): void {
    this.#database.exec('DELETE FROM audit_accounts; DELETE FROM audit_held; DELETE FROM audit_head');
    this.load();
  }

  place({ id, entry, after }: MoneyOutcome): Place {
    // Ids that name no ledger are of the time when there was but one.
    if ((ledgerOfMoney(id) ?? this.ledger) !== this.ledger) return 'foreign';
    if (entry <= this.entry) return 'copy';
    if (after === this.entry) return 'next';
    return after > this.entry ? 'early' : 'other';
  }

  /** Adds the record that comes next. Call it in a transaction. */
  apply({ entry, move, changes }: MoneyOutcome): void {
    const touched = new Set<string>();
    for (const change of changes) {
      const paidBy = this.paidBy(change.account);
      if (move === 'settle') paidBy.whole += change.settled;
      else paidBy.bills += change.settled;
      this.#paidBy.set(change.account, paidBy);
      for (const account of addChange(this.balances, change)) touched.add(account);
    }
    const write = this.#database.prepare('INSERT OR REPLACE INTO audit_accounts VALUES (?, ?, ?, ?, ?, ?)');
    for (const account of touched) {
      const { reserved, leased, settled } = this.balances.get(account)!;
      const { whole, bills } = this.paidBy(account);
      write.run(account, reserved, leased, settled, whole, bills);
    }
    this.entry = entry;
    this.#database.prepare('INSERT OR REPLACE INTO audit_head VALUES (1, ?)').run(entry);
  }

  /** What that very account paid, nothing below it. */
  paidBy(account: string): PaidBy {
    return this.#paidBy.get(account) ?? { whole: 0, bills: 0 };
  }

  /** Keeps a record that came too early. */
  hold(record: MoneyOutcome): void {
    if (Number(this.#database.prepare('SELECT count(*) AS n FROM audit_held').get()?.n) >= MAX_HELD) return;
    this.#database
      .prepare('INSERT OR IGNORE INTO audit_held VALUES (?, ?)')
      .run(record.entry, JSON.stringify(record));
  }

  /** The earliest of those, taken out, if its turn has come. */
  nextHeld(): MoneyOutcome | undefined {
    const row = this.#database.prepare('SELECT * FROM audit_held ORDER BY entry LIMIT 1').get();
    if (row === undefined) return undefined;
    const record = parseJson(String(row.record), 'a held record') as MoneyOutcome;
    if (this.place(record) === 'early') return undefined;
    this.#database.prepare('DELETE FROM audit_held WHERE entry = ?').run(record.entry);
    return record;
  }
}
