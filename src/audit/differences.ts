import type { EpochMs, SqlDatabase } from '../kernel/index.ts';

/** What can be wrong between ledger and outcome log. */
export const DIFFERENCE_KINDS = [
  /** The ledger's balance of an account is not what the log's records of money add up to. */
  'balance',
  /** An account has more in use than its cap, or less than nothing. */
  'over-cap',
  /** An impression was billed, and the ledger has no payment for it. */
  'unpaid-billing',
  /** The ledger paid a bill, and the log has no billing for it. */
  'unbilled-payment',
  /** A payment is not what was billed. */
  'other-amount',
  /** A bill was paid more than once. */
  'paid-twice',
  /** An account paid for a booking as a whole, and for its impressions too. */
  'booked-and-billed',
  /** Old records of money came again. They change nothing, but somebody has written them. */
  'replayed',
  /** The ledger moved money, and the log does not have it. */
  'missing',
] as const;

/** One of `DIFFERENCE_KINDS`. */
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** Something that is wrong, until it is put right. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The account, the bill or the entry that it is about. */
  readonly about: string;
  /** One sentence with the figures. */
  readonly detail: string;
  readonly since: EpochMs;
}

/** More than this many at once help nobody; what is beyond is counted. */
const MAX_KEPT = 1_000;

/** What is wrong now, kept over restarts. Each is told of once, when it is found. */
export class Differences {
  /** How many were ever found. */
  found = 0;
  readonly #database: SqlDatabase;
  readonly #tell: (difference: Difference) => void;
  readonly #open = new Map<string, Difference>();

  constructor(database: SqlDatabase, tell: (difference: Difference) => void) {
    this.#database = database;
    this.#tell = tell;
    database.exec(
      'CREATE TABLE IF NOT EXISTS audit_differences (kind TEXT, about TEXT, detail TEXT, since INTEGER, PRIMARY KEY (kind, about)) WITHOUT ROWID',
    );
    this.load();
  }

  /** Goes back to what the database says. */
  load(): void {
    this.#open.clear();
    const rows = this.#database.prepare('SELECT * FROM audit_differences ORDER BY since').all();
    for (const row of rows) this.#open.set(`${row.kind}|${row.about}`, { ...row } as unknown as Difference);
    this.found = Math.max(this.found, this.#open.size);
  }

  /** Oldest first. */
  list(): readonly Difference[] {
    return [...this.#open.values()];
  }

  /** Forgets all of them. */
  clear(): void {
    this.#database.exec('DELETE FROM audit_differences');
    this.#open.clear();
    this.found = 0;
  }

  add(difference: Difference): void {
    const { kind, about, detail, since } = difference;
    const key = `${kind}|${about}`;
    if (this.#open.has(key)) return;
    this.found += 1;
    if (this.#open.size >= MAX_KEPT) return;
    const write = this.#database.prepare('INSERT OR REPLACE INTO audit_differences VALUES (?, ?, ?, ?)');
    write.run(kind, about, detail, since);
    this.#open.set(key, difference);
    this.#tell(difference);
  }

  /** It is put right. */
  close(kind: DifferenceKind, about: string): void {
    if (!this.#open.delete(`${kind}|${about}`)) return;
    this.#database.prepare('DELETE FROM audit_differences WHERE kind = ? AND about = ?').run(kind, about);
  }

  /** Of a kind that each check finds anew: these there are, and no others. */
  replace(kind: DifferenceKind, found: readonly Difference[]): void {
    const about = new Set(found.map((each) => each.about));
    for (const each of this.list())
      if (each.kind === kind && !about.has(each.about)) this.close(kind, each.about);
    for (const each of found) this.add(each);
  }
}
