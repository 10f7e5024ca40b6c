import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** The command, and the port it says it listens on. */
async function serving(...args: readonly string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [MAIN, 'serve', 'environment', '--port', '0', ...args]);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(/^AdAuction at 127\.0\.0\.1:(\d+)\n$/.exec(line.toString())?.[1]);
  return { child, port };
}

test('serve environment says where it is, and ends when its standard input closes', async () => {
  const { child, port } = await serving('--until-eof');
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect');
  child.stdin?.end();
  await Promise.all([once(client.resume(), 'close'), once(child, 'exit')]);
  assert.equal(child.exitCode, 0);
});

test('serve environment ends at Ctrl-C, with clients connected', async () => {
  const { child, port } = await serving();
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect');
  child.kill('SIGINT');
  await Promise.all([once(client.resume(), 'close'), once(child, 'exit')]);
  assert.equal(child.exitCode, 0);
});
