// Plain JavaScript for Node 20: this runs before anything is installed.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNode, root } from './node24.mjs';

const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED/;

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * What `wanted` (package-lock.json) asks for and `found` (npm's own record in node_modules) lacks or has in
 * another version. Comparing contents, not dates: a checkout touches dates without changing anything.
 */
export function missingPackages(wanted, found, { dev }) {
  const installed = found?.packages ?? {};
  return Object.entries(wanted.packages)
    .filter(([path, entry]) => {
      if (path === '' || entry.peer || (entry.dev && !dev)) return false;
      // Packages for other machines are optional, and so rightly absent.
      if (installed[path] === undefined) return !entry.optional;
      return installed[path].version !== entry.version || installed[path].integrity !== entry.integrity;
    })
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
}

function isInstalled(dev) {
  const wanted = readJson(join(root, 'package-lock.json'));
  const found = readJson(join(root, 'node_modules', '.package-lock.json'));
  return missingPackages(wanted, found, { dev }).length === 0 && findNode() !== undefined;
}

function npmCommand() {
  // Under `npm start` this is the very npm that runs us; its path needs no shell on any system.
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) return { command: process.execPath, before: [npm], shell: false };
  return { command: 'npm', before: [], shell: process.platform === 'win32' };
}

function runNpm() {
  const { command, before, shell } = npmCommand();
  // `npm run -s` makes nested npm calls silent too; errors must show, so the level is given.
  const kinds = ['--include=optional', '--include=dev'];
  const args = [
    'ci',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...kinds,
  ];
  return new Promise((resolve) => {
    const child = spawn(command, [...before, ...args], {
      cwd: root,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    const keep = (chunk) => {
      text = (text + chunk).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 1, text: String(error) }));
    child.on('close', (code) => resolve({ code, text }));
  });
}

/**
 * Installs what package-lock.json asks for, unless what is needed (with `dev`, the tools too) is there already.
 * Ends the process with a clear word if it cannot.
 */
export async function ensureInstalled({ dev }) {
  if (isInstalled(dev)) return;
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  process.stderr.write('Installing dependencies (first run only, about 20 seconds) ...\n');
  const beat = setInterval(() => process.stderr.write(`  still installing, ${seconds()} s\n`), 15_000);
  const { code, text } = await runNpm();
  clearInterval(beat);
  if (code === 0) {
    process.stderr.write(`Installed in ${seconds()} s.\n`);
    return;
  }
  // npm ends usage errors with its whole manual.
  process.stderr.write(text.replace(/\nnpm error Usage:[\s\S]*/, '\n'));
  process.stderr.write(
    OFFLINE.test(text)
      ? '\nThe package registry cannot be reached, and not everything is in the npm cache.\n' +
          'Connect to the network (or point `npm config set registry` at a mirror) and run the same command again.\n'
      : '\nInstalling failed; npm says why above. `npm ci --ignore-scripts` runs the same step by hand.\n',
  );
  process.exit(1);
}
