import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fillOnce } from './lib/cache.ts';
import { root } from './lib/node24.mjs';

const CACHE = join(root, 'node_modules', '.cache', 'gavotte', 'python');
/** Oldest Python that the package in `python/` runs on. */
const LEAST_MINOR = 10;
const NAMES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
/** A registry that hangs is as one that cannot be reached; torch and Ray are half a gigabyte. */
const INSTALL_TIMEOUT_MS = 900_000;

/** A Python with packages. */
export interface TestPython {
  readonly command: string;
  /** What it must be started with beside our own variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it came from, for the report. */
  readonly source: string;
}

/**
 * A Python of 3.10 or later with the packages of a requirements file: the one GAVOTTE_TEST_PYTHON names, which must have
 * them, or one that is found, with the packages in a folder of ours. Nothing outside that folder is changed; pip's
 * own settings hold, such as where else it looks.
 * @param requirements path in the checkout.
 * @throws an Error that says why none can be had.
 */
export function testPython(requirements: string): TestPython {
  const found = findTestPython(requirements);
  if (found !== undefined) return found;
  const python = findPython();
  if (python === undefined)
    throw new Error(`install Python 3.${LEAST_MINOR} or later, or set GAVOTTE_TEST_PYTHON`);
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--only-binary=:all:', '-q'];
  const file = ['-r', join(root, requirements)];
  fillOnce(folderOf(python, requirements), (temporary) => {
    if (makeEnvironment(python.command, temporary)) run(inside(temporary), [...pip, ...file]);
    else run(python.command, [...pip, '--target', join(temporary, 'site'), ...file]);
  });
  return findTestPython(requirements)!;
}

/** The same, or undefined where packages would have to be installed first. */
export function findTestPython(requirements: string): TestPython | undefined {
  const given = process.env.GAVOTTE_TEST_PYTHON;
  if (given !== undefined) return { command: given, env: {}, source: 'GAVOTTE_TEST_PYTHON' };
  const python = findPython();
  if (python === undefined) return undefined;
  const folder = folderOf(python, requirements);
  if (!existsSync(folder)) return undefined;
  const source = `${python.version}, packages in ${folder}`;
  if (existsSync(inside(folder))) return { command: inside(folder), env: {}, source };
  return { command: python.command, env: { PYTHONPATH: join(folder, 'site') }, source };
}

/** Packages for this Python, as the file asks for them. */
function folderOf({ version }: Found, requirements: string): string {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, requirements)))
    .update(version);
  return join(CACHE, hash.digest('hex').slice(0, 16));
}

interface Found {
  readonly command: string;
  readonly version: string;
}

function findPython(): Found | undefined {
  for (const command of NAMES) {
    const asked = spawnSync(command, ['-c', 'import sys; print(sys.version)'], { encoding: 'utf8' });
    const [major, minor] = (asked.stdout ?? '').split('.').map(Number);
    if (asked.status === 0 && major === 3 && minor! >= LEAST_MINOR)
      return { command, version: `Python ${asked.stdout.split(' ')[0]}` };
  }
  return undefined;
}

/** A virtual environment; false where this Python cannot make one, as Debian's without `python3-venv`. */
function makeEnvironment(python: string, folder: string): boolean {
  if (spawnSync(python, ['-m', 'venv', folder], { stdio: 'ignore' }).status === 0) return true;
  // Without pip's own package it leaves an interpreter behind that can install nothing.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'site'), { recursive: true });
  return false;
}

function inside(folder: string): string {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: INSTALL_TIMEOUT_MS });
}
