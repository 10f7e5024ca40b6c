// `npm test`: installs what is missing, then runs every test under Node 24. Plain JavaScript for Node 20.
// Arguments are test files to run instead of all of them.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './lib/install.mjs';
import { become, requireNode, root } from './lib/node24.mjs';

/** Two test files at a time, as the smallest machine we promise has two cores. */
const CONCURRENCY = 2;
/** A hanging test fails by itself, instead of by CI's own limit. */
const TIMEOUT_MS = 600_000;

function testFiles(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/** House checks first: they take a second and fail most often. */
function allTests() {
  const files = [...testFiles('test'), ...testFiles('src')];
  const isHouse = (file) => file.startsWith(join('test', 'house'));
  return [...files.filter(isHouse), ...files.filter((file) => !isHouse(file))];
}

await ensureInstalled({ dev: true });
const given = process.argv.slice(2);
process.chdir(root);
become(requireNode(), [
  '--test',
  `--import=${pathToFileURL(join(root, 'scripts', 'lib', 'leak-guard.mjs'))}`,
  `--test-concurrency=${CONCURRENCY}`,
  `--test-timeout=${TIMEOUT_MS}`,
  `--test-reporter=${pathToFileURL(join(root, 'scripts', 'lib', 'reporter.mjs'))}`,
  '--test-reporter-destination=stdout',
  ...(given.length > 0 ? given : allTests()),
]);
