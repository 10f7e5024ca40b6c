import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { plainText, wireId } from './text.ts';

describe('seller text', () => {
  for (const [hidden, shown] of [
    ['plain', 'plain'],
    ['\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['a\u200bb\u202ec', 'a b c'],
    ['line\nbreak\r', 'line break'],
    ['\u{e0041}tag', 'tag'],
    ['half \ud800 pair', 'half \ufffd pair'],
    ['Télé — 東京 🎬', 'Télé — 東京 🎬'],
  ] as const) {
    it(`fault/B17 shows ${JSON.stringify(hidden)} as ${JSON.stringify(shown)}`, () => {
      assert.equal(plainText(hidden), shown);
    });
  }

  it('never grows, never hides a character, at most 500 long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (text) => {
        const shown = plainText(text);
        assert.ok(shown.length <= 500);
        assert.doesNotMatch(shown, /[\p{Cc}\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe('wireId', () => {
  it('keeps opaque ids verbatim', () => {
    for (const id of ['qt-428149a55ed6', 'DEMO-EC195F7A40D5', 'CSV id 7', 'org--1/2', '東京', 'a..b'])
      assert.equal(wireId.parse(id), id);
  });

  it('refuses ids that a path would swallow or that hide characters', () => {
    for (const id of [
      '',
      '.',
      '..',
      ' x',
      'x ',
      'a\u0000b',
      'a\u200bb',
      'a\nb',
      '\ud800',
      'x'.repeat(257),
      7,
      null,
    ])
      assert.equal(wireId.safeParse(id).success, false, JSON.stringify(id));
  });
});
