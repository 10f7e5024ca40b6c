import { posix } from 'node:path';
import type { Files } from './files.ts';
import { codeOf, lineOf } from './scan.ts';

/** The floors of the house, as docs/architecture.md has them. */
export const FLOORS: Readonly<Record<string, number>> = {
  kernel: 1,
  neural: 2,
  ledger: 2,
  coordination: 2,
  outcomes: 2,
  openrtb: 2,
  telemetry: 2,
  audit: 3,
  deals: 3,
  delivery: 3,
  market: 4,
  adauction: 4,
  learning: 5,
  campaign: 5,
  feedback: 6,
  verify: 7,
  services: 7,
  cli: 8,
};

const SPECIFIERS = [
  /\b(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])(?<path>[^'"]+)\1/g,
  /\bimport\s*(['"])(?<path>[^'"]+)\1/g,
  /\bimport\s*\(\s*(['"])(?<path>[^'"]+)\1/g,
  /\bnew URL\(\s*(['"`])(?<path>\.[^'"`]+)\1/g,
];

/** Every module a source names, with its line: static, type-only and dynamic imports, re-exports, worker files. */
export function importsOf(source: string): readonly { readonly path: string; readonly line: number }[] {
  const code = codeOf(source, { texts: true });
  return SPECIFIERS.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => ({
      path: match.groups!.path!,
      line: lineOf(code, match.index),
    })),
  );
}

/** The room of a path under src/. */
export function roomOf(path: string): string {
  return path.split('/')[1]!;
}

/** One sentence for each import that breaks the rule of rooms. */
export function roomProblems(files: Files): readonly string[] {
  return [...files].flatMap(([file, source]) => {
    const room = roomOf(file);
    if (FLOORS[room] === undefined) return [`${file}: ${room} is no room; add it to the table of floors`];
    return importsOf(source).flatMap(({ path, line }) => {
      const problem = path.startsWith('.') ? crossing(file, path) : undefined;
      return problem === undefined ? [] : [`${file}:${line}: ${problem}`];
    });
  });
}

function crossing(file: string, path: string): string | undefined {
  const target = posix.join(posix.dirname(file), path);
  if (!target.startsWith('src/')) {
    // Tests may read fixtures; the package itself has nothing outside of src but its own manifest.
    return file.endsWith('.test.ts') || target === 'package.json' ? undefined : `${target} is outside of src`;
  }
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === to) return undefined;
  const [floor, below] = [FLOORS[from]!, FLOORS[to]];
  if (below === undefined) return `${to} is no room`;
  if (below >= floor) return `${from} (floor ${floor}) may not import ${to} (floor ${below})`;
  const isIndex = target === `src/${to}/index.ts`;
  return isIndex ? undefined : `${target} is inside another room; import src/${to}/index.ts`;
}
