// Plain JavaScript for Node 20: this finds and starts the Node 24 that npm installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;

/** The checkout's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

function installedBinary() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const packages = [`node-${system}-${process.arch}`, `node-bin-${system}-${process.arch}`];
  return packages
    .map((folder) => join(root, 'node_modules', folder, 'bin', name))
    .find((path) => existsSync(path) && spawnSync(path, ['--version']).status === 0);
}

/** Path of a Node that is new enough: the installed one, or else the one running now; undefined if neither. */
export function findNode() {
  const runningMajor = Number(process.versions.node.split('.')[0]);
  return installedBinary() ?? (runningMajor >= NEEDED_MAJOR ? process.execPath : undefined);
}

/** The same, or the process ends with what to do. */
export function requireNode() {
  const node = findNode();
  if (node !== undefined) return node;
  process.stderr.write(
    `Gavotte needs Node ${NEEDED_MAJOR} or newer; this is ${process.version}, and no Node ${NEEDED_MAJOR} package runs on ` +
      `${process.platform} ${process.arch}.\nInstall Node ${NEEDED_MAJOR} (https://nodejs.org) and run the same command again.\n`,
  );
  return process.exit(1);
}

/**
 * Runs `node args` on our terminal and ends as it ends. On a terminal Ctrl-C reaches the child by itself, so it
 * is not sent twice; without one, every signal is passed on.
 */
export function become(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' });
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !onTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`${node} cannot be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('close', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
