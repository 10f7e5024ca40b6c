import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GppModel } from '@iabgpp/cmpapi';
import fc from 'fast-check';
import { gppSection, readUsOptOut } from './gpp.ts';
import { tcfString } from './testing/tcf-string.ts';
import { readUsPrivacy } from './us-privacy.ts';

/** Sections 7 to 27 by the library's names, with the opt-outs that each has. */
const STATES = [
  'usnat usca usva usco usut usct usfl usmt usor ustx usde usia usne usnh usnj ustn usmn usmd usin usky usri',
].flatMap((names) => names.split(' '));
const OPT_OUTS = ['SaleOptOut', 'SharingOptOut', 'TargetedAdvertisingOptOut'];

const choice = fc.constantFrom(0, 1, 2);
const sections = fc.uniqueArray(
  fc.record({
    state: fc.integer({ min: 0, max: STATES.length - 1 }),
    outs: fc.tuple(choice, choice, choice),
    gpc: fc.boolean(),
  }),
  { selector: ({ state }) => state, maxLength: STATES.length },
);

function model(given: readonly { state: number; outs: readonly number[]; gpc: boolean }[]): GppModel {
  const gpp = new GppModel();
  for (const { state, outs, gpc } of given) {
    const name = STATES[state]!;
    gpp.setFieldValue(name, name === 'usmd' || state > 17 ? 'MspaVersion' : 'Version', 1);
    for (const [i, field] of OPT_OUTS.entries()) {
      if (gpp.hasField(name, field)) gpp.setFieldValue(name, field, outs[i]);
    }
    if (gpp.hasField(name, 'Gpc')) {
      gpp.setFieldValue(name, 'GpcSegmentIncluded', true);
      gpp.setFieldValue(name, 'Gpc', gpc);
    }
  }
  return gpp;
}

test('ortb/P6 every US section reads as the IAB library wrote it', () => {
  fc.assert(
    fc.property(sections, (given) => {
      const gpp = model(given);
      const text = gpp.encode();
      for (let section = 7; section <= 27; section++) {
        const name = STATES[section - 7]!;
        const found = gppSection(text, section);
        if (!gpp.hasSection(name)) {
          assert.equal(found, '', `section ${section} of ${text}`);
          continue;
        }
        assert.equal(found, gpp.encodeSection(name));
        const out = OPT_OUTS.some(
          (field) => gpp.hasField(name, field) && gpp.getFieldValue(name, field) === 1,
        );
        const control = gpp.hasField(name, 'Gpc') && gpp.getFieldValue(name, 'Gpc') === true;
        assert.equal(readUsOptOut(section, found!), out || control, `${name} of ${text}`);
      }
    }),
    { numRuns: 60 },
  );
});

test('ortb/P6 each single opt-out of each state decides, and so does GPC', () => {
  for (const [state, name] of STATES.entries()) {
    const read = (outs: readonly number[], gpc = false) => {
      const text = model([{ state, outs, gpc }]).encode();
      return readUsOptOut(state + 7, gppSection(text, state + 7)!);
    };
    assert.equal(read([2, 2, 2]), false, name);
    for (const [i, field] of OPT_OUTS.entries()) {
      const has = new GppModel();
      has.setFieldValue(name, 'MspaCoveredTransaction', 1);
      assert.equal(
        read(OPT_OUTS.map((_, at) => (at === i ? 1 : 2))),
        has.hasField(name, field),
        `${name} ${field}`,
      );
    }
    const controlled = new GppModel();
    controlled.setFieldValue(name, 'MspaCoveredTransaction', 1);
    assert.equal(read([2, 2, 2], true), controlled.hasField(name, 'Gpc'), `${name} GPC`);
  }
});

test('ortb/P6 the header is a list of Fibonacci ranges; sections 2 and 6 stand as they are', () => {
  const tcf = tcfString({ consents: [1, 2] });
  const gpp = new GppModel();
  gpp.decodeSection('tcfeuv2', tcf);
  gpp.decodeSection('uspv1', '1YYN');
  gpp.setFieldValue('usnat', 'Version', 1);
  const text = gpp.encode();
  assert.equal(gppSection(text, 6), '1YYN');
  assert.equal(readUsOptOut(6, gppSection(text, 6)!), true);
  assert.equal(gppSection(text, 2)!.split('.')[0], gpp.encodeSection('tcfeuv2').split('.')[0]);
  assert.equal(gppSection(text, 5), '');
  // The specification's example: sections 2 and 6, type 3, version 1.
  assert.equal(gppSection('DBACNYA~CPXxRfAPXxRfAAfKABENB~1YNN', 6), '1YNN');
});

test('ortb/P6 garbage is no string, and never throws', () => {
  for (const text of [
    '',
    'D',
    'DB',
    'DBAA~',
    'XBAA',
    'DB____',
    'DBABMA',
    'DBABMA~'.slice(0, 6),
    '~~~',
    '💥',
    `DB${'A'.repeat(999)}`,
  ]) {
    const section = gppSection(text, 7);
    assert.ok(section === undefined || section === '', text);
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void gppSection(text, 7)));
  fc.assert(fc.property(fc.base64String(), (text) => void gppSection(`DB${text}~x~y`, 7)));
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 6, max: 30 }), (text, id) => void readUsOptOut(id, text)),
  );
  for (const broken of ['', 'B', 'BVV', '!!!!!!!!', 'BVVqAAAAAAA.', 'BVVqAAAAAAA.!']) {
    assert.equal(readUsOptOut(7, broken), undefined, broken);
  }
  assert.equal(readUsOptOut(28, 'BVVqAAAAAAA'), undefined);
});

test('ortb/P7 the third character of a US Privacy string decides', () => {
  assert.equal(readUsPrivacy('1YYN'), true);
  assert.equal(readUsPrivacy('1YNN'), false);
  assert.equal(readUsPrivacy('1---'), false);
  for (const broken of ['', '1YY', '2YYN', '1YXN', '1YYNN', ' 1YN'])
    assert.equal(readUsPrivacy(broken), undefined, broken);
});
