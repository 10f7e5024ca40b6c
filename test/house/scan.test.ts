import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf, lineOf } from './scan.ts';

/** What is left of a source, without the spaces that stand for what was taken out. */
const left = (source: string, texts = false) => codeOf(source, { texts }).replace(/ {2,}/g, ' ').trim();

test('comments, texts and regular expressions are not code; what a template computes is', () => {
  const cases: readonly [string, string][] = [
    ['a // b', 'a'],
    ['a /* b\n*/ c', 'a \n c'],
    ["f('b')", "f(' ')"],
    ["f('it\\'s b')", "f(' ')"],
    ['f(`b ${c} d`)', 'f(` ${c} `)'],
    ['`${`${a}` + {b: 1}.b} c` + d', '`${`${a}` + {b: 1}.b} ` + d'],
    ['`${f({a: {b: 1}})}c` + d', '`${f({a: {b: 1}})} ` + d'],
    ['`\\${a}` + b', '` ` + b'],
    ['x = /[/\'"`]b/g; c', 'x = g; c'],
    ['a / b / c', 'a / b / c'],
    ['return /b/.test(c)', 'return .test(c)'],
    ['f(a) / 2 // b', 'f(a) / 2'],
    ["'//' + a", "' ' + a"],
  ];
  for (const [source, expected] of cases) assert.equal(left(source), expected, source);
});

test('texts stay when asked for, comments never do', () => {
  assert.equal(left("import { a } from './a.ts'; // './b.ts'", true), "import { a } from './a.ts';");
  assert.equal(left('`a ${b} c`', true), '`a ${b} c`');
});

test('lines keep their numbers', () => {
  const source = '/* one\ntwo\nthree */\nfour';
  const code = codeOf(source, { texts: false });
  assert.equal(code.length, source.length);
  assert.equal(lineOf(code, code.indexOf('four')), 4);
});
