import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Column, table } from './table.ts';
import { cutToWidth, padToWidth, textWidth } from './text-width.ts';

const COLUMNS: readonly Column[] = [
  { title: 'seller', align: 'left', maxWidth: 30 },
  { title: 'cost', align: 'right' },
  { title: 'note', align: 'left', maxWidth: 60 },
];

describe('table', () => {
  test('names stand left, money right', () => {
    const lines = table(COLUMNS, [
      ['Copper', '$9,000.00', 'fine'],
      ['Bluestone Channels', '$12.50', ''],
    ]);
    assert.deepEqual(lines, [
      'seller                   cost  note',
      '──────────────────  ─────────  ────',
      'Copper              $9,000.00  fine',
      'Bluestone Channels     $12.50',
    ]);
  });

  test('without rows it is its titles', () => {
    assert.deepEqual(table(COLUMNS, []), ['seller  cost  note', '──────  ────  ────']);
  });

  test('wide characters keep the columns in line', () => {
    const lines = table(COLUMNS, [
      ['株式会社', '$1.00', 'x'],
      ['📺 TV', '$22.00', 'y'],
      ['e\u0301te\u0301', '$3.00', 'z'],
    ]);
    const before = (mark: string) =>
      lines.slice(2).map((line) => textWidth(line.slice(0, line.indexOf(mark))));
    assert.deepEqual(before('$'), [11, 10, 11]);
    assert.deepEqual(
      lines.slice(2).map((line) => textWidth(line)),
      [19, 19, 19],
    );
  });

  test('a cell cannot leave its row or its cell', () => {
    const lines = table(COLUMNS, [['a\nb\u001b[2J', '$1.00', 'x'.repeat(100)]]);
    assert.equal(lines.length, 3);
    assert.match(lines[2]!, /^a b {5}\$1\.00 {2}x{59}…$/);
  });

  test('a narrow terminal squeezes the texts, the widest first, and never a sum', () => {
    const row = ['A seller with a long name', '$1,234,567.89', 'a note that goes on for quite a while'];
    for (const width of [80, 60, 50, 40]) {
      const lines = table(COLUMNS, [row], width);
      for (const line of lines) assert.ok(textWidth(line) <= width, `${width}: ${line}`);
      assert.ok(lines[2]!.includes('$1,234,567.89'));
    }
    assert.ok(table(COLUMNS, [row], 5)[2]!.includes('$1,234,567.89'));
  });

  test('every line of a table is at most as wide as its rule', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell)), (rows) => {
        const lines = table(COLUMNS, rows);
        const rule = textWidth(lines[1]!);
        for (const line of lines) assert.ok(textWidth(line) <= rule, JSON.stringify(line));
      }),
    );
  });
});

describe('text width', () => {
  test('columns of a terminal, not code units', () => {
    const cases: readonly [string, number][] = [
      ['abc', 3],
      ['', 0],
      ['é', 1],
      ['e\u0301', 1],
      ['漢字', 4],
      ['한국', 4],
      ['ｶﾅ', 2],
      ['📺', 2],
      ['👩\u200d👧', 2],
      ['✓…●█', 4],
      ['─', 1],
    ];
    for (const [text, width] of cases) assert.equal(textWidth(text), width, text);
  });

  test('cutting and padding reach exactly the width, unless a wide character stands across the cut', () => {
    assert.equal(cutToWidth('abcdef', 4), 'abc…');
    assert.equal(cutToWidth('漢字漢字', 4), '漢…');
    assert.equal(cutToWidth('abc', 0), '');
    assert.equal(padToWidth('漢', 4, 'right'), '  漢');
    assert.equal(padToWidth('漢', 4, 'left'), '漢  ');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 30 }), (text, width) => {
        assert.ok(textWidth(cutToWidth(text, width)) <= width);
      }),
    );
  });
});
