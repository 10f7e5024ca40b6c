import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canRun, type Running, spawnOn, startServer } from './bidder-process.ts';
import { startRedis } from './bidder-redis.ts';
import { benchFolder } from './engine.ts';

const PEERS = join(import.meta.dirname, 'peers');
/** Row (a). */
export const FOUR_AGENTS = 'gavotte, four agents';
const ENGINE = join(import.meta.dirname, 'bidder-engine.ts');
const OURS = join(import.meta.dirname, 'bidder-ours.ts');

/** One that answers the bodies. */
export interface Contender {
  readonly name: string;
  /** What it is made of, with versions. */
  readonly built: string;
  /** Requests a second at which its latency is measured in an open loop. */
  readonly openRates: readonly number[];
  readonly server: Running;
  /** A process whose time is reported beside its own. */
  readonly helper?: Running;
}

/** One that could not be had. */
export interface NotRun {
  readonly name: string;
  readonly notRun: string;
}

/** Everything that was started, and what was put on disk for it. */
export interface Contenders {
  readonly running: readonly Contender[];
  readonly notRun: readonly NotRun[];
  stop(): void;
}

/** Builds, installs and starts everyone; who cannot be had is named with the reason. */
export async function startContenders(oursModule: string | undefined): Promise<Contenders> {
  const folder = benchFolder();
  const starts: readonly [string, () => Promise<Contender>][] = [
    ['gavotte', () => startOurs('gavotte', oursModule, join(folder, 'peer-decision'))],
    [FOUR_AGENTS, () => startOurs(FOUR_AGENTS, ENGINE, join(folder, 'four-agents'))],
    ['go', () => startGo(folder)],
    ['fastapi+redis', () => startPython(folder, true)],
    ['fastapi', () => startPython(folder, false)],
  ];
  const running: Contender[] = [];
  const notRun: NotRun[] = [];
  for (const [name, start] of starts) {
    process.stderr.write(`starting ${name}\n`);
    try {
      running.push(await start());
    } catch (error) {
      notRun.push({ name, notRun: reasonOf(error) });
    }
  }
  const stop = () => {
    for (const { server, helper } of running) {
      server.stop();
      helper?.stop();
    }
    rmSync(folder, { recursive: true, force: true });
  };
  return { running, notRun, stop };
}

function reasonOf(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const text = error instanceof Error ? error.message : String(error);
  return (stderr === '' ? text : stderr).slice(-500);
}

async function startOurs(name: string, module: string | undefined, books: string): Promise<Contender> {
  const server = await startServer((port) =>
    spawnOn(0, process.execPath, [OURS, `${port}`, ...(module === undefined ? [] : [module])], {
      env: { BENCH_FOLDER: books },
    }),
  );
  const what =
    module === undefined
      ? "the peers' decision, WebAssembly reader, a lease of a ledger file promised for each bid, one bid in 50 billed twice"
      : module === ENGINE
        ? 'the whole engine with four agents, 1,000 campaigns and 50 deals, leases of a ledger file, the notices of one answer in 64'
        : module;
  return {
    name,
    built: `Node ${process.version}, own HTTP reader, ${what}`,
    openRates: [10_000],
    server,
  };
}

/** The Go on PATH, else Debian's where it may be installed. */
function goCommand(): string {
  if (canRun('go', ['version'])) return 'go';
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'golang-go'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return 'go';
}

async function startGo(folder: string): Promise<Contender> {
  const go = goCommand();
  const binary = join(folder, 'go-peer');
  execFileSync(go, ['build', '-o', binary, '.'], {
    cwd: join(PEERS, 'go'),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const built = execFileSync(go, ['version'], { encoding: 'utf8' }).trim();
  // As many threads as it has cores: the runtime sees the one it is bound to; said so for systems without taskset.
  const server = await startServer((port) => spawnOn(0, binary, [`${port}`], { env: { GOMAXPROCS: '1' } }));
  return { name: 'go', built: `${built}, net/http, encoding/json`, openRates: [10_000], server };
}

async function startPython(folder: string, withRedis: boolean): Promise<Contender> {
  const python = installPython(folder);
  const redis = withRedis ? await startRedis() : undefined;
  const env = redis === undefined ? {} : { PEER_REDIS_PORT: `${redis.port}` };
  const args = [
    '-m',
    'uvicorn',
    'app:app',
    '--app-dir',
    join(PEERS, 'python'),
    '--loop',
    'uvloop',
    '--http',
    'httptools',
  ];
  try {
    const server = await startServer((port) =>
      spawnOn(0, python, [...args, '--no-access-log', '--log-level', 'warning', '--port', `${port}`], {
        env: { ...env, PYTHONDONTWRITEBYTECODE: '1' },
      }),
    );
    const version = execFileSync(python, ['--version'], { encoding: 'utf8' }).trim();
    const packages = readFileSync(join(PEERS, 'python', 'requirements.txt'), 'utf8')
      .trim()
      .split('\n')
      .join(' ');
    const name = withRedis ? 'fastapi+redis' : 'fastapi';
    const built = `${version}, ${packages}${redis === undefined ? '' : `, Redis ${redis.version}`}`;
    return { name, built, openRates: [1_000], server, ...(redis === undefined ? {} : { helper: redis }) };
  } catch (error) {
    redis?.stop();
    throw error;
  }
}

/** A virtual environment with the pinned releases; the interpreter in it. */
function installPython(folder: string): string {
  const environment = join(folder, 'python');
  const python = join(environment, 'bin', 'python');
  if (existsSync(python)) return python;
  mkdirSync(folder, { recursive: true });
  execFileSync('python3', ['-m', 'venv', environment], { stdio: ['ignore', 'ignore', 'pipe'] });
  const requirements = join(PEERS, 'python', 'requirements.txt');
  execFileSync(
    python,
    [
      '-m',
      'pip',
      'install',
      '-q',
      '--disable-pip-version-check',
      '--only-binary',
      ':all:',
      '-r',
      requirements,
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  return python;
}
