import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPackageJson } from '../../scripts/lib/package.ts';
import { root, sourceFiles } from './files.ts';
import { importsOf } from './rooms.ts';

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly hasInstallScript?: boolean; readonly license?: string }>
  >;
}

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const manifest = readPackageJson();
const runtime = [
  ...Object.keys(manifest.dependencies),
  ...Object.keys(manifest.optionalDependencies),
  ...Object.keys(manifest.peerDependencies),
].sort();

/** The names in the first column of the tables, with their licences from the second. */
function listed(page: string): ReadonlyMap<string, string> {
  return new Map(
    [...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)].map(([, name, licence]) => [name!, licence!.trim()]),
  );
}

function installScripts(lock: Lock): readonly string[] {
  return Object.entries(lock.packages)
    .filter(([, entry]) => entry.hasInstallScript === true && entry.dev !== true)
    .map(([path]) => path);
}

test('house/dependencies: DEPENDENCIES.md lists exactly what a user installs, with its licence', () => {
  const lock = JSON.parse(read('package-lock.json')) as Lock;
  const page = listed(read('DEPENDENCIES.md'));
  assert.deepEqual([...page.keys()].sort(), runtime);
  for (const [name, licence] of page) {
    assert.equal(licence, lock.packages[`node_modules/${name}`]?.license, name);
  }
});

test('house/dependencies: no runtime dependency, nor what it depends on, has an install script', () => {
  assert.deepEqual(installScripts(JSON.parse(read('package-lock.json')) as Lock), []);
});

test('house/dependencies: the package imports only what a user installs', () => {
  const names = [...sourceFiles()]
    .filter(([file]) => !file.endsWith('.test.ts') && !file.includes('/testing/'))
    .flatMap(([, source]) => importsOf(source).map(({ path }) => path))
    .filter((path) => !path.startsWith('.') && !path.startsWith('node:'))
    .map((path) =>
      path
        .split('/')
        .slice(0, path.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  for (const name of new Set(names)) assert.ok(runtime.includes(name), `${name} is not in package.json`);
});

test('house/dependencies finds what is planted', () => {
  const lock = {
    packages: {
      'node_modules/a': { hasInstallScript: true },
      'node_modules/b': { hasInstallScript: true, dev: true },
    },
  };
  assert.deepEqual(installScripts(lock), ['node_modules/a']);
  assert.deepEqual(
    [...listed('| name | licence |\n| `zod` | MIT | edges |\n| zod2 | MIT |')],
    [['zod', 'MIT']],
  );
});
