// `npm run build`: compiles src to dist, then checks that what package.json promises is there.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/node24.mjs';
import { readPackageJson, subpaths } from './lib/package.ts';
import { run } from './lib/run.ts';

const dist = join(root, 'dist');

function missingFiles(): string[] {
  const manifest = readPackageJson();
  const promised = [
    ...Object.values(manifest.bin),
    ...subpaths(manifest).flatMap(([, conditions]) => [conditions.types!, conditions.default!]),
  ];
  return promised
    .filter((path) => !existsSync(join(root, path)))
    .map((path) => `package.json names ${path}, which the build did not make`);
}

/** tsc rewrites the `.ts` of imports but not of other texts, such as the address of a worker's file. */
function leftoverSourceNames(): string[] {
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => {
      const found = /['"`]\.{1,2}\/[^'"`\n]*\.ts['"`]/.exec(readFileSync(join(dist, file), 'utf8'));
      return found === null ? [] : [`dist/${file} still names the source file ${found[0]}`];
    });
}

rmSync(dist, { recursive: true, force: true });
run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json']);
const problems = [...missingFiles(), ...leftoverSourceNames()];
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exit(1);
for (const path of Object.values(readPackageJson().bin)) chmodSync(join(root, path), 0o755);
process.stdout.write(`Built dist with ${subpaths(readPackageJson()).length} entry points.\n`);
