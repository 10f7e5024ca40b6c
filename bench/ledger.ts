import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createRealWorld, money, newId } from '../src/kernel/index.ts';
import { type Command, type Ledger, openLedger, sqliteStore } from '../src/ledger/index.ts';
import { type Spread, spread } from './stats.ts';

/** The compiler has settled after these; each run begins with an empty file. */
const WARM_UP_RUNS = 2;
const RUNS = 9;
const PAIRS = 100_000;
const PAIRS_PER_COMMIT = 5_000;
const SINGLE_COMMITS = 2_000;
const ACCOUNT = 'acme/spring/ctv/line-1';
const CAUSE = 'plan:bench';

export interface LedgerFigures {
  readonly counted: string;
  readonly transfersPerSecond: Spread;
  readonly targetTransfersPerSecond: number;
  readonly transfersPerCommit: number;
  /** One command a commit, each waited for: wall µs, most of it the disk's. */
  readonly singleCommitMicros: Spread;
  readonly violations: number;
}

/**
 * Reserve and settle on the default store: a real file, WAL, every commit synced to disk, hash chain on, an
 * account four levels deep. The file lies in the checkout, as the system's temporary folder may be memory.
 */
export async function ledgerBench(): Promise<LedgerFigures> {
  const batched: number[] = [];
  const single: number[] = [];
  let violations = 0;
  for (let run = 0; run < WARM_UP_RUNS + RUNS; run += 1) {
    await withLedger(async (ledger) => {
      const perSecond = await batchedRun(ledger);
      const micros = await singleRun(ledger);
      if (run >= WARM_UP_RUNS) {
        batched.push(Math.round(perSecond));
        single.push(micros);
      }
      if (run === WARM_UP_RUNS) violations = (await ledger.audit()).violations.length;
    });
  }
  if (violations > 0) throw new Error(`the books of the bench do not add up: ${violations} violations`);
  return {
    counted:
      'one transfer = one reserve or one settle command, each with its own log entry; a reservation is settled in the commit after its own',
    transfersPerSecond: spread(batched),
    targetTransfersPerSecond: 100_000,
    transfersPerCommit: 2 * PAIRS_PER_COMMIT,
    singleCommitMicros: spread(single),
    violations,
  };
}

async function withLedger(work: (ledger: Ledger) => Promise<void>): Promise<void> {
  const parent = join(import.meta.dirname, '..', 'node_modules', '.cache', 'gavotte');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-'));
  const { storage, clock } = createRealWorld();
  const ledger = await openLedger({
    store: sqliteStore(storage.openDatabase(join(folder, 'ledger.db'))),
    clock,
  });
  try {
    const cap = money(9_000_000_000_000_000, 'USD');
    for (const account of ['acme', 'acme/spring', 'acme/spring/ctv', ACCOUNT])
      await ledger.open({ account, cap, cause: CAUSE });
    await work(ledger);
  } finally {
    await ledger.close();
    rmSync(folder, { recursive: true });
  }
}

/** Transfers per second: every commit reserves 5,000 and settles the 5,000 reserved by the one before. */
async function batchedRun(ledger: Ledger): Promise<number> {
  const world = createRealWorld({ seed: 'bench-ledger' });
  const commits: Command[][] = [];
  let earlier: string[] = [];
  for (let done = 0; done <= PAIRS; done += PAIRS_PER_COMMIT) {
    const ids = done < PAIRS ? Array.from({ length: PAIRS_PER_COMMIT }, () => newId(world)) : [];
    commits.push([...earlier.map(settleCommand), ...ids.map(reserveCommand)]);
    earlier = ids;
  }
  const startedAt = performance.now();
  for (const commands of commits) {
    const results = await ledger.batch(commands);
    if (!results.every((result) => result.ok)) throw new Error('a transfer of the bench was refused');
  }
  return (2 * PAIRS * 1000) / (performance.now() - startedAt);
}

/** Wall µs of one commit with one command in it. */
async function singleRun(ledger: Ledger): Promise<number> {
  const world = createRealWorld({ seed: 'bench-single' });
  const startedAt = performance.now();
  for (let done = 0; done < SINGLE_COMMITS; done += 2) {
    const id = newId(world);
    await ledger.batch([reserveCommand(id)]);
    await ledger.batch([settleCommand(id)]);
  }
  return ((performance.now() - startedAt) * 1000) / SINGLE_COMMITS;
}

function reserveCommand(id: string): Command {
  return { kind: 'reserve', id, account: ACCOUNT, amount: money(25_000, 'USD'), memo: '', cause: CAUSE };
}

function settleCommand(id: string): Command {
  return { kind: 'settle', id, amount: money(21_000, 'USD'), cause: CAUSE };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${JSON.stringify(await ledgerBench(), null, 2)}\n`);
