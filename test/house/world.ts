import type { Files } from './files.ts';
import { importsOf } from './rooms.ts';
import { codeOf, lineOf } from './scan.ts';

/** Where the outside is let in: the real world itself, and the processes built on it. Tests may touch a disk. */
const OUTSIDE = [/^src\/kernel\/real\//, /^src\/services\//, /^src\/cli\//, /\.test\.ts$/];

/** Single files that need one thing from outside, and why. */
const EXCEPTIONS: Readonly<Record<string, { readonly allows: readonly string[]; readonly why: string }>> = {
  'src/kernel/guard.ts': { allows: ['node:net'], why: 'classifies addresses; opens nothing' },
  'src/kernel/guard-lookup.ts': {
    allows: ['node:dns/promises', 'node:net'],
    why: 'pins the address it checked',
  },
  'src/kernel/simulated/simulation.ts': {
    allows: ['setImmediate'],
    why: 'lets promise reactions run before virtual time moves on',
  },
  'src/deals/portfolio/solver.ts': {
    allows: ['node:worker_threads'],
    why: 'HiGHS blocks the thread it runs on',
  },
  'src/learning/train-in-threads.ts': {
    allows: ['node:worker_threads'],
    why: 'sums are in a fixed order, so threads change how long it takes and nothing else',
  },
  'src/learning/training-thread.ts': { allows: ['node:worker_threads'], why: 'the other side of it' },
  'src/deals/portfolio/solver-worker.ts': { allows: ['node:worker_threads'], why: 'the other side of it' },
};

const FORBIDDEN_CODE: readonly [string, RegExp][] = [
  ['Date.now', /\bDate\.now\b/g],
  ['new Date() of now', /\bnew Date\s*\(\s*\)|\bnew Date\b(?!\s*\()/g],
  ['Date() of now', /(?<!new\s+|[.\w])Date\s*\(/g],
  ['Math.random', /\bMath\.random\b/g],
  ['performance', /\bperformance\s*\./g],
  ['fetch', /(?<![.\w])fetch\s*\(/g],
  ['WebSocket', /\bnew (?:WebSocket|EventSource)\b/g],
  ['process', /(?<![.\w])process\s*\.\s*(?:env|argv|cwd|exit|hrtime|uptime|stdout|stderr|stdin|on|pid)\b/g],
  ['setTimeout', /(?<![.\w])setTimeout\b/g],
  ['setInterval', /(?<![.\w])setInterval\b/g],
  ['setImmediate', /(?<![.\w])setImmediate\b/g],
  ['global crypto', /(?<![.\w'])crypto\s*\.\s*(?:randomUUID|getRandomValues)\b/g],
  ['random bytes', /\b(?:randomUUID|randomBytes|randomInt|getRandomValues)\b/g],
  ['AbortSignal.timeout', /\bAbortSignal\.timeout\b/g],
];

const FORBIDDEN_MODULES =
  /^(?:node:)?(?:fs|fs\/promises|http|https|http2|net|tls|dgram|dns|dns\/promises|child_process|cluster|os|timers|timers\/promises|perf_hooks|process|worker_threads|sqlite|readline|tty|inspector)$|^(?:undici|postgres|ioredis|@platformatic\/kafka)$/;

/** Files that may name a database's driver: the doors of the ledger, the blackboard and the outcome log. */
const DOORS: Readonly<Record<string, RegExp>> = {
  'node:sqlite': /^src\/kernel\/sqlite\.ts$/,
  '@platformatic/kafka': /^src\/outcomes\/kafka\/kafka-[a-z]+\.ts$/,
  ioredis: /^src\/coordination\/redis-[a-z]+\.ts$/,
  postgres: /^src\/ledger\/stores\/postgres(?:-[a-z]+)?\.ts$/,
};

/** One sentence for each place that reaches for time, chance, the network or the disk past the `World` (law 4). */
export function worldProblems(files: Files): readonly string[] {
  return [...files]
    .filter(([file]) => !OUTSIDE.some((pattern) => pattern.test(file)))
    .flatMap(([file, source]) => {
      const allowed = EXCEPTIONS[file]?.allows ?? [];
      const code = codeOf(source, { texts: false });
      const calls = FORBIDDEN_CODE.filter(([name]) => !allowed.includes(name)).flatMap(([name, pattern]) =>
        [...code.matchAll(pattern)].map((match) => `${file}:${lineOf(code, match.index)}: ${name}`),
      );
      const modules = importsOf(source)
        .filter(
          ({ path }) =>
            FORBIDDEN_MODULES.test(path) && !allowed.includes(path) && !(DOORS[path]?.test(file) ?? false),
        )
        .map(({ path, line }) => `${file}:${line}: imports ${path}`);
      return [...calls, ...modules];
    });
}

/** Exceptions whose file is gone or no longer needs them. */
export function staleExceptions(files: Files): readonly string[] {
  return Object.entries(EXCEPTIONS).flatMap(([file, { allows }]) => {
    const source = files.get(file);
    return allows
      .filter((thing) => source === undefined || !source.includes(thing))
      .map((thing) => `${file}: ${thing}`);
  });
}
