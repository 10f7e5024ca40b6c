import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GavotteError } from '../../kernel/index.ts';
import { noticeExchange } from './notice-exchange.ts';
import { EXCHANGE_PRESETS } from './presets.ts';
import { readProfile, roundBidPrice } from './profile.ts';

const fails = (pattern: RegExp) => (thrown: unknown) =>
  thrown instanceof GavotteError && thrown.code === 'GV_BAD_INPUT' && pattern.test(thrown.message);

test('profiles: name and domain are enough, the rest is what is safe with anyone', () => {
  const profile = readProfile({ name: 'north', asi: 'north.example' });
  assert.equal(profile.version, '2.6');
  assert.equal(profile.defaultTmaxMs, 100);
  assert.equal(profile.nbr, false);
  assert.equal(profile.lurl, false);
  assert.equal(profile.price, 'plain');
});

test('profiles: every preset is complete but for its name, and for whose server it is', () => {
  for (const preset of Object.keys(EXCHANGE_PRESETS)) {
    const profile = readProfile({ name: 'mine', preset, asi: 'host.example' });
    assert.equal(profile.name, 'mine');
  }
  assert.throws(() => readProfile({ name: 'pbs', preset: 'prebid-server' }), fails(/asi/));
});

test("profiles: an operator's settings go over the preset's", () => {
  const profile = readProfile({ name: 'ox', preset: 'openx', defaultTmaxMs: 90 });
  assert.equal(profile.defaultTmaxMs, 90);
  assert.equal(profile.maxSeatbids, 1);
  assert.equal(profile.asi, 'openx.com');
});

test('profiles: each wrong field is named', () => {
  assert.throws(
    () => readProfile({ name: 'a b', asi: 'x', tmax: 5 }, 'exchanges[0]'),
    fails(/exchanges\[0\].*name.*asi.*tmax/s),
  );
  assert.throws(
    () => readProfile({ name: 'a', asi: 'x.example', currency: 'Euro' }),
    fails(/currency.*Euro/),
  );
  assert.throws(() => readProfile({ name: 'a', preset: 'constructor' }), fails(/preset "constructor"/));
  assert.throws(() => readProfile(null), fails(/name/));
});

test('ortb/B2 a price is rounded up to what the exchange reads, never under a floor', () => {
  const cents = readProfile({ name: 'a', asi: 'a.example', priceDecimals: 2 });
  assert.equal(roundBidPrice(cents, 1_230_001), 1_240_000);
  assert.equal(roundBidPrice(cents, 1_230_000), 1_230_000);
  assert.equal(roundBidPrice(readProfile({ name: 'a', asi: 'a.example' }), 1_230_001), 1_230_001);
});

test('ortb/W6 encrypted prices need their keys', () => {
  const google = readProfile({ name: 'google', preset: 'google' });
  assert.throws(() => noticeExchange(google), fails(/google/));
  const key = Buffer.alloc(32).toString('base64url');
  const exchange = noticeExchange(google, { google: { encryptionKey: key, integrityKey: key } });
  assert.equal(exchange.decodePrice('1.25'), 'price-unreadable');
  const custom = readProfile({ name: 'c', asi: 'c.example', price: 'custom' });
  assert.throws(() => noticeExchange(custom), fails(/custom/));
  assert.equal(noticeExchange(custom, { custom: () => 'price-invalid' }).decodePrice('1'), 'price-invalid');
});
