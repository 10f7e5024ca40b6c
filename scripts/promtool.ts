import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { debianPackage } from './lib/debian.ts';
import { root } from './lib/node24.mjs';

const CACHE = join(root, 'node_modules', '.cache', 'gavotte', 'prometheus');
const INSTALLED = join('usr', 'bin', 'promtool');

/**
 * Prometheus' checker of rules: the one on PATH, or out of Debian's package `prometheus`, installed in our own folder.
 * @throws an Error that says why none can be had.
 */
export function promtool(): string {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'promtool'))
    .find((path) => existsSync(path));
  if (found !== undefined) return found;
  let reason = 'this is no Debian';
  try {
    const folder = debianPackage('prometheus', CACHE, INSTALLED);
    if (folder !== undefined) return join(folder, INSTALLED);
  } catch (error) {
    reason = (error as Error).message.split('\n').slice(0, 3).join(' ');
  }
  throw new Error(`install prometheus, so that promtool is on PATH (${reason})`);
}
