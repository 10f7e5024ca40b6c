import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TCString } from '@iabtcf/core';
import fc from 'fast-check';
import { readTcf } from './tcf.ts';
import { type TcfSample, tcfString } from './testing/tcf-string.ts';

const ids = (max: number) => fc.uniqueArray(fc.integer({ min: 1, max }), { maxLength: 30 });
// Dense sets make the library write bit fields, sparse ones ranges.
const vendors = fc.oneof(
  ids(900),
  fc
    .tuple(fc.integer({ min: 1, max: 800 }), fc.integer({ min: 0, max: 99 }))
    .map(([from, count]) => Array.from({ length: count + 1 }, (_, i) => from + i)),
);
const sample: fc.Arbitrary<TcfSample> = fc.record(
  {
    createdMs: fc.integer({ min: 15_000_000, max: 20_000_000 }).map((tenths) => tenths * 100_000),
    consents: ids(11),
    interests: ids(11),
    features: ids(2),
    vendorConsents: vendors,
    vendorInterests: vendors,
    disclosed: vendors,
    restrictions: fc.array(
      fc.record({
        vendor: fc.integer({ min: 430, max: 470 }),
        purpose: fc.integer({ min: 2, max: 11 }),
        kind: fc.integer({ min: 0, max: 2 }),
      }),
      { maxLength: 12 },
    ),
  },
  { requiredKeys: [] },
);

const mask = (count: number, has: (id: number) => boolean) =>
  Array.from({ length: count }, (_, i) => (has(i + 1) ? 1 << i : 0)).reduce((all, bit) => all | bit, 0);

test('ortb/P11 a TCF string reads as the IAB library reads it, for any vendor', () => {
  fc.assert(
    fc.property(
      sample,
      fc.oneof(fc.integer({ min: 430, max: 470 }), fc.integer({ min: 1, max: 950 })),
      (given, vendor) => {
        const text = tcfString(given);
        const oracle = TCString.decode(text);
        const restricted = (kind: number) =>
          mask(24, (purpose) =>
            oracle.publisherRestrictions
              .getRestrictions(vendor)
              .some((each) => each.purposeId === purpose && Number(each.restrictionType) === kind),
          );
        assert.deepEqual(readTcf(text, vendor), {
          createdMs: oracle.created.getTime(),
          specialFeatures: mask(12, (id) => oracle.specialFeatureOptins.has(id)),
          purposeConsents: mask(24, (id) => oracle.purposeConsents.has(id)),
          purposeInterests: mask(24, (id) => oracle.purposeLegitimateInterests.has(id)),
          vendorConsent: oracle.vendorConsents.has(vendor),
          vendorInterest: oracle.vendorLegitimateInterests.has(vendor),
          forbidden: restricted(0),
          consentOnly: restricted(1),
          interestOnly: restricted(2),
          disclosed:
            given.disclosed === undefined ? 'absent' : oracle.vendorsDisclosed.has(vendor) ? 'yes' : 'no',
        });
      },
    ),
    { numRuns: 100 },
  );
});

test('ortb/P5 garbage is no string, and never throws', () => {
  for (const text of [
    '',
    'x',
    'C',
    '....',
    'BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA',
    'C'.repeat(5000),
    '💥',
    '%%%%',
    'COw4XqLO',
  ]) {
    assert.equal(readTcf(text, 7), undefined, text.slice(0, 20));
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readTcf(text, 7)));
  fc.assert(fc.property(fc.base64String(), (text) => void readTcf(`C${text}`, 7)));
});

test('ortb/P5 a string cut short anywhere in its core is no string', () => {
  const text = tcfString({ vendorConsents: [1, 2, 3, 700], consents: [1, 2] }).split('.')[0]!;
  // The last characters may hold padding only.
  for (let length = 0; length < text.length - 4; length++)
    assert.equal(readTcf(text.slice(0, length), 7), undefined);
  assert.ok(readTcf(text, 7) !== undefined);
});

test('ortb/P5 a disclosed segment that cannot be read spoils the string', () => {
  const core = tcfString({}).split('.')[0]!;
  assert.equal(readTcf(`${core}.I`, 7), undefined);
  assert.equal(readTcf(`${core}.!`, 7), undefined);
  assert.equal(readTcf(`${core}.`, 7), undefined);
});
