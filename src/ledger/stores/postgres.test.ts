import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgresStore } from './postgres.ts';
import { importPostgres } from './postgres-package.ts';

test('without the optional package the error says what to install', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package 'postgres'"));
  await assert.rejects(importPostgres(missing), {
    code: 'GV_PACKAGE_MISSING',
    fix: 'Run: npm install postgres',
  });
});

test('security/S3 a URL that is none of PostgreSQL is refused without being repeated', async () => {
  for (const url of ['', 'secret', 'https://u:secret@host/db', 'postgres://u:secret@host:port/db']) {
    await assert.rejects(postgresStore({ url }), (error: Error) => {
      assert.equal((error as Error & { code: string }).code, 'GV_BAD_INPUT');
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }
});
