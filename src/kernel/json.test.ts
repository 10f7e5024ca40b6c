import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_JSON_DEPTH, nestsAtMost, parseJson } from './json.ts';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('parseJson', () => {
  it('reads what JSON.parse reads, up to the depth cap', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 20 }), (text) => {
        assert.deepEqual(parseJson(text, 'it'), JSON.parse(text));
      }),
    );
  });

  it('fault/B9 refuses nesting beyond the cap, however deep, without recursion', () => {
    assert.deepEqual(parseJson(nested(MAX_JSON_DEPTH), 'it'), JSON.parse(nested(MAX_JSON_DEPTH)));
    for (const depth of [MAX_JSON_DEPTH + 1, 100_000, 1_000_000]) {
      assert.throws(() => parseJson('['.repeat(depth), 'it'), {
        code: 'GV_RESPONSE_INVALID',
        message: 'it cannot be read: it nests deeper than 64 levels',
      });
      assert.throws(() => parseJson('{"a":'.repeat(depth), 'it'), { code: 'GV_RESPONSE_INVALID' });
    }
  });

  it('does not count brackets inside strings, escaped quotes or not', () => {
    const text = JSON.stringify({ a: '['.repeat(500), b: `\\"${'{'.repeat(500)}`, c: '\\'.repeat(31) });
    assert.equal(nestsAtMost(text, 1), true);
    assert.deepEqual(parseJson(text, 'it'), JSON.parse(text));
  });

  it('measures the same depth as a walk of the value', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const depth = depthOf(JSON.parse(text));
        assert.equal(nestsAtMost(text, depth), true);
        assert.equal(depth === 0 || !nestsAtMost(text, depth - 1), true);
      }),
    );
  });

  it('fault/B9 refuses an object that names a key twice, however it is written', () => {
    for (const text of [
      '{"a":1,"a":2}',
      '{"a":1,"b":[{"c":{}},{"x":1}],"a":2}',
      '[{"a":{"cpm":1,"n":[1,{"z":0}],"cpm":2}}]',
      '{"a":1,"\\u0061":2}',
      '{"\\"":1,"\\"":2}',
    ]) {
      assert.throws(
        () => parseJson(text, 'it'),
        { code: 'GV_RESPONSE_INVALID', message: /names the key .* twice/ },
        text,
      );
    }
    for (const text of ['{"a":"a","b":"a"}', '[{"a":1},{"a":2}]', '{"a":{"a":{"a":["a","a"]}}}', '["a","a"]'])
      assert.deepEqual(parseJson(text, 'it'), JSON.parse(text));
  });

  it('says what is wrong: empty, cut off, not JSON', () => {
    for (const text of ['', '  ', '{"a":', 'NaN', '{"a":Infinity}', '<html>', "{'a':1}", '{"a":"', '\\"']) {
      assert.throws(() => parseJson(text, 'the quote'), {
        code: 'GV_RESPONSE_INVALID',
        message: /^the quote/,
      });
    }
  });

  it('tolerates a byte order mark, and never sets a prototype', () => {
    assert.deepEqual(parseJson('\ufeff{"a":1}', 'it'), { a: 1 });
    const value = parseJson('{"__proto__":{"polluted":true}}', 'it') as Record<string, unknown>;
    assert.equal(value.polluted, undefined);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });
});
