import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Texts by path from the root, with `/` between folders. */
export type Files = ReadonlyMap<string, string>;

/** Every file that git tracks or would track: what is ignored is nobody's business. */
export function repositoryFiles(): readonly string[] {
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (listed.status !== 0) throw new Error(`git ls-files failed: ${listed.stderr}`);
  const paths = listed.stdout.split('\0').filter((path) => path !== '');
  return [...new Set(paths)].filter((path) => existsSync(join(root, path))).sort();
}

/** The texts of those files that `wanted` asks for. */
export function readFiles(wanted: (path: string) => boolean): Files {
  const paths = repositoryFiles().filter(wanted);
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** TypeScript under src/, tests included. */
export function sourceFiles(): Files {
  return readFiles((path) => path.startsWith('src/') && path.endsWith('.ts'));
}
