import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, readFiles } from './files.ts';
import { codeOf, lineOf } from './scan.ts';

/** A file is about one thing: beyond the first figure it is asked whether it still is, beyond the second it is not. */
const LIMITS = { source: { warn: 300, most: 350 }, test: { warn: 400, most: 500 } };

function longFiles(files: Files, bound: 'warn' | 'most'): readonly string[] {
  return [...files].flatMap(([file, text]) => {
    const lines = text.split('\n').length - 1;
    // A test file is as long as the table of cases it holds.
    const kind = file.startsWith('test/') || file.endsWith('.test.ts') ? 'test' : 'source';
    const limit = LIMITS[kind][bound];
    return lines > limit ? [`${file}: ${lines} lines, limit ${limit}`] : [];
  });
}

function anyProblems(files: Files): readonly string[] {
  return [...files].flatMap(([file, text]) => {
    // The linter insists that an exception is justified right above it; only tests may have any.
    const isTest = file.endsWith('.test.ts') || file.includes('testing');
    const source = isTest ? text.replace(/biome-ignore lint\/suspicious\/noExplicitAny.*\n.*/g, '\n') : text;
    const code = codeOf(source, { texts: false });
    const typed = /(?::|\bas|<|\||&|,|=|\bextends|\bis)\s*any\b(?=\s*[\]),;>=|&{[]|\s*$)/gm;
    return [...code.matchAll(typed)].map((match) => `${file}:${lineOf(code, match.index)}: any`);
  });
}

const code = () => readFiles((path) => /^(?:src|test|scripts|bench|examples)\/.*\.(?:ts|mjs)$/.test(path));

test('house/size: no source is longer than 350 lines, no test than 500', (t) => {
  for (const long of longFiles(code(), 'warn')) t.diagnostic(long);
  assert.deepEqual(longFiles(code(), 'most'), []);
});

test('house/any: nothing is typed any', () => {
  assert.deepEqual(anyProblems(code()), []);
});

test('house/size and house/any find what is planted', () => {
  const of = (source: string): Files => new Map([['src/deals/a.ts', source]]);
  assert.equal(longFiles(of('x\n'.repeat(351)), 'most').length, 1);
  assert.equal(longFiles(of('x\n'.repeat(350)), 'most').length, 0);
  assert.equal(longFiles(new Map([['src/deals/a.test.ts', 'x\n'.repeat(501)]]), 'most').length, 1);
  const planted = [
    'let x: any;',
    'const f = (a: any) => a;',
    'x as any',
    'const m = new Map<string, any>();',
    'type T = any;',
    'const list: any[] = [];',
    'type U = string | any;',
  ];
  for (const source of planted) assert.equal(anyProblems(of(source)).length, 1, source);
  for (const source of [
    'AbortSignal.any([a, b])',
    '// any way: any',
    "const s = ': any';",
    'const any = 1;',
  ]) {
    assert.deepEqual(anyProblems(of(source)), [], source);
  }
});
