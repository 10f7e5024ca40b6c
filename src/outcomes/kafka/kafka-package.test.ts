import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GavotteError } from '../../kernel/index.ts';
import { importKafka } from './kafka-package.ts';

test('without the package "@platformatic/kafka" the error says what to install', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package '@platformatic/kafka'"));
  await assert.rejects(importKafka(missing), (error: GavotteError) => {
    assert.equal(error.code, 'GV_PACKAGE_MISSING');
    assert.match(error.fix, /npm install @platformatic\/kafka/);
    return true;
  });
});
