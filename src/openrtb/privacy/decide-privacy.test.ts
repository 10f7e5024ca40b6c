import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GppModel } from '@iabgpp/cmpapi';
import { GavotteError } from '../../kernel/index.ts';
import { readSample, sampleRequest } from '../testing/index.ts';
import { ALL_ALLOWED, PRIVACY } from './bits.ts';
import { decidePrivacy, privacyPolicy } from './decide-privacy.ts';
import { readPrivacySettings } from './policy.ts';
import { RecentAnswers } from './recent.ts';
import { LAST_INTEREST_VENDOR, type TcfSample, tcfString } from './testing/tcf-string.ts';

const US = 7;
const BASE = { vendorId: US, interestPurposes: [7], withoutConsent: 'contextual' };
const GRANTED: TcfSample = {
  consents: [1, 2, 3, 4],
  interests: [7],
  features: [1],
  vendorConsents: [US],
  vendorInterests: [US],
  disclosed: [US],
};
const NEW_RULES = Date.UTC(2026, 5, 1);

interface Signals {
  readonly regs?: object;
  readonly user?: object;
  readonly device?: object;
}

/** The names of what may be done. */
function allowed(signals: Signals, settings: object = BASE): string[] {
  const sample = sampleRequest('banner');
  const device = sample.device as object;
  const request = readSample({
    ...sample,
    regs: signals.regs ?? {},
    user: signals.user ?? {},
    device: { ...device, ...signals.device },
  });
  const bits = decidePrivacy(request, privacyPolicy(readPrivacySettings(settings)));
  return Object.entries(PRIVACY)
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name);
}
const EVERYTHING = Object.keys(PRIVACY);
const europe = (sample: TcfSample, settings: object = BASE) =>
  allowed({ regs: { gdpr: 1 }, user: { consent: tcfString(sample) } }, settings);

test('privacy: without any signal, in the United States, everything is allowed', () => {
  assert.deepEqual(allowed({}), EVERYTHING);
  assert.equal(
    Object.values(PRIVACY).reduce((all, bit) => all | bit, 0),
    ALL_ALLOWED,
  );
});

test('ortb/P1 for children only the context is used', () => {
  assert.deepEqual(allowed({ regs: { coppa: 1 } }), ['mayBid']);
  assert.deepEqual(allowed({ regs: { coppa: 1 } }, { ...BASE, children: 'no-bid' }), []);
});

describe('ortb/P2 whether GDPR applies', () => {
  const consent = tcfString(GRANTED);
  test('by gdpr in its 2.6 and its 2.5 place', () => {
    assert.deepEqual(allowed({ regs: { gdpr: 1 } }), ['mayBid']);
    assert.deepEqual(allowed({ regs: { ext: { gdpr: 1 } } }), ['mayBid']);
    assert.deepEqual(allowed({ regs: { gdpr: 0, ext: { gdpr: 1 } } }), ['mayBid']);
    assert.deepEqual(allowed({ regs: { ext: { gdpr: 1 } }, user: { ext: { consent } } }), EVERYTHING);
  });
  test('by country when nothing is said', () => {
    assert.deepEqual(allowed({ device: { geo: { country: 'DEU' } } }), ['mayBid']);
    assert.deepEqual(allowed({ device: { geo: { country: 'CHE' } } }), ['mayBid']);
    assert.deepEqual(allowed({ regs: { gdpr: 0 }, device: { geo: { country: 'DEU' } } }), EVERYTHING);
    assert.deepEqual(allowed({ device: { geo: {} } }), EVERYTHING);
  });
  test('by a consent string when not even the country is known', () => {
    assert.deepEqual(allowed({ device: { geo: {} }, user: { consent: 'x' } }), ['mayBid']);
  });
});

describe('ortb/P3 purposes', () => {
  test('granted all', () => assert.deepEqual(europe(GRANTED), EVERYTHING));
  test('without purpose 2 there is no bid', () => {
    assert.deepEqual(europe({ ...GRANTED, consents: [1, 3, 4] }), []);
    assert.deepEqual(europe({ ...GRANTED, vendorConsents: [US + 1] }), []);
  });
  test('purpose 1 is for storage and ids', () => {
    assert.deepEqual(europe({ ...GRANTED, consents: [2, 3, 4] }), ['mayBid', 'mayGeo', 'mayMeasure']);
  });
  test('purposes 3 and 4 are for personalisation', () => {
    for (const consents of [
      [1, 2, 3],
      [1, 2, 4],
    ]) {
      assert.ok(!europe({ ...GRANTED, consents }).includes('mayPersonalise'));
    }
  });
  test('purpose 7 is for measurement', () => {
    assert.ok(!europe({ ...GRANTED, interests: [] }).includes('mayMeasure'));
  });
  test('special feature 1 is for the precise place', () => {
    assert.ok(!europe({ ...GRANTED, features: [2] }).includes('mayGeo'));
  });
  test('legitimate interest carries purpose 2 only when registered so', () => {
    const interest = { ...GRANTED, consents: [1, 3, 4], interests: [2, 7] };
    assert.deepEqual(europe(interest), []);
    assert.deepEqual(europe(interest, { ...BASE, interestPurposes: [2, 7] }), EVERYTHING);
    assert.deepEqual(europe({ ...interest, vendorInterests: [] }, { ...BASE, interestPurposes: [2, 7] }), []);
  });
});

describe('ortb/P3 publisher restrictions come first', () => {
  const restrict = (kind: number, purpose = 2, vendor = US) => ({
    restrictions: [{ vendor, purpose, kind }],
  });
  const interest2 = { ...BASE, interestPurposes: [2, 7] };
  const both = { ...GRANTED, interests: [2, 7] };
  test('a forbidden purpose is forbidden', () => {
    assert.deepEqual(europe({ ...GRANTED, ...restrict(0) }), []);
    assert.deepEqual(europe({ ...GRANTED, ...restrict(0, 2, US + 1) }), EVERYTHING);
  });
  test('another basis than ours can be followed when the purpose is flexible only', () => {
    assert.deepEqual(europe({ ...both, ...restrict(1) }, interest2), []);
    assert.deepEqual(
      europe({ ...both, ...restrict(1) }, { ...interest2, flexiblePurposes: [2] }),
      EVERYTHING,
    );
    assert.deepEqual(
      europe({ ...both, consents: [1, 3, 4], ...restrict(1) }, { ...interest2, flexiblePurposes: [2] }),
      [],
    );
    // A vendor that rests purpose 2 on consent, since no list restricts another to what it does anyway.
    const vendor = LAST_INTEREST_VENDOR + 7;
    const mine = [vendor];
    const theirs = {
      ...both,
      vendorConsents: mine,
      vendorInterests: mine,
      disclosed: mine,
      ...restrict(2, 2, vendor),
    };
    assert.deepEqual(europe(theirs, { ...BASE, vendorId: vendor }), []);
    assert.deepEqual(europe(theirs, { ...BASE, vendorId: vendor, flexiblePurposes: [2] }), EVERYTHING);
  });
});

describe('ortb/P4 TCF 2.3', () => {
  const { disclosed, ...silent } = GRANTED;
  test('since March 2026 a string tells whom it disclosed, before it need not', () => {
    assert.deepEqual(europe({ ...silent, createdMs: NEW_RULES }), ['mayBid']);
    assert.deepEqual(europe({ ...GRANTED, createdMs: NEW_RULES }), EVERYTHING);
    assert.deepEqual(europe({ ...silent, createdMs: Date.UTC(2026, 1, 28) }), EVERYTHING);
    assert.deepEqual(disclosed, [US]);
  });
  test('a vendor that was not disclosed has no legitimate interest, consent stays', () => {
    const hidden = europe({ ...GRANTED, disclosed: [US + 1], createdMs: NEW_RULES });
    assert.ok(hidden.includes('mayPersonalise') && !hidden.includes('mayMeasure'));
  });
});

test('ortb/P5 a missing or broken string is contextual or no bid, by policy', () => {
  for (const consent of ['', 'garbage', 'C💥']) {
    const signals = { regs: { gdpr: 1 }, user: { consent } };
    assert.deepEqual(allowed(signals), ['mayBid']);
    assert.deepEqual(allowed(signals, { vendorId: US }), []);
  }
  assert.deepEqual(europe(GRANTED, { ...BASE, vendorId: null }), ['mayBid']);
});

describe('ortb/P6 GPP', () => {
  const usNational = (fields: Record<string, number>) => {
    const gpp = new GppModel();
    gpp.setFieldValue('usnat', 'Version', 1);
    for (const [field, value] of Object.entries(fields)) gpp.setFieldValue('usnat', field, value);
    return gpp.encode();
  };
  const OPTED_OUT = ['mayBid', 'mayMeasure'];
  const out = usNational({ SaleOptOut: 1 });
  test('an opt-out leaves the context', () => {
    assert.deepEqual(allowed({ regs: { gpp: out, gpp_sid: [7] } }), OPTED_OUT);
    assert.deepEqual(allowed({ regs: { ext: { gpp: out, gpp_sid: [7] } } }), OPTED_OUT);
    assert.deepEqual(allowed({ regs: { gpp: out, gpp_sid: [7] } }, { ...BASE, optedOut: 'no-bid' }), []);
    assert.deepEqual(allowed({ regs: { gpp: usNational({ SaleOptOut: 2 }), gpp_sid: [7] } }), EVERYTHING);
  });
  test('only sections that apply count', () => {
    assert.deepEqual(allowed({ regs: { gpp: out, gpp_sid: [-1] } }), EVERYTHING);
    assert.deepEqual(allowed({ regs: { gpp: out } }), EVERYTHING);
  });
  test('a section that applies and is not there, or is broken, permits nothing about the user', () => {
    assert.deepEqual(allowed({ regs: { gpp: out, gpp_sid: [8] } }), OPTED_OUT);
    assert.deepEqual(allowed({ regs: { gpp: 'DBgarbage', gpp_sid: [7] } }), OPTED_OUT);
    assert.deepEqual(allowed({ regs: { gpp: 'x', gpp_sid: [5] } }), ['mayBid']);
  });
  test('section 2 makes GDPR apply, with its own string; a second one must agree', () => {
    const gpp = new GppModel();
    gpp.decodeSection('tcfeuv2', tcfString({ ...GRANTED, createdMs: Date.UTC(2026, 0, 1) }));
    const regs = { gdpr: 0, gpp: gpp.encode(), gpp_sid: [2] };
    assert.ok(allowed({ regs }).includes('mayPersonalise'));
    assert.deepEqual(allowed({ regs, user: { consent: tcfString({ ...GRANTED, consents: [] }) } }), []);
  });
});

test('ortb/P7 a US Privacy string that opts out, or is broken, leaves the context', () => {
  for (const us_privacy of ['1YYN', '1Y', 'zzzz']) {
    assert.deepEqual(allowed({ regs: { ext: { us_privacy } } }), ['mayBid', 'mayMeasure'], us_privacy);
  }
  assert.deepEqual(allowed({ regs: { us_privacy: '1YNN' } }), EVERYTHING);
});

test('ortb/P8 devices that limit tracking, and the id of zeros, are nobody', () => {
  for (const device of [{ lmt: 1 }, { dnt: 1 }, { ifa: '00000000-0000-0000-0000-000000000000' }]) {
    assert.deepEqual(allowed({ device }), ['mayBid', 'mayMeasure'], JSON.stringify(device));
  }
});

test('ortb/P11 answers are kept for strings that return, in bounded number, and stay the same', () => {
  const policy = privacyPolicy(readPrivacySettings(BASE));
  const request = readSample({
    ...sampleRequest('banner'),
    regs: { gdpr: 1 },
    user: { consent: tcfString(GRANTED) },
  });
  const first = decidePrivacy(request, policy);
  assert.equal(policy.tcfAnswers.size, 1);
  assert.equal(decidePrivacy(request, policy), first);
  assert.equal(policy.tcfAnswers.size, 1);
  const recent = new RecentAnswers(10);
  for (let i = 0; i < 1000; i++) {
    recent.set(`text ${i}`, i);
    assert.equal(recent.get('text 0'), 0, 'what is asked for again and again is kept');
    assert.ok(recent.size <= 21);
  }
  assert.equal(recent.get('text 500'), undefined);
});

test('privacy: wrong settings are named', () => {
  const wrong = [
    {},
    { vendorId: 0 },
    { vendorId: 7, interestPurposes: [3] },
    { vendorId: 7, gdprCountries: ['DE'] },
    null,
  ];
  for (const settings of wrong) {
    assert.throws(
      () => readPrivacySettings(settings),
      (thrown) => thrown instanceof GavotteError,
    );
  }
});
