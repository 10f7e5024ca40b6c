import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPackageJson, subpaths } from '../../scripts/lib/package.ts';
import { undocumented, unlisted } from './exports.ts';
import { root, sourceFiles } from './files.ts';
import { FLOORS } from './rooms.ts';

test('house/exports: what a room exports is documented where it is declared', () => {
  assert.deepEqual(undocumented(sourceFiles()), []);
});

test('house/exports: a room lists what it exports by name', () => {
  assert.deepEqual(unlisted(sourceFiles()), []);
});

test('house/exports: package.json has one entry point per room', () => {
  const rooms = Object.keys(FLOORS).filter((room) => existsSync(join(root, `src/${room}/index.ts`)));
  const expected = rooms.map((room) => [
    `./${room}`,
    {
      'gavotte-source': `./src/${room}/index.ts`,
      types: `./dist/${room}/index.d.ts`,
      default: `./dist/${room}/index.js`,
    },
  ]);
  assert.deepEqual(Object.fromEntries(subpaths(readPackageJson())), Object.fromEntries(expected));
});

test('house/exports finds what is planted', () => {
  const of = (parts: Record<string, string>) =>
    undocumented(new Map(Object.entries(parts).map(([path, source]) => [`src/deals/${path}`, source])));
  const index = "export { type Deal, book } from './book.ts';\n";
  const documented =
    '/** A deal. */\nexport interface Deal {}\n/** Books. */\nexport async function book() {}\n';
  assert.deepEqual(of({ 'index.ts': index, 'book.ts': documented }), []);
  assert.equal(of({ 'index.ts': index, 'book.ts': documented.replace('/** Books. */', '') }).length, 1);
  assert.equal(
    of({ 'index.ts': index, 'book.ts': documented.replace('/** A deal. */', '// A deal') }).length,
    1,
  );
  assert.equal(
    of({ 'index.ts': index, 'book.ts': '/** Else. */\nconst x = 1;\nexport interface Deal {}' }).length,
    2,
  );
  // Through an index in between.
  const through = {
    'index.ts': "export { book } from './b/index.ts';",
    'b/index.ts': "export { book } from './c.ts';",
  };
  assert.equal(of({ ...through, 'b/c.ts': 'export const book = 1;' }).length, 1);
  assert.equal(of({ ...through, 'b/c.ts': '/** Books. */\nexport const book = 1;' }).length, 0);
  assert.equal(unlisted(new Map([['src/deals/index.ts', "export * from './x.ts';"]])).length, 1);
});
