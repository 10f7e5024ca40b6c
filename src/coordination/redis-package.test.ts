import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GavotteError } from '../kernel/index.ts';
import { importRedis } from './redis-package.ts';

test('without the package "ioredis" the error says what to install', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package 'ioredis'"));
  await assert.rejects(importRedis(missing), (error: GavotteError) => {
    assert.equal(error.code, 'GV_PACKAGE_MISSING');
    assert.match(error.fix, /npm install ioredis/);
    return true;
  });
});
