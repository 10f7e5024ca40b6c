import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GavotteError } from './errors.ts';
import { convertRoundingUp, FX_MAX_AGE_MS, type FxTable } from './fx.ts';
import { currency, money } from './money.ts';
import type { EpochMs } from './world.ts';

const NOW = Date.UTC(2026, 10, 23, 12) as EpochMs;
const USD = currency('USD');
const EUR = currency('EUR');
const JPY = currency('JPY');
const table = (rates: FxTable['rates'], ageMs = 0): FxTable => ({
  asOf: (NOW - ageMs) as EpochMs,
  base: 'USD',
  rates,
});
const code = (expected: string) => (error: unknown) =>
  error instanceof GavotteError && error.code === expected;

test('the same currency needs no table', () => {
  const value = money(123, 'JPY');
  assert.equal(convertRoundingUp(value, JPY, undefined, NOW), value);
});

test('from the base, to the base, and across it', () => {
  const rates = table({ EUR: '0.8', JPY: '150' });
  const cases = [
    [money(10_000_000, 'USD'), EUR, 8_000_000],
    [money(8_000_000, 'EUR'), USD, 10_000_000],
    [money(8_000_000, 'EUR'), JPY, 1_500_000_000],
    [money(1_500_000_000, 'JPY'), EUR, 8_000_000],
  ] as const;
  for (const [value, to, expected] of cases) {
    assert.deepEqual(convertRoundingUp(value, to, rates, NOW), money(expected, to));
  }
});

test('conversion is exact and rounded up (inv/I5), for any rates with nine places', () => {
  const scaled = fc.bigInt({ min: 1n, max: 1_000_000_000_000n });
  const asText = (rate: bigint) => {
    const digits = String(rate).padStart(10, '0');
    return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
  };
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000_000_000 }), scaled, scaled, (amount, eur, jpy) => {
      const numerator = BigInt(amount) * jpy;
      const expected = (numerator + eur - 1n) / eur;
      fc.pre(expected <= BigInt(Number.MAX_SAFE_INTEGER));
      const converted = convertRoundingUp(
        money(amount, 'EUR'),
        JPY,
        table({ EUR: asText(eur), JPY: asText(jpy) }),
        NOW,
      );
      assert.equal(BigInt(converted.amountMicros), expected);
    }),
  );
});

test('a round trip never makes us richer', () => {
  const rates = table({ EUR: '0.913', JPY: '149.317' });
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000_000 }), (amount) => {
      const there = convertRoundingUp(money(amount, 'EUR'), JPY, rates, NOW);
      assert.ok(convertRoundingUp(there, EUR, rates, NOW).amountMicros >= amount);
    }),
  );
});

test('without a table, or without one of the two rates, nothing is converted', () => {
  const value = money(1, 'EUR');
  assert.throws(() => convertRoundingUp(value, USD, undefined, NOW), code('GV_FX_MISSING'));
  assert.throws(() => convertRoundingUp(value, USD, table({}), NOW), code('GV_FX_MISSING'));
  assert.throws(() => convertRoundingUp(value, JPY, table({ EUR: '0.9' }), NOW), code('GV_FX_MISSING'));
});

test('a rate that is no decimal above zero is no rate', () => {
  for (const rate of ['0', '0.000000000', '-1', '1e3', 'NaN', '', '1.0000000001', ' 1']) {
    assert.throws(
      () => convertRoundingUp(money(1, 'EUR'), USD, table({ EUR: rate }), NOW),
      code('GV_FX_MISSING'),
      JSON.stringify(rate),
    );
  }
});

test('names that every object inherits are no rates', () => {
  const value = { ...money(1, 'EUR'), currency: 'toString' as typeof EUR };
  assert.throws(() => convertRoundingUp(value, USD, table({}), NOW), code('GV_FX_MISSING'));
});

test('rates older than 24 hours are refused (inv/I6), and so are rates from the future or without a date', () => {
  const at = (ageMs: number) => () =>
    convertRoundingUp(money(1, 'EUR'), USD, table({ EUR: '0.9' }, ageMs), NOW);
  assert.doesNotThrow(at(FX_MAX_AGE_MS));
  assert.throws(at(FX_MAX_AGE_MS + 1), code('GV_FX_STALE'));
  assert.doesNotThrow(at(-60_000));
  assert.throws(at(-60_001), code('GV_FX_STALE'));
  assert.throws(at(Number.NaN), code('GV_FX_STALE'));
});

test('a table whose base is no currency is refused', () => {
  const wrong = { ...table({ EUR: '0.9', USD: '1' }), base: 'usd' };
  assert.throws(() => convertRoundingUp(money(1, 'EUR'), USD, wrong, NOW), code('GV_CURRENCY_UNKNOWN'));
});
