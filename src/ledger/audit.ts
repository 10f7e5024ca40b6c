import { canonicalJson } from '../kernel/index.ts';
import { Replay } from './replay.ts';
import { heldByLease, heldByReservation, leaseKey, pathOf } from './rows.ts';
import type { LedgerStore, Snapshot } from './store.ts';
import type { AccountId, AuditReport } from './types.ts';

/** More than this many sentences help nobody. */
const MAX_VIOLATIONS = 100;
/** Entries held in memory at once. */
const PAGE_ENTRIES = 10_000;

/**
 * Reads the whole log and holds it against what is stored: hashes (an edited, dropped, reordered, added or cut-off
 * entry), legs that do not sum to zero, a cap exceeded at any instant, and balances, reservations or leases that
 * the log does not explain. Commands committed after it began are left for the next audit.
 */
export async function auditBooks(store: LedgerStore): Promise<AuditReport> {
  const violations: string[] = [];
  const report = (sentence: string) => {
    if (violations.length < MAX_VIOLATIONS) violations.push(sentence);
  };
  const snapshot = await store.snapshot();
  const { head } = snapshot;
  const replay = new Replay(report);
  while (replay.head.seq < head.seq) {
    const page = await store.entries(replay.head.seq, Math.min(PAGE_ENTRIES, head.seq - replay.head.seq));
    if (page.length === 0) break;
    for (const entry of page) replay.take(entry);
  }
  checkEnd(snapshot, replay, report);
  compareRows('account', snapshot.accounts, replay.rows.accounts, (row) => row.id, report);
  compareRows('reservation', snapshot.reservations, replay.rows.reservations, (row) => row.id, report);
  compareRows('lease', snapshot.leases, replay.rows.leases, leaseKey, report);
  compareSums(snapshot, replay, report);
  return {
    entries: snapshot.entryCount,
    accounts: snapshot.accounts.length,
    reservations: snapshot.reservations.length,
    headHash: head.hash,
    violations,
  };
}

/** The head is stored apart from the log, so that a log cut short does not look like a short log. */
function checkEnd(snapshot: Snapshot, replay: Replay, report: (sentence: string) => void): void {
  const { head, entryCount, lastSeq } = snapshot;
  if (entryCount !== head.seq || lastSeq !== head.seq)
    report(
      `the log has ${entryCount} entries and ends at ${lastSeq}, the head says ${head.seq}: entries were cut off or added`,
    );
  if (replay.head.hash !== head.hash)
    report(`the log ends with hash ${replay.head.hash}, the head says ${head.hash}`);
}

function compareRows<T>(
  kind: string,
  stored: readonly T[],
  recomputed: { get(key: string): T | undefined; values(): Iterable<T> },
  keyOf: (row: T) => string,
  report: (sentence: string) => void,
): void {
  const seen = new Set<string>();
  for (const row of stored) {
    const key = keyOf(row);
    seen.add(key);
    const expected = canonicalJson(recomputed.get(key) ?? null);
    if (canonicalJson(row) !== expected)
      report(`${kind} ${key} is stored as ${canonicalJson(row)}, the log gives ${expected}`);
  }
  for (const row of recomputed.values())
    if (!seen.has(keyOf(row))) report(`${kind} ${keyOf(row)} is in the log but not stored`);
}

/** Balances three ways: as stored, as the legs add up, and as the stored reservations and leases add up. */
function compareSums(snapshot: Snapshot, replay: Replay, report: (sentence: string) => void): void {
  const held = heldByRows(snapshot);
  for (const { id, reserved, leased, settled } of snapshot.accounts) {
    const sums = replay.sums.get(id) ?? { reserved: 0, leased: 0, settled: 0 };
    if (sums.reserved !== reserved || sums.leased !== leased || sums.settled !== settled)
      report(
        `${id} is stored with ${reserved}/${leased}/${settled} micros reserved/leased/settled, ` +
          `the legs sum to ${sums.reserved}/${sums.leased}/${sums.settled}`,
      );
    const rows = held.get(id) ?? { reserved: 0, leased: 0 };
    if (rows.reserved !== reserved || rows.leased !== leased)
      report(
        `${id} is stored with ${reserved}/${leased} micros reserved/leased, ` +
          `its reservations and leases hold ${rows.reserved}/${rows.leased}`,
      );
  }
}

function heldByRows(snapshot: Snapshot): ReadonlyMap<AccountId, { reserved: number; leased: number }> {
  const held = new Map<AccountId, { reserved: number; leased: number }>();
  const add = (account: AccountId, reserved: number, leased: number) => {
    for (const id of pathOf(account)) {
      const sums = held.get(id) ?? { reserved: 0, leased: 0 };
      held.set(id, { reserved: sums.reserved + reserved, leased: sums.leased + leased });
    }
  };
  for (const row of snapshot.reservations) add(row.account, heldByReservation(row), 0);
  for (const row of snapshot.leases) add(row.account, 0, heldByLease(row));
  return held;
}
