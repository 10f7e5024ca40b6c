import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gppUsNational, tcfString, usPrivacyString } from './consent.ts';

const CREATED_DS = Date.UTC(2026, 2, 2) / 100;

/** The bits of a base64url text. */
function bitsOf(text: string): string {
  return [...Buffer.from(text, 'base64url')].map((byte) => byte.toString(2).padStart(8, '0')).join('');
}

test('a consent string carries version, creation, purposes and vendors where TCF 2.3 puts them', () => {
  const [core, disclosed] = tcfString('some', CREATED_DS, 'de').split('.');
  const bits = bitsOf(core!);
  assert.equal(Number.parseInt(bits.slice(0, 6), 2), 2);
  assert.equal(Number.parseInt(bits.slice(6, 42), 2), CREATED_DS);
  assert.equal(bits.slice(152, 176), '110000100000000000000000');
  assert.equal(Number.parseInt(bits.slice(213, 229), 2), 1_300);
  assert.equal(bitsOf(disclosed!).slice(0, 3), '001');
});

test('a refusal consents to no purpose and no vendor', () => {
  const bits = bitsOf(tcfString('none', CREATED_DS, 'fr').split('.')[0]!);
  assert.equal(bits.slice(152, 200), '0'.repeat(48));
  assert.equal(bits.slice(213, 230), '0'.repeat(17));
});

test('without disclosed vendors there is one segment; garbage is no base64url', () => {
  assert.ok(!tcfString('undisclosed', CREATED_DS, 'en').includes('.'));
  assert.ok(!/^[\w-]+(\.[\w-]+)*$/.test(tcfString('garbage', CREATED_DS, 'en')));
});

test('US strings: the published example of GPP, and the four letters of the CCPA', () => {
  assert.equal(gppUsNational(false, false), 'DBABLA~BVVqAAAAAgA.QA');
  assert.equal(gppUsNational(true, true), 'DBABLA~BVVVAAAAAgA.YA');
  assert.equal(usPrivacyString(true), '1YYN');
});
