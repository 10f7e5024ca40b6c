import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/lib/node24.mjs';
import { canRun, type Running, spawnOn, startServer } from './bidder-process.ts';

const CACHE = join(root, 'node_modules', '.cache', 'gavotte', 'bench-redis');
/** The server and those of its libraries that a small system lacks. */
const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

/** A Redis that keeps nothing on disk: the machine's, or Debian's unpacked beside us. @throws an Error that says why none. */
export async function startRedis(): Promise<Running & { readonly version: string }> {
  const { command, env } = canRun('redis-server', ['--version'])
    ? { command: 'redis-server', env: {} }
    : unpacked();
  const version = execFileSync(command, ['--version'], { encoding: 'utf8', env: { ...process.env, ...env } });
  // Redis shares the load's core: its own time is not the peer's, and is reported beside it.
  const running = await startServer((port) =>
    spawnOn(1, command, ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
      env,
    }),
  );
  return { ...running, version: /v=(\S+)/.exec(version)?.[1] ?? version.trim() };
}

function unpacked(): { command: string; env: NodeJS.ProcessEnv } {
  const files = join(CACHE, 'files');
  const command = join(files, 'usr', 'bin', 'redis-server');
  if (!existsSync(command)) {
    mkdirSync(files, { recursive: true });
    execFileSync('apt-get', ['download', ...PACKAGES], { cwd: CACHE, stdio: ['ignore', 'ignore', 'pipe'] });
    for (const name of readdirSync(CACHE).filter((each) => each.endsWith('.deb')))
      execFileSync('dpkg-deb', ['-x', join(CACHE, name), files]);
  }
  const libraries = readdirSync(join(files, 'usr', 'lib'))
    .filter((name) => name.includes('-linux-'))
    .map((name) => join(files, 'usr', 'lib', name));
  return { command, env: { LD_LIBRARY_PATH: libraries.join(':') } };
}
