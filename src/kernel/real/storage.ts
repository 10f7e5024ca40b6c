import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GavotteError } from '../errors.ts';
import { lockBySqlite, openSqlite } from '../sqlite.ts';
import type { Storage } from '../world.ts';
import { openGrowingFile } from './growing-file.ts';

/** The disk of this machine. A path that cannot be used is GV_BAD_INPUT naming it. */
export const realStorage: Storage = {
  openDatabase: (path) => {
    try {
      if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
      return openSqlite(path);
    } catch (cause) {
      throw unusable('open the database', path, cause, 'Give a path in a folder that can be written.');
    }
  },
  readText: async (path) => {
    try {
      return await readFile(path, 'utf8');
    } catch (cause) {
      throw unusable('read', path, cause, 'Give the path of a readable text file.');
    }
  },
  readBytes: async (path) => {
    try {
      return await readFile(path);
    } catch (cause) {
      throw unusable('read', path, cause, 'Give the path of a readable file.');
    }
  },
  writeText: writeWhole,
  writeBytes: writeWhole,
  openFile: async (path, access) => {
    try {
      return await openGrowingFile(path, access);
    } catch (cause) {
      throw unusable('open', path, cause, 'Give a path in a folder that can be read and written.');
    }
  },
  list: async (folder) => {
    try {
      return (await readdir(folder)).sort();
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw unusable('list', folder, cause, 'Give the path of a folder that can be read.');
    }
  },
  remove: (path) => rm(path, { force: true }),
  lock: (path) => {
    try {
      mkdirSync(dirname(path), { recursive: true });
      return lockBySqlite(path);
    } catch (cause) {
      throw unusable(
        'lock',
        path,
        cause,
        'Stop the other process that uses it, or give each its own folder.',
      );
    }
  },
};

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  // A name of its own, as two writers of one path must not share the file they rename from.
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeDurably(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw unusable('write', path, cause, 'Give a path in a folder that can be written.');
  }
}

/** The bytes reach the disk before the rename does, else a power cut could leave the new name on an empty file. */
async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  await using file = await open(path, 'w');
  await file.writeFile(content);
  await file.sync();
}

function unusable(act: string, path: string, cause: unknown, fix: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', `cannot ${act} ${path}: ${(cause as Error).message}`, {
    fix,
    cause,
  });
}
