// `npm run smoke`: packs the built package, installs it into an empty folder as a user would, imports every entry
// point, type-checks a user's file against it and runs the command.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './lib/node24.mjs';
import { readPackageJson, subpaths } from './lib/package.ts';
import { capture, run } from './lib/run.ts';

const manifest = readPackageJson();
const specifiers = subpaths(manifest).map(([path]) => `${manifest.name}/${path.slice(2)}`);

function install(folder: string): void {
  const packed = JSON.parse(capture('npm', ['pack', '--json', '--pack-destination', folder])) as unknown;
  // npm 10 prints a list, npm 12 a record by package name.
  const [tarball] = Object.values(packed as Record<string, { filename: string; size: number }>);
  process.stdout.write(`${tarball!.filename}: ${Math.round(tarball!.size / 1024)} KB\n`);
  writeFileSync(join(folder, 'package.json'), '{"name":"user","private":true,"type":"module"}\n');
  // The Node binaries are optional and large, and a Node that is new enough runs this already.
  const flags = ['--ignore-scripts', '--omit=optional', '--prefer-offline', '--no-audit', '--no-fund'];
  run('npm', ['install', ...flags, join(folder, tarball!.filename)], { cwd: folder });
}

function importAll(folder: string): void {
  const code = specifiers.map(
    (name) =>
      `if (Object.keys(await import('${name}')).length === 0) throw new Error('${name} exports nothing');`,
  );
  const inside = `${manifest.name}/dist/kernel/money.js`;
  code.push(
    `await import('${inside}').then(() => { throw new Error('${inside} can be imported'); }, (error) => {`,
    `  if (error.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error; });`,
  );
  writeFileSync(join(folder, 'all.js'), code.join('\n'));
  run(process.execPath, ['all.js'], { cwd: folder });
}

function typeCheck(folder: string): void {
  const imports = specifiers.map((name, index) => `import * as room${index} from '${name}';`);
  const uses = specifiers.map((_name, index) => `room${index}`).join(', ');
  writeFileSync(
    join(folder, 'user.ts'),
    `${imports.join('\n')}\nconst rooms: readonly object[] = [${uses}];\nvoid rooms;\n`,
  );
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2024'];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  run(process.execPath, [tsc, ...strict, '--module', 'nodenext', ...types, 'user.ts'], { cwd: folder });
}

function runCommand(folder: string): void {
  const command = join(folder, 'node_modules/.bin', Object.keys(manifest.bin)[0]!);
  const help = capture(process.execPath, [command, '--help'], { cwd: folder });
  if (!help.includes('Usage:')) throw new Error(`gavotte --help printed: ${help}`);
  const version = capture(process.execPath, [command, '--version'], { cwd: folder }).trim();
  if (version !== manifest.version) throw new Error(`gavotte --version printed ${version}`);
}

const folder = mkdtempSync(join(tmpdir(), 'gavotte-smoke-'));
try {
  install(folder);
  importAll(folder);
  typeCheck(folder);
  runCommand(folder);
  process.stdout.write(
    `Installed from the tarball: ${specifiers.length} entry points and the command work.\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
