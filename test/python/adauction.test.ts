import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../../scripts/lib/node24.mjs';
import { type TestPython, testPython } from '../../scripts/python.ts';

try {
  testOn(testPython('python/tests/requirements.txt'));
} catch (error) {
  const reason = `no Python: ${(error as Error).message.split('\n').slice(0, 3).join(' ')}`;
  // Without Python the suite says so; where a machine must have one, that is a failure.
  test('AdAuction in Python', { skip: process.env.CI === undefined ? reason : false }, () => {
    throw new Error(reason);
  });
}

function testOn({ command, env }: TestPython): void {
  const run = (args: readonly string[], paths: readonly string[]) => {
    const PYTHONPATH = [...paths, env.PYTHONPATH ?? ''].join(delimiter);
    const own = { PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1' };
    const ended = spawnSync(command, args, { cwd: root, env: { ...process.env, ...own }, encoding: 'utf8' });
    return { code: ended.status, text: ended.stdout + ended.stderr };
  };

  describe('AdAuction in Python', () => {
    test('passes the checks of PettingZoo and Gymnasium, and its own', () => {
      const { code, text } = run(['-m', 'unittest', 'discover', 'python/tests'], [join(root, 'python')]);
      assert.equal(code, 0, text);
      assert.match(text, /Ran \d+ tests/);
    });

    test('can be installed with pip', () => {
      const folder = mkdtempSync(join(tmpdir(), 'gavotte-python-'));
      try {
        const how = ['--no-deps', '--no-build-isolation', '--disable-pip-version-check', '-q'];
        const installed = run(['-m', 'pip', 'install', ...how, '--target', folder, './python'], []);
        assert.equal(installed.code, 0, installed.text);
        const found = run(['-c', 'import adauction; print(adauction.__file__)'], [folder]);
        assert.equal(found.text.trim(), join(folder, 'adauction', '__init__.py'));
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}
