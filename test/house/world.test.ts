import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sourceFiles } from './files.ts';
import { staleExceptions, worldProblems } from './world.ts';

test('house/world: time, chance, network and disk come from the World alone (law 4)', () => {
  assert.deepEqual(worldProblems(sourceFiles()), []);
});

test('house/world: every exception is still needed', () => {
  assert.deepEqual(staleExceptions(sourceFiles()), []);
});

describe('house/world finds what is planted', () => {
  const planted = [
    'const now = Date.now();',
    'const now = new Date();',
    'const now = new Date;',
    'const now = Date();',
    'const dice = Math.random();',
    'const t = performance.now();',
    "await fetch('https://x.example');",
    'const home = process.env.HOME;',
    "const home = process.env['HOME'];",
    'setTimeout(() => {}, 10);',
    'const timer = setInterval(tick, 10);',
    "import { readFileSync } from 'node:fs';",
    "import { readFile } from 'fs/promises';",
    "import http from 'node:http';",
    "import { request } from 'undici';",
    "const net = await import('node:net');",
    "import { randomUUID } from 'node:crypto';",
    'const id = crypto.randomUUID();',
    'const s = AbortSignal.timeout(5);',
    'const s = `at ${Date.now()}`;',
  ];
  for (const source of planted) {
    test(source, () => assert.ok(worldProblems(new Map([['src/deals/a.ts', source]])).length > 0));
  }

  const fine = [
    'const day = new Date(epochMs).toISOString();',
    'const parsed = Date.parse(text);',
    'const utc = Date.UTC(2026, 1, 1);',
    'clock.now();',
    '// Date.now() would be wrong here',
    "const message = 'do not call fetch() or Date.now()';",
    'world.network.fetch(x);',
    "import { hash } from 'node:crypto';",
    'const pattern = /Date.now()/;',
  ];
  for (const source of fine) {
    test(`and lets pass: ${source}`, () =>
      assert.deepEqual(worldProblems(new Map([['src/deals/a.ts', source]])), []));
  }

  test('but not where the outside is let in', () => {
    const source = 'const now = Date.now();';
    for (const file of [
      'src/kernel/real/clock.ts',
      'src/cli/main.ts',
      'src/services/x.ts',
      'src/deals/a.test.ts',
    ]) {
      assert.deepEqual(worldProblems(new Map([[file, source]])), []);
    }
  });
});
