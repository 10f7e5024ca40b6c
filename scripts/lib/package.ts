import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node24.mjs';

/** The parts of package.json that the scripts read. */
export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** package.json of the checkout. */
export function readPackageJson(): PackageJson {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageJson;
}

/** The subpaths users import (`./kernel`), each with its conditions. */
export function subpaths(manifest: PackageJson): [string, Readonly<Record<string, string>>][] {
  return Object.entries(manifest.exports).filter(
    (entry): entry is [string, Readonly<Record<string, string>>] => typeof entry[1] === 'object',
  );
}
