import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root, sourceFiles } from './files.ts';
import { FLOORS, roomProblems } from './rooms.ts';

test('house/rooms: each room imports only rooms on floors below, through their index.ts', () => {
  assert.deepEqual(roomProblems(sourceFiles()), []);
});

test('house/rooms: every folder of src is a room', () => {
  for (const folder of readdirSync(join(root, 'src'))) assert.ok(folder in FLOORS, folder);
});

describe('house/rooms finds what is planted', () => {
  const planted: readonly [string, string, string][] = [
    ['a room above', 'src/kernel/a.ts', "import { plan } from '../campaign/index.ts';"],
    ['a room beside', 'src/ledger/a.ts', "import { bus } from '../coordination/index.ts';"],
    ['a type of a room above', 'src/deals/a.ts', "import type { Plan } from '../campaign/index.ts';"],
    ['the inside of a room below', 'src/deals/a.ts', "import { add } from '../kernel/money.ts';"],
    [
      'the inside of a room, from deep',
      'src/deals/b/c/a.ts',
      "import { add } from '../../../kernel/money.ts';",
    ],
    ['over several lines', 'src/kernel/a.ts', "import {\n  plan,\n  book,\n} from '../campaign/index.ts';"],
    ['a re-export', 'src/deals/a.ts', "export { add } from '../kernel/money.ts';"],
    ['for its effects', 'src/kernel/a.ts', "import '../deals/index.ts';"],
    ['a dynamic import', 'src/kernel/a.ts', "const deals = await import('../deals/index.ts');"],
    ['a type in passing', 'src/kernel/a.ts', "type D = import('../deals/index.ts').Deal;"],
    ['a worker', 'src/kernel/a.ts', "new URL('../deals/worker.ts', import.meta.url)"],
    ['something outside', 'src/kernel/a.ts', "import { x } from '../../scripts/x.ts';"],
    ['a room nobody knows', 'src/attic/a.ts', 'export const x = 1;'],
    ['a test, too', 'src/deals/a.test.ts', "import { add } from '../kernel/money.ts';"],
    [
      'after a regular expression with a quote',
      'src/kernel/a.ts',
      "const q = /'/;\nimport '../deals/index.ts';",
    ],
  ];
  for (const [name, file, source] of planted) {
    test(name, () => assert.equal(roomProblems(new Map([[file, source]])).length, 1));
  }

  const fine: readonly [string, string, string][] = [
    ['a room below, by its index', 'src/deals/a.ts', "import { add } from '../kernel/index.ts';"],
    ['its own files', 'src/deals/b/a.ts', "import { c } from '../c.ts';\nimport { d } from './d.ts';"],
    ['a comment', 'src/kernel/a.ts', "// import { plan } from '../campaign/index.ts';"],
    ['a text', 'src/kernel/a.ts', 'const help = `write: import { plan } from "x"`;'],
    ['a package', 'src/deals/a.ts', "import { z } from 'zod';"],
  ];
  for (const [name, file, source] of fine) {
    test(`and lets pass: ${name}`, () => assert.deepEqual(roomProblems(new Map([[file, source]])), []));
  }
});
