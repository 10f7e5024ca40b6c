import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

function gavotte(args: readonly string[], flags: readonly string[] = []) {
  return spawnSync(process.execPath, [...flags, MAIN, ...args], { encoding: 'utf8' });
}

test('a process ends with the exit code of its command, and says why on the right stream', () => {
  const help = gavotte(['--help']);
  assert.deepEqual([help.status, help.stderr], [0, '']);
  assert.match(help.stdout, /^Usage: gavotte/);
  const wrong = gavotte(['demmo', '--json']);
  assert.deepEqual([wrong.status, wrong.stderr], [2, '']);
  assert.equal((JSON.parse(wrong.stdout) as { error: { fix: string } }).error.fix, 'Did you mean demo?');
});

test('on an older Node there is one clear message, as JSON if asked for', () => {
  const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})`;
  const plain = gavotte(['demo'], ['--import', older]);
  assert.deepEqual([plain.status, plain.stdout], [1, '']);
  assert.match(plain.stderr, /needs Node 24 or newer/);
  const json = gavotte(['demo', '--json'], ['--import', older]);
  assert.equal(json.status, 1);
  assert.equal((JSON.parse(json.stdout) as { error: { code: string } }).error.code, 'GV_NODE_VERSION');
});
