import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, sha256, uuidFrom } from './hash.ts';

/** The same value with the keys of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, reversed(each)] as const);
  return Object.fromEntries(entries.reverse());
}

test('SHA-256 of "abc" is the one of FIPS 180', () => {
  assert.equal(sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('canonical JSON reads back as the value, and does not depend on the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      assert.equal(canonicalJson(reversed(value)), text);
    }),
  );
});

test('keys are in code-unit order, without spaces (RFC 8785)', () => {
  assert.equal(canonicalJson({ b: [1, { d: 1, c: 2 }], a: 'x' }), '{"a":"x","b":[1,{"c":2,"d":1}]}');
  assert.equal(canonicalJson({ é: 1, z: 2, ﬁ: 3, '😀': 4 }), '{"z":2,"é":1,"😀":4,"ﬁ":3}');
  assert.equal(canonicalJson({ 10: 1, 9: 2 }), '{"10":1,"9":2}');
});

test('members that are undefined are left out, as JSON leaves them out', () => {
  assert.equal(canonicalJson({ a: undefined, b: 1 }), '{"b":1}');
  assert.equal(canonicalJson([undefined, 1]), '[null,1]');
  assert.equal(canonicalJson(undefined), 'null');
  assert.equal(canonicalJson(-0), '0');
});

test('a number that JSON cannot say is refused, as null would hash like another value', () => {
  for (const value of [Number.NaN, Infinity, -Infinity]) {
    assert.throws(() => canonicalJson({ a: [value] }), { code: 'GV_INTERNAL' });
  }
});

test('an id from a text has the form of a UUID version 8 and depends on the text alone', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.match(uuidFrom(text), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(uuidFrom(text), uuidFrom(text));
    }),
  );
  assert.notEqual(uuidFrom('a'), uuidFrom('b'));
});
