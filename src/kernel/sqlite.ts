import { DatabaseSync } from 'node:sqlite';
import type { SqlDatabase, SqlRow } from './world.ts';

/** An SQLite database in WAL mode behind the `SqlDatabase` port. Commits are durable when they return. */
export function openSqlite(path: string): SqlDatabase {
  const database = new DatabaseSync(path);
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; ' +
      // 64 MB of cache, and of log before it is copied back: a batch of thousands of rows stays in memory.
      'PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16384',
  );
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => void statement.run(...values),
        get: (...values) => statement.get(...values) as SqlRow | undefined,
        all: (...values) => statement.all(...values) as SqlRow[],
      };
    },
    transaction: (work) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}

/**
 * Holds `path` against every other process, and this one, until the returned function is called. The system ends it with
 * the process, however that ends, so no stale lock is ever left. Throws what SQLite says when it is held.
 */
export function lockBySqlite(path: string): () => void {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw error;
  }
  return () => database.close();
}
