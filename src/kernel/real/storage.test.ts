import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { realStorage } from './storage.ts';

const folder = mkdtempSync(join(tmpdir(), 'gavotte-storage-'));
after(() => rmSync(folder, { recursive: true }));

test('text is read as it was written, in folders made on the way', async () => {
  const path = join(folder, 'a/b/plan.json');
  await realStorage.writeText(path, 'grüße\n');
  assert.equal(await realStorage.readText(path), 'grüße\n');
  await realStorage.writeText(path, '2');
  assert.equal(await realStorage.readText(path), '2');
});

test('bytes are written as they are', async () => {
  const path = join(folder, 'b/curve.bin');
  await realStorage.writeBytes(path, Uint8Array.of(0, 255, 128));
  assert.deepEqual([...(await realStorage.readBytes(path))], [0, 255, 128]);
  await assert.rejects(realStorage.readBytes(join(folder, 'none')), {
    code: 'GV_BAD_INPUT',
    message: /none/,
  });
});

test('many writers of one file leave one whole text and nothing beside it', async () => {
  const path = join(folder, 'many/file');
  const texts = Array.from({ length: 20 }, (_unused, index) => String(index).repeat(10_000));
  await Promise.all(texts.map((text) => realStorage.writeText(path, text)));
  assert.ok(texts.includes(await realStorage.readText(path)));
  assert.deepEqual(readdirSync(join(folder, 'many')), ['file']);
});

test('a path that cannot be used is named, and leaves nothing behind', async () => {
  const file = join(folder, 'plain');
  writeFileSync(file, '');
  const inside = join(file, 'x');
  await assert.rejects(realStorage.readText(join(folder, 'none')), { code: 'GV_BAD_INPUT', message: /none/ });
  await assert.rejects(realStorage.readText(folder), { code: 'GV_BAD_INPUT' });
  await assert.rejects(realStorage.writeText(inside, 'x'), { code: 'GV_BAD_INPUT', message: /plain/ });
  await assert.rejects(realStorage.writeText(join(folder, 'a'), 'x'), { code: 'GV_BAD_INPUT' });
  assert.throws(() => realStorage.openDatabase(inside), { code: 'GV_BAD_INPUT', message: /plain/ });
  assert.throws(() => realStorage.openDatabase(folder), { code: 'GV_BAD_INPUT' });
  assert.equal(
    readdirSync(folder).some((name) => name.endsWith('.tmp')),
    false,
  );
});

test('a database on disk outlives its connection; one in memory is nobody else’s', () => {
  const path = join(folder, 'deep/ledger.db');
  const database = realStorage.openDatabase(path);
  database.exec('CREATE TABLE t (x INTEGER); INSERT INTO t VALUES (5)');
  database.close();
  const again = realStorage.openDatabase(path);
  assert.equal(again.prepare('SELECT x FROM t').get()?.x, 5);
  again.close();
  const [one, two] = [realStorage.openDatabase(':memory:'), realStorage.openDatabase(':memory:')];
  one.exec('CREATE TABLE t (x INTEGER)');
  assert.throws(() => two.prepare('SELECT x FROM t'), /no such table/);
  one.close();
  two.close();
});

test('a growing file is appended to, read anywhere and listed', async () => {
  const path = join(folder, 'log/0.log');
  const file = await realStorage.openFile(path, 'append');
  await file.append(Buffer.from('abc'));
  await file.append(Buffer.from('def'));
  await file.sync();
  const reader = await realStorage.openFile(path, 'read');
  assert.equal(String(await reader.read(2, 3)), 'cde');
  assert.equal(String(await reader.read(4, 100)), 'ef');
  assert.equal(await reader.size(), 6);
  await Promise.all([file.close(), reader.close()]);
  assert.deepEqual(await realStorage.list(join(folder, 'log')), ['0.log']);
  await realStorage.remove(path);
  await realStorage.remove(path);
  assert.deepEqual(await realStorage.list(join(folder, 'log')), []);
  assert.deepEqual(await realStorage.list(join(folder, 'no such folder')), []);
  await assert.rejects(realStorage.openFile(path, 'read'), { code: 'GV_BAD_INPUT', message: /0\.log/ });
});

test('a lock has one holder until it is given back', () => {
  const path = join(folder, 'locks/lock');
  const release = realStorage.lock(path);
  assert.throws(() => realStorage.lock(path), { code: 'GV_BAD_INPUT', message: /locks/ });
  release();
  realStorage.lock(path)();
});
