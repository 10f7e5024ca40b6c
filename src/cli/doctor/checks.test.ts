import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createRealWorld } from '../../kernel/index.ts';
import { nodeCheck, runChecks, sqliteCheck, writeCheck } from './checks.ts';
import { postgresCheck } from './postgres.ts';

const { storage } = createRealWorld({ seed: 1 });
const folder = mkdtempSync(join(tmpdir(), 'gavotte-checks-'));
after(() => rmSync(folder, { recursive: true }));

test('a machine that is right passes, and nothing is left behind', async () => {
  const checks = [
    nodeCheck('24.21.0'),
    nodeCheck('26.0.0'),
    sqliteCheck(storage),
    writeCheck(storage, folder),
  ];
  const results = await runChecks(checks);
  assert.deepEqual(
    results.map(({ ok, fix }) => [ok, fix]),
    checks.map(() => [true, '']),
  );
  assert.deepEqual(readdirSync(folder), []);
});

test('each thing that is wrong is named with its fix, and the others are still checked', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const results = await runChecks([
    nodeCheck('20.20.2'),
    writeCheck(storage, file),
    postgresCheck('postgres://user:secret@127.0.0.1:1/none'),
    nodeCheck('24.0.0'),
  ]);
  assert.deepEqual(
    results.map(({ ok }) => ok),
    [false, false, false, true],
  );
  for (const result of results.slice(0, 3)) assert.notEqual(result.fix, '');
  assert.equal(JSON.stringify(results).includes('secret'), false);
});
