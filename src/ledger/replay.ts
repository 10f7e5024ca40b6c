import { GavotteError } from '../kernel/index.ts';
import { applyCommand } from './machine.ts';
import { readPostings, writePostings } from './postings.ts';
import { pathOf, Rows } from './rows.ts';
import { EMPTY_HEAD, entryHash, type Head, type StoredEntry } from './store.ts';
import type { AccountId, Bucket, Command, Posting } from './types.ts';

/** The balances of one account as the legs in the log add up. */
export interface Sums {
  reserved: number;
  leased: number;
  settled: number;
}

/**
 * Reads the log from its start, one entry after the other, and says what is wrong with each. It keeps two sets of
 * books: `rows`, by the rules applied to the commands, and `sums`, by plain addition of the legs, which shares
 * nothing with the rules.
 */
export class Replay {
  readonly rows = new Rows();
  readonly sums = new Map<AccountId, Sums>();
  head: Head = EMPTY_HEAD;
  readonly #report: (sentence: string) => void;

  constructor(report: (sentence: string) => void) {
    this.#report = report;
  }

  take(entry: StoredEntry): void {
    this.#checkLink(entry);
    this.head = { seq: entry.seq, hash: entry.hash };
    try {
      const postings = readPostings(entry.postings);
      const touched = this.#add(entry.seq, postings);
      this.#apply(entry);
      for (const id of touched) this.#checkCap(entry.seq, id);
    } catch (error) {
      this.#report(`entry ${entry.seq} cannot be replayed: ${GavotteError.from(error).message}`);
    }
  }

  #checkLink(entry: StoredEntry): void {
    const { seq, hash } = this.head;
    if (entry.seq !== seq + 1)
      this.#report(`entry ${entry.seq} follows entry ${seq}: one is missing or out of order`);
    if (entry.previousHash !== hash) this.#report(`entry ${entry.seq} does not link to the entry before it`);
    if (entryHash(entry) !== entry.hash) this.#report(`entry ${entry.seq} was changed after it was written`);
  }

  /** Adds up the legs, which must balance (I2); returns the accounts whose figures they change. */
  #add(seq: number, postings: readonly Posting[]): ReadonlySet<AccountId> {
    const totals = new Map<string, number>();
    const touched = new Set<AccountId>();
    for (const { account, bucket, amount, currency } of postings) {
      totals.set(currency, (totals.get(currency) ?? 0) + amount);
      for (const id of pathOf(account)) {
        touched.add(id);
        addTo(this.sums, id, bucket, amount);
      }
    }
    for (const [currency, total] of totals)
      if (total !== 0) this.#report(`the legs of entry ${seq} sum to ${total} micros ${currency}, not 0`);
    return touched;
  }

  #apply(entry: StoredEntry): void {
    const command = JSON.parse(entry.command) as Command;
    const step = this.rows.atomically(() => applyCommand(this.rows, command, entry.at));
    if (writePostings(step.postings) !== entry.postings)
      this.#report(`the legs of entry ${entry.seq} are not what its command moves`);
  }

  /** I1 after each entry. */
  #checkCap(seq: number, id: AccountId): void {
    const cap = this.rows.accounts.get(id)?.cap;
    const sums = this.sums.get(id);
    if (cap === undefined || sums === undefined) return;
    const { reserved, leased, settled } = sums;
    if (reserved + leased + settled > cap || reserved < 0 || leased < 0 || settled < 0)
      this.#report(`after entry ${seq}, ${id} has ${reserved + leased + settled} micros in use of ${cap}`);
  }
}

function addTo(sums: Map<AccountId, Sums>, id: AccountId, bucket: Bucket, amount: number): void {
  if (bucket === 'budget') return;
  let each = sums.get(id);
  if (each === undefined) {
    each = { reserved: 0, leased: 0, settled: 0 };
    sums.set(id, each);
  }
  each[bucket] += amount;
}
