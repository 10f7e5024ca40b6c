import { canonicalJson, GavotteError } from '../kernel/index.ts';
import { entryHash } from './ledger.ts';
import { applyCommand } from './machine.ts';
import { pathOf, Rows } from './rows.ts';
import { EMPTY_HEAD, type Head, type Snapshot, type StoredEntry } from './store.ts';
import type { AuditReport, Command, Posting } from './types.ts';

/** More than this many sentences help nobody. */
const MAX_VIOLATIONS = 100;

/**
 * Replays the whole log from nothing and holds the result against what is stored: hashes (an edited, dropped,
 * reordered or truncated entry), legs that do not sum to zero, a cap exceeded at any instant, a balance,
 * reservation or lease that the log does not explain.
 */
export function auditSnapshot(snapshot: Snapshot): AuditReport {
  const violations: string[] = [];
  const report = (sentence: string) => {
    if (violations.length < MAX_VIOLATIONS) violations.push(sentence);
  };
  const rows = new Rows();
  let head: Head = EMPTY_HEAD;
  for (const entry of snapshot.entries) {
    checkLink(entry, head, report);
    replay(entry, rows, report);
    head = { seq: entry.seq, hash: entry.hash };
  }
  if (head.seq !== snapshot.head.seq || head.hash !== snapshot.head.hash) {
    report(
      `the log ends at entry ${head.seq}, the head says ${snapshot.head.seq}: entries were cut off or added`,
    );
  }
  compareRows('account', snapshot.accounts, rows.accounts, (row) => row.id, report);
  compareRows('reservation', snapshot.reservations, rows.reservations, (row) => row.id, report);
  compareRows('lease', snapshot.leases, rows.leases, (row) => `${row.account}|${row.holder}`, report);
  return {
    entries: snapshot.entries.length,
    accounts: snapshot.accounts.length,
    reservations: snapshot.reservations.length,
    headHash: snapshot.head.hash,
    violations,
  };
}

function checkLink(entry: StoredEntry, head: Head, report: (sentence: string) => void): void {
  if (entry.seq !== head.seq + 1)
    report(`entry ${entry.seq} follows entry ${head.seq}: one is missing or out of order`);
  if (entry.previousHash !== head.hash) report(`entry ${entry.seq} does not link to the entry before it`);
  if (entryHash(entry) !== entry.hash) report(`entry ${entry.seq} was changed after it was written`);
}

function replay(entry: StoredEntry, rows: Rows, report: (sentence: string) => void): void {
  let command: Command;
  let postings: readonly Posting[];
  try {
    command = JSON.parse(entry.command) as Command;
    const step = rows.atomically(() => applyCommand(rows, command, entry.at));
    postings = JSON.parse(entry.postings) as Posting[];
    if (canonicalJson(step.postings) !== canonicalJson(postings))
      report(`the legs of entry ${entry.seq} are not what its command moves`);
  } catch (error) {
    report(`entry ${entry.seq} cannot be replayed: ${GavotteError.from(error).message}`);
    return;
  }
  const sums = new Map<string, number>();
  for (const { currency, amount } of postings) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  for (const [currency, sum] of sums)
    if (sum !== 0) report(`the legs of entry ${entry.seq} sum to ${sum} micros ${currency}, not 0`);
  const touched = new Set(postings.flatMap((posting) => pathOf(posting.account)));
  for (const id of touched) {
    const account = rows.accounts.get(id);
    if (account !== undefined && account.reserved + account.leased + account.settled > account.cap) {
      report(`after entry ${entry.seq}, ${id} uses more than its cap`);
    }
  }
}

function compareRows<T>(
  kind: string,
  stored: readonly T[],
  recomputed: ReadonlyMap<string, T>,
  keyOf: (row: T) => string,
  report: (sentence: string) => void,
): void {
  const seen = new Set<string>();
  for (const row of stored) {
    const key = keyOf(row);
    seen.add(key);
    if (canonicalJson(row) !== canonicalJson(recomputed.get(key)))
      report(
        `${kind} ${key} is stored as ${canonicalJson(row)}, the log gives ${canonicalJson(recomputed.get(key) ?? null)}`,
      );
  }
  for (const key of recomputed.keys())
    if (!seen.has(key)) report(`${kind} ${key} is in the log but not stored`);
}
