import type { Clock, EpochMs, SqlDatabase } from '../kernel/index.ts';
import type { Account, Entry, Ledger } from '../ledger/index.ts';
import {
  type BillingOutcome,
  type MoneyOutcome,
  type OutcomeEntry,
  type OutcomeSource,
  outcomeId,
} from '../outcomes/index.ts';
import { AuditCounts } from './audit-counts.ts';
import { type Balances, disagreements, imbalanceOf } from './balances.ts';
import { amountText, BillBook, billOf, type OneSided, type Told } from './bill-book.ts';
import { type Difference, type DifferenceKind, Differences } from './differences.ts';
import { ledgerIdentity } from './ledger-identity.ts';
import { TAIL_BATCH } from './ledger-tail.ts';
import { MoneyBooks } from './money-books.ts';

/**
 * What is under way so long is under way no more: a billing is written within a second of its payment, but bills that
 * waited on a bidder's disk while the ledger was away have a minute from its return to be paid.
 */
export const UNDER_WAY_MS = 60_000;
/** Entries that the ledger may be ahead of the log while balances are compared. */
const MOST_AHEAD = 10_000;
/** Bills that one check looks up. */
const LOOK_UPS = 1_000;

/** What the auditor compares, and where it keeps its own books. */
export interface AuditorOptions {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, 'accounts' | 'entries' | 'reservation' | 'time'>;
  /** The logs in which billings are found by their id. */
  readonly sources: readonly Pick<OutcomeSource, 'find'>[];
  /** Its own; a restart goes on from it. */
  readonly database: SqlDatabase;
  /** Hears of each difference once, when it is found. */
  readonly onDifference?: (difference: Difference) => void;
}

/** How far the auditor is and what it found. */
export interface AuditorStatus {
  /** The last entry of the ledger's journal that is in its books. */
  readonly entry: number;
  /** Records of money and of billings, each counted once, and copies of them. */
  readonly moneyEvents: number;
  readonly billings: number;
  readonly copies: number;
  /** Bills of which one side has been seen, and the other may be under way. */
  readonly underWay: number;
  /** Comparisons with the ledger that were made, and when the last one was; `null` before the first. */
  readonly checks: number;
  readonly checkedAt: EpochMs | null;
  /** Differences that were ever found, and those that are there now, oldest first. */
  readonly found: number;
  readonly differences: readonly Difference[];
  /** By currency, how many micros a balance of the ledger is from what its journal adds up to, at most. */
  readonly imbalance: Readonly<Record<string, number>>;
}

/**
 * Reads the outcome log, keeps books of its own, and compares them with the ledger's. It shares no code with either: its
 * sums are its own, and of the ledger it only asks what anybody may.
 */
export class Auditor {
  readonly #options: AuditorOptions;
  readonly #money: MoneyBooks;
  readonly #bills: BillBook;
  readonly #differences: Differences;
  readonly #counts: AuditCounts;
  #hasMet = false;
  #checks = 0;
  #imbalance: Record<string, number> = {};
  #checkedAt: EpochMs | null = null;
  /** By the monotonic clock: since when the ledger has answered every check, the last one, and when the books last moved. */
  #reachedAt: number | undefined;
  #checkedThen = -Infinity;
  #movedAt: number;
  #entryThen: number;

  /** Goes on where the database says. */
  constructor(options: AuditorOptions) {
    const { database, clock } = options;
    this.#options = options;
    database.exec(`
      CREATE TABLE IF NOT EXISTS audit_offsets (
        source TEXT, part INTEGER, next INTEGER NOT NULL, PRIMARY KEY (source, part)) WITHOUT ROWID;
    `);
    this.#money = new MoneyBooks(database);
    this.#bills = new BillBook(database);
    this.#differences = new Differences(database, options.onDifference ?? (() => {}));
    this.#counts = new AuditCounts(database);
    this.#movedAt = clock.monotonic();
    this.#entryThen = this.#money.entry;
  }

  get status(): AuditorStatus {
    return {
      entry: this.#money.entry,
      ...this.#counts.now,
      underWay: this.#bills.waiting,
      checks: this.#checks,
      checkedAt: this.#checkedAt,
      found: this.#differences.found,
      differences: this.#differences.list(),
      imbalance: this.#imbalance,
    };
  }

  /** How long ago it last compared, milliseconds. */
  get idleMs(): number {
    return this.#options.clock.monotonic() - this.#checkedThen;
  }

  /** Whether it was given anything of that log; of another it must be given all. */
  knows(source: string): boolean {
    const sql = 'SELECT 1 AS n FROM audit_offsets WHERE source = ?';
    return this.#options.database.prepare(sql).get(source) !== undefined;
  }

  /**
   * Asks the ledger which one it is, once, before anything is taken. Books of another ledger are begun anew; the logs go
   * on where they were, as what they held was of that one. False while the ledger has no entry.
   * @throws GV_LEDGER_UNAVAILABLE
   */
  async meet(): Promise<boolean> {
    if (this.#hasMet) return true;
    const identity = await ledgerIdentity(this.#options.ledger);
    if (identity === undefined) return false;
    this.#together(() => {
      if ((this.#money.ledger ?? identity) !== identity)
        for (const books of [this.#money, this.#bills, this.#differences, this.#counts]) books.clear();
      this.#money.setLedger(identity);
    });
    this.#hasMet = true;
    return true;
  }

  /** Takes what a consumer of the log `source` polled. Books and how far they are change together, or not at all. */
  take(source: string, entries: readonly OutcomeEntry[]): void {
    this.#together(() => {
      for (const entry of this.#newOf(source, entries)) this.#takeOne(source, entry);
      this.#counts.save();
    });
  }

  /**
   * Compares with the ledger as it is now. `last` when nothing more is read: what lacks its other side is then judged by
   * its age alone (`old`), or whatever its age, as nothing is under way any more (`all`).
   * @throws GV_LEDGER_UNAVAILABLE, GV_OUTCOMES_UNAVAILABLE; nothing is then known, and nothing said.
   */
  async check(last?: 'old' | 'all'): Promise<void> {
    const { ledger, clock } = this.#options;
    try {
      const now = await ledger.time();
      // Balances first: what the journal has after them is more, never less.
      const accounts = await ledger.accounts();
      const entries = await ledger.entries({ after: this.#money.entry, limit: MOST_AHEAD });
      this.#compareBalances(accounts, entries, now);
      const until = last === 'all' ? Number.MAX_SAFE_INTEGER : now - UNDER_WAY_MS;
      this.#findMissing(entries, until, last !== undefined);
      this.#reachedAt ??= clock.monotonic();
      if (last !== undefined || clock.monotonic() - this.#reachedAt >= UNDER_WAY_MS)
        while ((await this.#findOneSided(until)) > 0 && last !== undefined);
      this.#checks += 1;
      this.#checkedAt = now;
      this.#checkedThen = clock.monotonic();
    } catch (error) {
      this.#reachedAt = undefined;
      throw error;
    }
  }

  /** All of it is in the database afterwards, or nothing of it, there and in memory. */
  #together(work: () => void): void {
    try {
      this.#options.database.transaction(work);
    } catch (error) {
      for (const books of [this.#money, this.#differences, this.#counts]) books.load();
      throw error;
    }
  }

  /** Those that it was not given before; from now on it was given them. */
  #newOf(source: string, entries: readonly OutcomeEntry[]): readonly OutcomeEntry[] {
    const { database } = this.#options;
    const rows = database.prepare('SELECT part, next FROM audit_offsets WHERE source = ?').all(source);
    const nexts = new Map(rows.map(({ part, next }) => [Number(part), Number(next)]));
    const fresh = entries.filter(({ partition, offset }) => {
      if (offset < (nexts.get(partition) ?? 0)) return false;
      nexts.set(partition, offset + 1);
      return true;
    });
    const write = database.prepare('INSERT OR REPLACE INTO audit_offsets VALUES (?, ?, ?)');
    for (const [part, next] of nexts) write.run(source, part, next);
    return fresh;
  }

  #takeOne(source: string, { record }: OutcomeEntry): void {
    if (record.kind === 'billing') this.#takeBilling(record);
    if (record.kind !== 'money') return;
    this.#takeMoney(source, record);
    for (let held = this.#money.nextHeld(); held !== undefined; held = this.#money.nextHeld())
      this.#takeMoney(source, held);
  }

  #takeMoney(source: string, record: MoneyOutcome): void {
    const place = this.#money.place(record);
    if (place === 'foreign') return;
    if (place === 'early') this.#money.hold(record);
    else if (place === 'next') this.#apply(record);
    else {
      this.#counts.now.copies += 1;
      const { entry, after } = record;
      // A tail that was killed repeats its last batch; what is older it has committed.
      if (place === 'copy' && entry > this.#money.entry - TAIL_BATCH) return;
      const detail = `entry ${entry}, after ${after}, came when the books were at ${this.#money.entry}`;
      this.#find('replayed', source, detail);
    }
  }

  #apply(record: MoneyOutcome): void {
    this.#counts.now.moneyEvents += 1;
    this.#money.apply(record);
    for (const { account, settled } of record.changes) {
      const { whole, bills } = this.#money.paidBy(account);
      if (settled !== 0 && whole !== 0 && bills !== 0)
        this.#find(
          'booked-and-billed',
          account,
          `${account} paid ${whole} micros as a whole and ${bills} by bills`,
        );
    }
    if (record.bill !== null) {
      const amount = amountText(record.amount);
      this.#hear(record.bill, amount, this.#bills.paid(record.bill, amount, record.entry, record.at));
    }
  }

  #takeBilling(record: BillingOutcome): void {
    const bill = billOf(record);
    const amount = amountText(record.cost);
    const told = this.#bills.billed(bill, amount, record.at);
    if (told.kind === 'same') this.#counts.now.copies += 1;
    else this.#counts.now.billings += 1;
    this.#hear(bill, amount, told);
  }

  #hear(bill: string, amount: string, told: Told): void {
    if (told.kind === 'twice')
      this.#find('paid-twice', bill, `${bill} was paid ${told.before}, and then ${amount}`);
    if (told.kind === 'differs')
      this.#find('other-amount', bill, `${bill} is ${told.before} by one side and ${amount} by the other`);
    if (told.kind === 'first') return;
    this.#differences.close('unpaid-billing', bill);
    this.#differences.close('unbilled-payment', bill);
  }

  #compareBalances(accounts: readonly Account[], entries: readonly Entry[], now: EpochMs): void {
    const over = accounts.filter(
      ({ cap, reserved, leased, settled }) =>
        reserved + leased + settled > cap || Math.min(reserved, leased, settled) < 0,
    );
    this.#differences.replace(
      'over-cap',
      over.map((each) => ({
        kind: 'over-cap',
        about: each.id,
        detail: `${each.id} has ${show(each)} in use of ${each.cap}`,
        since: now,
      })),
    );
    // Too far ahead to say anything; that the log is behind is found otherwise.
    if (entries.length >= MOST_AHEAD) return;
    const found = disagreements(this.#money.balances, accounts, entries);
    this.#imbalance = imbalanceOf(found, accounts);
    this.#differences.replace(
      'balance',
      found.map(({ account, ledger, log }) => ({
        kind: 'balance',
        about: account,
        detail: `${account} has ${show(ledger)} in the ledger, ${show(log)} by its records`,
        since: now,
      })),
    );
  }

  /** What the ledger moved, and the log does not have after all this time. */
  #findMissing(entries: readonly Entry[], until: number, isLast: boolean): void {
    const monotonic = this.#options.clock.monotonic();
    if (this.#money.entry !== this.#entryThen) {
      this.#entryThen = this.#money.entry;
      this.#movedAt = monotonic;
    }
    const first = entries.find(({ postings }) => postings.length > 0);
    const isStuck = isLast || monotonic - this.#movedAt >= UNDER_WAY_MS;
    const isMissing = first !== undefined && isStuck && first.at <= until;
    const about = String(first?.seq);
    const detail = `entry ${about} of the ledger moved money, and the outcome log does not have it`;
    const since = this.#options.clock.now();
    this.#differences.replace('missing', isMissing ? [{ kind: 'missing', about, detail, since }] : []);
  }

  /** Bills that lack a side for too long. The other side is asked first, as it may be there and not read yet, or forgotten. */
  async #findOneSided(until: number): Promise<number> {
    const bills = this.#bills.oneSided(until, LOOK_UPS);
    for (const each of bills) {
      if (each.paid === null) await this.#findPayment(each);
      else await this.#findBilling(each);
    }
    return bills.length;
  }

  async #findPayment({ bill, billed }: OneSided): Promise<void> {
    const paid = await this.#options.ledger.reservation(bill);
    if (paid?.state === 'settled') {
      const amount = amountText({ ...paid.amount, amountMicros: paid.settled });
      return this.#hear(bill, amount, this.#bills.paid(bill, amount, null, paid.changedAt));
    }
    this.#bills.tell(bill);
    this.#find('unpaid-billing', bill, `${bill} was billed ${billed}, and the ledger has not paid it`);
  }

  async #findBilling({ bill, paid }: OneSided): Promise<void> {
    const bid = bill.slice(bill.indexOf(':', 'bill:'.length) + 1);
    for (const source of this.#options.sources) {
      const record = await source.find(outcomeId('billing', bid));
      if (record?.kind !== 'billing' || billOf(record) !== bill) continue;
      const amount = amountText(record.cost);
      return this.#hear(bill, amount, this.#bills.billed(bill, amount, record.at));
    }
    this.#bills.tell(bill);
    this.#find('unbilled-payment', bill, `${bill} was paid ${paid}, and the log has no billing for it`);
  }

  #find(kind: DifferenceKind, about: string, detail: string): void {
    this.#differences.add({ kind, about, detail, since: this.#options.clock.now() });
  }
}

function show({ reserved, leased, settled }: Readonly<Balances>): string {
  return `${reserved} reserved, ${leased} leased, ${settled} settled`;
}
