import type { EpochMs, Money, SqlDatabase, SqlRow } from '../kernel/index.ts';
import type { BillingOutcome } from '../outcomes/index.ts';

/** Bills that are remembered after both sides of them were seen: so many payments ago a second one is still noticed at once. */
const REMEMBERED_BILLS = 200_000;
/** They are forgotten so many at a time. */
const FORGET_EVERY = 10_000;

/** A bill of which one side has not been seen. */
export interface OneSided {
  readonly bill: string;
  /** Amounts as text, `2450 USD`: they are compared, never added. */
  readonly billed: string | null;
  readonly paid: string | null;
}

/** What came of telling the book something. `before` is what it had. */
export type Told =
  | { readonly kind: 'first' | 'same' }
  /** Both sides are there now, and agree. */
  | { readonly kind: 'matched' }
  | { readonly kind: 'differs'; readonly before: string }
  | { readonly kind: 'twice'; readonly before: string };

/** The id under which the ledger pays an impression; a convention of bidder and ledger that the auditor only reads. */
export function billOf({ exchange, parent, id }: BillingOutcome): string {
  return `bill:${exchange}:${parent ?? id}`;
}

/** An amount as it is compared. */
export function amountText({ amountMicros, currency }: Money): string {
  return `${amountMicros} ${currency}`;
}

/** What was billed and what was paid, bill by bill, in the auditor's own database. */
export class BillBook {
  readonly #database: SqlDatabase;
  #added = 0;

  constructor(database: SqlDatabase) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS audit_bills (
        number INTEGER PRIMARY KEY, bill TEXT NOT NULL UNIQUE, billed TEXT, paid TEXT,
        entry INTEGER, at INTEGER NOT NULL, told INTEGER NOT NULL DEFAULT 0);
      CREATE INDEX IF NOT EXISTS audit_one_sided ON audit_bills (at)
        WHERE told = 0 AND (billed IS NULL OR paid IS NULL);
    `);
  }

  /** An impression that the exchange billed. */
  billed(bill: string, amount: string, at: EpochMs): Told {
    const row = this.#row(bill);
    if (row === undefined) return this.#add(bill, 'billed', amount, null, at);
    if (row.billed !== null) return this.#repeat(String(row.billed), amount);
    this.#database.prepare('UPDATE audit_bills SET billed = ? WHERE bill = ?').run(amount, bill);
    return matched(String(row.paid), amount);
  }

  /** A payment, by an entry of the ledger; `null` for one that the ledger was asked for. */
  paid(bill: string, amount: string, entry: number | null, at: EpochMs): Told {
    const row = this.#row(bill);
    if (row === undefined) return this.#add(bill, 'paid', amount, entry, at);
    if (row.paid !== null && row.entry !== null) return { kind: 'twice', before: String(row.paid) };
    this.#database
      .prepare('UPDATE audit_bills SET paid = ?, entry = ? WHERE bill = ?')
      .run(amount, entry, bill);
    if (row.paid !== null) return this.#repeat(String(row.paid), amount);
    return row.billed === null ? { kind: 'first' } : matched(String(row.billed), amount);
  }

  /** Some that lack a side, were made at `at` or before, and nobody was told of. */
  oneSided(at: number, limit: number): readonly OneSided[] {
    return this.#database
      .prepare(
        'SELECT bill, billed, paid FROM audit_bills WHERE told = 0 AND (billed IS NULL OR paid IS NULL) AND at <= ? ORDER BY at LIMIT ?',
      )
      .all(at, limit) as unknown as readonly OneSided[];
  }

  /** How many lack a side that may be under way: of the others somebody was told. */
  get waiting(): number {
    const sql = 'SELECT count(*) AS n FROM audit_bills WHERE told = 0 AND (billed IS NULL OR paid IS NULL)';
    return Number(this.#database.prepare(sql).get()?.n);
  }

  /** Somebody was told of it: it is not asked about again. */
  tell(bill: string): void {
    this.#database.prepare('UPDATE audit_bills SET told = 1 WHERE bill = ?').run(bill);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#database.exec('DELETE FROM audit_bills');
  }

  #row(bill: string): SqlRow | undefined {
    return this.#database.prepare('SELECT * FROM audit_bills WHERE bill = ?').get(bill);
  }

  #add(bill: string, side: 'billed' | 'paid', amount: string, entry: number | null, at: EpochMs): Told {
    this.#database
      .prepare(`INSERT INTO audit_bills (bill, ${side}, entry, at) VALUES (?, ?, ?, ?)`)
      .run(bill, amount, entry, at);
    this.#added += 1;
    if (this.#added % FORGET_EVERY === 0)
      this.#database
        .prepare('DELETE FROM audit_bills WHERE number <= (SELECT max(number) FROM audit_bills) - ?')
        .run(REMEMBERED_BILLS);
    return { kind: 'first' };
  }

  #repeat(before: string, amount: string): Told {
    return before === amount ? { kind: 'same' } : { kind: 'differs', before };
  }
}

function matched(before: string, amount: string): Told {
  return before === amount ? { kind: 'matched' } : { kind: 'differs', before };
}
