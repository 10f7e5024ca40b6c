import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { safeText } from './safe-text.ts';

const ACTS = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u;

test('fault/B10: no text from outside can act on a terminal, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
      const safe = safeText(text);
      assert.equal(ACTS.test(safe), false);
      assert.ok([...safe].length <= 300);
      assert.equal(safe.isWellFormed(), true);
    }),
  );
});

test('what it is known to be attacked with', () => {
  const cases: readonly [string, string, string][] = [
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['clearing the screen', 'a\u001b[2J\u001b[Hb', 'ab'],
    ['a window title', '\u001b]0;owned\u0007seller', 'seller'],
    ['a link that lies', '\u001b]8;;https://evil.example\u001b\\bank\u001b]8;;\u001b\\', 'bank'],
    ['an escape that does not end', 'a\u001b[', 'a['],
    ['8-bit controls', 'a\u009b31mb', 'ab'],
    ['overwriting the line', 'price 10\rprice 99', 'price 10 price 99'],
    ['backspaces', '$99\b\b\b$10', '$99$10'],
    ['text that runs backwards', 'pay \u202e00.01$\u202c', 'pay 00.01$'],
    ['isolates', '\u2066a\u2069', 'a'],
    ['zero-width letters', 'pay\u200bpal\ufeff', 'paypal'],
    ['invisible tags', 'a\u{e0041}\u{e0042}', 'a'],
    ['many lines', 'one\n\ntwo\u2028three\u0085four', 'one two threefour'],
    ['half a character', 'a\ud800b', 'a\ufffdb'],
  ];
  for (const [name, text, expected] of cases) assert.equal(safeText(text), expected, name);
});

test('a tower of combining marks is cut to four', () => {
  assert.equal(safeText(`a${'\u0300'.repeat(500)}b`), `a${'\u0300'.repeat(4)}b`);
});

test('honest names in any script stay as they are', () => {
  for (const name of [
    'Müller & Söhne',
    '株式会社テスト',
    'Компания №1',
    'شركة',
    'कंपनी',
    '광고 회사',
    'Ünïted 📺',
  ]) {
    assert.equal(safeText(name), name);
  }
});

test('a long text is cut with an ellipsis, and one of megabytes costs no more', () => {
  assert.equal(safeText('abcdef', 4), 'abc…');
  assert.equal(safeText('abcd', 4), 'abcd');
  assert.equal([...safeText('📺'.repeat(1_000_000))].length, 300);
});
