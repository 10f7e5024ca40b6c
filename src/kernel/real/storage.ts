import { mkdirSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GavotteError } from '../errors.ts';
import { openSqlite } from '../sqlite.ts';
import type { Storage } from '../world.ts';

export const realStorage: Storage = {
  openDatabase: (path) => {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    return openSqlite(path);
  },
  readText: async (path) => {
    try {
      return await readFile(path, 'utf8');
    } catch (cause) {
      throw new GavotteError('GV_BAD_INPUT', `cannot read ${path}: ${(cause as Error).message}`, {
        fix: 'Give the path of a readable text file.',
        cause,
      });
    }
  },
  writeText: async (path, text) => {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}.tmp`;
    await writeFile(temporary, text);
    await rename(temporary, path);
  },
};
