import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { parseBrief } from './parse-brief.ts';
import { readText } from './read-text.ts';
import { arbitraryBrief } from './testing/arbitrary-brief.ts';

function refused(text: string, message: RegExp): void {
  assert.throws(() => readText(text, 'brief.yaml'), { code: 'GV_BAD_INPUT', message });
}

test('a brief is the same in YAML and in JSON', () => {
  fc.assert(
    fc.property(arbitraryBrief, (brief) => {
      assert.deepEqual(parseBrief(stringify(brief)), parseBrief(JSON.stringify(brief)));
    }),
  );
});

test('what begins with a brace is JSON, also after white space or a byte order mark', () => {
  for (const text of ['{"a": 1}', '\n  {"a": 1}', '\uFEFF{"a": 1}'])
    assert.deepEqual(readText(text, 'brief').value, { a: 1 });
  refused('{a: 1}', /brief\.yaml is not JSON/);
});

test('dates and versions in quotes stay texts; yes and no are no booleans', () => {
  const text = 'day: 2027-03-01\nversion: "1.10"\nanswer: yes\n';
  assert.deepEqual(readText(text, 'brief').value, { day: '2027-03-01', version: '1.10', answer: 'yes' });
});

test('each key knows its line, and a missing one that of what should have it', () => {
  const { lineOf } = readText('a: 1\nb:\n  - c: 1\n  - c:\n      d: 2\nx: &x { y: 1 }\nz: *x\n', 'brief');
  const lines = [['a'], ['b'], ['b', 0], ['b', 1, 'c'], ['b', 1, 'c', 'd'], ['z', 'y']].map(lineOf);
  assert.deepEqual(lines, [1, 2, 3, 4, 5, 6]);
  assert.equal(lineOf(['b', 1, 'missing']), 4);
  assert.equal(lineOf([]), 1);
  assert.equal(readText('{"a": 1}', 'brief').lineOf(['a']), undefined);
});

test('a key that stands twice is refused', () => {
  refused('a: 1\nb: 2\na: 3\n', /line 3 names the key "a" again/);
  refused('a:\n  - { b: 1, b: 2 }\n', /line 2 names the key "b" again/);
  refused('{"a": {"b": 1, "b": 2}}', /it names the key "b" twice/);
});

test('text that would mean something else to another reader is refused', () => {
  refused('a: [\n', /line \d is not YAML/);
  refused('a: 1\n---\nb: 2\n', /multiple documents/);
  refused('a: !!js/function x\n', /tag/);
  refused('? [1, 2]\n: 3\n', /keys must be strings/);
});

test('text that would never end, or fill the memory, is refused', () => {
  refused('['.repeat(50_000), /is not YAML/);
  refused(`{"a": ${'['.repeat(100)}${']'.repeat(100)}}`, /nests deeper/);
  refused('a: &a { b: *a }\n', /inside of its own anchor/);
  refused('a: *b\n', /Unresolved alias/);
  const bomb = [
    'a: &a [1,1,1,1,1,1,1,1,1]',
    ...'bcdefgh'.split('').map((key, index) => {
      const before = 'abcdefg'[index]!;
      return `${key}: &${key} [${Array(9).fill(`*${before}`).join(', ')}]`;
    }),
  ];
  refused(`${bomb.join('\n')}\n`, /Excessive alias count/);
  refused(`a: ${'x'.repeat(200_000)}`, /has 200003 characters; at most 200000/);
});
