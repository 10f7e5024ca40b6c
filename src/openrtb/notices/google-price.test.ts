import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GavotteError } from '../../kernel/index.ts';
import { googlePriceDecoder } from './google-price.ts';
import { substituteMacros } from './macros.ts';
import { noticeReader } from './reader.ts';
import { CONFIG, NOW, plainExchange, sampleTarget } from './testing.ts';

// Keys and vectors of Google's public documentation.
const ENCRYPTION = 'skU7Ax_NL5pPAFyKdkfZjZz2-VhIN8bjj1rVFOaJ_5o=';
const INTEGRITY = 'arO23ykdNqUQ5LEoQ0FVmPkBd7xB5CO89PDZlSjpFxo=';
const VECTORS: readonly [string, number][] = [
  ['YWJjMTIzZGVmNDU2Z2hpN7fhCuPemCce_6msaw', 100],
  ['YWJjMTIzZGVmNDU2Z2hpN7fhCuPemCAWJRxOgA', 1900],
  ['YWJjMTIzZGVmNDU2Z2hpN7fhCuPemC32prpWWw', 2700],
];
const decode = googlePriceDecoder(ENCRYPTION, INTEGRITY);

test('ortb/W6 the published vectors decrypt', () => {
  for (const [text, price] of VECTORS) {
    assert.equal(decode(text), price);
    assert.equal(decode(`${text}==`), price);
  }
});

test('ortb/W6 with any bit flipped, a price is unreadable', () => {
  for (const [text] of VECTORS) {
    const message = Buffer.from(text, 'base64url');
    // The IV decides the pad, so its bits count too.
    for (let bit = 0; bit < message.length * 8; bit++) {
      const flipped = Buffer.from(message);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(decode(flipped.toString('base64url')), 'price-unreadable', `bit ${bit}`);
    }
  }
});

test('fault/D9 in a notice, an encrypted price is read or refused with an alarm', () => {
  const exchange = { ...plainExchange('north'), macros: [], decodePrice: decode };
  const config = { ...CONFIG, exchanges: [exchange] };
  const read = noticeReader(config);
  const priced = (text: string) => {
    const target = sampleTarget('bill', { config, capCpmMicros: 2000 });
    return read(substituteMacros(target, { PRICE: text }), NOW);
  };
  const good = priced(VECTORS[1]![0]);
  assert.ok(good.ok && good.notice.price === 1900);
  const reasons = [VECTORS[2]![0], VECTORS[1]![0].replace('Y', 'Z'), '1.25'].map((text) => {
    const result = priced(text);
    return !result.ok && result.alarm && result.reason;
  });
  assert.deepEqual(reasons, ['price-above-bid', 'price-unreadable', 'price-unreadable']);
});

test('ortb/W6 other lengths, alphabets and loose last bits are unreadable', () => {
  const [text] = VECTORS[0]!;
  for (const wrong of [
    '',
    'x',
    text.slice(1),
    `${text}A`,
    `${text.slice(0, -1)}x`,
    `${text.slice(0, -1)}!`,
    '1.25',
  ]) {
    assert.equal(decode(wrong), 'price-unreadable', wrong);
  }
});

test('ortb/W6 keys of another length are refused', () => {
  assert.throws(
    () => googlePriceDecoder('c2hvcnQ=', INTEGRITY),
    (thrown) => thrown instanceof GavotteError,
  );
});
