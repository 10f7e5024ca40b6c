import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GavotteError, type Storage } from '../../kernel/index.ts';

/** One thing that must be right for Gavotte to run. */
export interface Check {
  readonly name: string;
  /** What was found. @throws with a fix when it is not right. */
  readonly run: () => Promise<string>;
}

/** The outcome of a check; `fix` is empty when it passed. */
export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly fix: string;
}

/** The Node that runs this. */
export function nodeCheck(version: string): Check {
  return {
    name: 'Node',
    run: () => {
      if (Number(version.split('.')[0]) >= 24) return Promise.resolve(`${version} (24 or newer)`);
      throw new GavotteError('GV_NODE_VERSION', `${version} is older than 24`, {
        fix: 'Install Node 24 or newer.',
      });
    },
  };
}

/** That SQLite opens a database on disk, in WAL mode, commits to it and reads it back. */
export function sqliteCheck(storage: Storage): Check {
  return {
    name: 'SQLite',
    run: () => {
      const folder = join(tmpdir(), `gavotte-doctor-${randomUUID()}`);
      mkdirSync(folder);
      try {
        const database = storage.openDatabase(join(folder, 'check.db'));
        database.exec('CREATE TABLE t (x INTEGER)');
        database.transaction(() => database.prepare('INSERT INTO t VALUES (?)').run(7));
        const row = database.prepare('SELECT x, sqlite_version() AS version FROM t').get();
        database.close();
        if (row?.x !== 7) throw new Error('what was written was not read back');
        return Promise.resolve(`${row.version}, commits to disk`);
      } catch (cause) {
        throw new GavotteError('GV_LEDGER_UNAVAILABLE', (cause as Error).message, {
          fix: `Make ${tmpdir()} a writable local disk, or set TMPDIR to one.`,
          cause,
        });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** That the folder of the ledger and of plans can be written. */
export function writeCheck(storage: Storage, folder: string): Check {
  return {
    name: 'Data folder',
    run: async () => {
      const probe = join(folder, `doctor-${randomUUID()}.tmp`);
      try {
        await storage.writeText(probe, 'x');
        await storage.readText(probe);
        rmSync(probe);
        return `${folder} can be written`;
      } catch (cause) {
        throw new GavotteError('GV_BAD_INPUT', (cause as Error).message, {
          fix: `Make ${folder} writable, or give another with --data.`,
          cause,
        });
      }
    },
  };
}

/** Runs checks one after another; a failure is a result. */
export async function runChecks(checks: readonly Check[]): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, run } of checks) {
    try {
      results.push({ name, ok: true, found: await run(), fix: '' });
    } catch (thrown) {
      const error = GavotteError.from(thrown);
      results.push({ name, ok: false, found: error.message, fix: error.fix });
    }
  }
  return results;
}
