import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqlite } from './sqlite.ts';

function withFile(work: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'gavotte-sqlite-'));
  try {
    work(join(folder, 'test.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('rows come back as they went in, and one that is not there is undefined', () => {
  const database = openSqlite(':memory:');
  database.exec('CREATE TABLE t (id TEXT PRIMARY KEY, amount INTEGER, note TEXT)');
  const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?)');
  insert.run('a', Number.MAX_SAFE_INTEGER, null);
  insert.run('b', -1, 'ü');
  const select = database.prepare('SELECT amount, note FROM t WHERE id = ?');
  assert.deepEqual({ ...select.get('a') }, { amount: Number.MAX_SAFE_INTEGER, note: null });
  assert.equal(select.get('c'), undefined);
  assert.deepEqual(
    database
      .prepare('SELECT id FROM t ORDER BY id')
      .all()
      .map((row) => row.id),
    ['a', 'b'],
  );
  database.close();
});

test('a transaction is there when it returns, also for another connection and after closing', () => {
  withFile((path) => {
    const writer = openSqlite(path);
    const reader = openSqlite(path);
    writer.exec('CREATE TABLE t (x INTEGER)');
    const result = writer.transaction(() => {
      writer.prepare('INSERT INTO t VALUES (?)').run(1);
      return 'done';
    });
    assert.equal(result, 'done');
    assert.equal(reader.prepare('SELECT x FROM t').get()?.x, 1);
    writer.close();
    reader.close();
    const again = openSqlite(path);
    assert.equal(again.prepare('SELECT count(*) AS n FROM t').get()?.n, 1);
    again.close();
  });
});

test('a throw leaves nothing of the transaction, and the next one works', () => {
  const database = openSqlite(':memory:');
  database.exec('CREATE TABLE t (x INTEGER)');
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  const failing = () =>
    database.transaction(() => {
      insert.run(1);
      throw new Error('half way');
    });
  assert.throws(failing, { message: 'half way' });
  database.transaction(() => insert.run(2));
  assert.deepEqual(
    database
      .prepare('SELECT x FROM t')
      .all()
      .map((row) => row.x),
    [2],
  );
  database.close();
});

test('a constraint that breaks inside a transaction undoes all of it', () => {
  const database = openSqlite(':memory:');
  database.exec('CREATE TABLE t (x INTEGER PRIMARY KEY ON CONFLICT ROLLBACK)');
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  // ON CONFLICT ROLLBACK ends the transaction by itself; rolling back once more would hide the real reason.
  assert.throws(
    () =>
      database.transaction(() => {
        insert.run(1);
        insert.run(1);
      }),
    /UNIQUE constraint failed/,
  );
  assert.equal(database.prepare('SELECT count(*) AS n FROM t').get()?.n, 0);
  database.close();
});

test('transactions do not nest', () => {
  const database = openSqlite(':memory:');
  assert.throws(() => database.transaction(() => database.transaction(() => 1)), /within a transaction/);
  database.close();
});

test('commits are durable: WAL with full synchronisation', () => {
  withFile((path) => {
    const database = openSqlite(path);
    assert.equal(database.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal');
    assert.equal(database.prepare('PRAGMA synchronous').get()?.synchronous, 2);
    assert.equal(database.prepare('PRAGMA foreign_keys').get()?.foreign_keys, 1);
    database.close();
  });
});
