import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wireDay, wireTime } from './time.ts';

describe('wireTime', () => {
  for (const [text, iso] of [
    ['2026-11-23T05:58:06.3Z', '2026-11-23T05:58:06.300Z'],
    ['2026-11-23T05:58:06.382Z', '2026-11-23T05:58:06.382Z'],
    ['2026-11-22T05:58:06.329855Z', '2026-11-22T05:58:06.329Z'],
    ['2026-11-23T05:58:06.3', '2026-11-23T05:58:06.300Z'],
    ['2026-11-23 05:58:06', '2026-11-23T05:58:06.000Z'],
    ['2026-11-23T05:58', '2026-11-23T05:58:00.000Z'],
    ['2026-11-23T05:58:06+02:00', '2026-11-23T03:58:06.000Z'],
    ['2026-11-23T05:58:06z', '2026-11-23T05:58:06.000Z'],
    ['2026-12-31T23:59:60Z', '2026-12-31T23:59:59.000Z'],
    ['2026-12-31T23:59:60.5', '2026-12-31T23:59:59.500Z'],
  ] as const) {
    it(`reads ${text} as ${iso}`, () => {
      assert.equal(new Date(wireTime.parse(text)).toISOString(), iso);
    });
  }

  for (const text of [
    '',
    'soon',
    '2026-11-23',
    '23/11/2026',
    '2026-13-01T00:00:00Z',
    '2026-11-23T25:00:00Z',
    '1795413486',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(wireTime.safeParse(text).success, false);
    });
  }

  it('refuses numbers and null', () => {
    for (const value of [1_795_413_486, null, undefined, {}])
      assert.equal(wireTime.safeParse(value).success, false);
  });
});

describe('wireDay', () => {
  it('reads days, and timestamps as their day', () => {
    assert.equal(wireDay.parse('2026-12-01'), '2026-12-01');
    assert.equal(wireDay.parse('2026-12-01T00:00:00Z'), '2026-12-01');
  });

  for (const text of ['', '2026-12', '2026-13-01', '01.12.2026', '2026-12-01x', '2026-12-01T']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(wireDay.safeParse(text).success, false);
    });
  }
});
