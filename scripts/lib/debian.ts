import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fillOnce } from './cache.ts';

/** A registry that hangs is as one that cannot be reached. */
const COMMAND_TIMEOUT_MS = 120_000;

/**
 * Unpacks a package of Debian (or a system like it) with all it depends on into a folder of ours, once. Lists and packages
 * are kept there too, so it needs no root and changes nothing on the machine; apt checks the signatures. Returns the
 * folder; undefined where the system is another. `file` is what is wanted of it.
 * @throws an Error of apt's or dpkg's.
 */
export function debianPackage(name: string, folder: string, file: string): string | undefined {
  if (!existsSync('/var/lib/dpkg/status')) return undefined;
  if (!existsSync(join(folder, file))) fillOnce(folder, (temporary) => unpack(name, temporary));
  return folder;
}

function unpack(name: string, folder: string): void {
  const apt = join(folder, 'apt');
  for (const each of ['lists', 'archives']) mkdirSync(join(apt, each, 'partial'), { recursive: true });
  const own = [
    `Dir::State=${apt}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${apt}`,
    'Debug::NoLocking=1',
  ];
  // Who downloads as root does so as "_apt", who cannot enter this folder.
  if (process.getuid?.() === 0) own.push('APT::Sandbox::User=root');
  const common = own.flatMap((setting) => ['-o', setting]);
  run('apt-get', ['-q', ...common, 'update']);
  run('apt-get', ['-q', '-y', ...common, 'install', '--download-only', '--no-install-recommends', name]);
  const archives = join(apt, 'archives');
  for (const file of readdirSync(archives).filter((each) => each.endsWith('.deb')))
    run('dpkg-deb', ['-x', join(archives, file), folder]);
  rmSync(apt, { recursive: true });
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: COMMAND_TIMEOUT_MS });
}
