import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { currency, formatDecimal, micros } from '../../../kernel/index.ts';
import { decimalToMoney, optionalWireMoney, toWireMoney, wireMoney } from './money.ts';

const USD = currency('USD');

describe('wireMoney', () => {
  it('reads back what is sent', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (amount) => {
        const value = { amountMicros: micros(amount), currency: USD };
        assert.deepEqual(wireMoney.parse(JSON.parse(JSON.stringify(toWireMoney(value)))), value);
      }),
    );
  });

  for (const [text, reason] of [
    ['28.5', /bare number \(28\.5\)/],
    ['28000000', /bare number/],
    ['1e308', /bare number/],
    ['-5', /bare number/],
    ['"28.00"', /money must be/],
    ['"12,50"', /money must be/],
    ['[28000000,"USD"]', /money must be/],
    ['true', /money must be/],
    ['{}', /amount_micros must be a whole number.*nothing/],
    ['{"amount_micros":"28000000","currency":"USD"}', /whole number.*"28000000"/],
    ['{"amount_micros":28000000.5,"currency":"USD"}', /whole number/],
    ['{"amount_micros":1e-9,"currency":"USD"}', /whole number/],
    ['{"amount_micros":1e308,"currency":"USD"}', /whole number/],
    ['{"amount_micros":1e999,"currency":"USD"}', /whole number/],
    ['{"amount_micros":9007199254740993,"currency":"USD"}', /whole number/],
    ['{"amount_micros":123456789012345678901234567890,"currency":"USD"}', /whole number/],
    ['{"amount_micros":null,"currency":"USD"}', /whole number/],
    ['{"amount_micros":{"a":1},"currency":"USD"}', /whole number/],
    ['{"amount_micros":28000000}', /currency undefined is not an ISO 4217 code/],
    ['{"amount_micros":28000000,"currency":null}', /currency null/],
    ['{"amount_micros":28000000,"currency":"usd"}', /currency "usd"/],
    ['{"amount_micros":28000000,"currency":"ZZZ"}', /currency "ZZZ"/],
    ['{"amount_micros":28000000,"currency":"USD "}', /currency "USD "/],
    ['{"amount_micros":28000000,"currency":"__proto__"}', /currency/],
  ] as const) {
    it(`fault/B5 refuses ${text} by name`, () => {
      const parsed = wireMoney.safeParse(JSON.parse(text));
      assert.equal(parsed.success, false);
      assert.match(parsed.error?.issues[0]?.message ?? '', reason);
    });
  }

  it('makes negative zero plain zero, and leaves sign and size to the rules', () => {
    assert.equal(Object.is(wireMoney.parse({ amount_micros: -0, currency: 'USD' }).amountMicros, 0), true);
    assert.equal(wireMoney.parse({ amount_micros: -5, currency: 'USD' }).amountMicros, -5);
  });

  it('may be missing where the contract says so, but not wrong', () => {
    assert.equal(optionalWireMoney.parse(null), null);
    assert.equal(optionalWireMoney.parse(undefined), null);
    const parsed = optionalWireMoney.safeParse(0);
    assert.match(parsed.error?.issues[0]?.message ?? '', /bare number/);
  });
});

describe('decimalToMoney', () => {
  for (const [value, amount] of [
    [28, 28_000_000],
    [28.26, 28_260_000],
    [0.1, 100_000],
    [29.925, 29_925_000],
    [0, 0],
    [0.000001, 1],
    [0.1 + 0.2, 300_001],
    [26.775, 26_775_000],
    [1e9, 1_000_000_000_000_000],
  ] as const) {
    it(`reads ${value} as ${amount} micros`, () => {
      assert.equal(decimalToMoney(value, USD)?.amountMicros, amount);
    });
  }

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1, -0.01, 1e-9, 1e21, 1e308, 1e10]) {
    it(`does not read ${value}`, () => {
      assert.equal(decimalToMoney(value, USD), null);
    });
  }

  it('is exact for every price in whole micros up to a million units', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000_000), (amount) => {
        const value = Number(formatDecimal(micros(amount)));
        const back = decimalToMoney(value, USD);
        // Below a millionth of a unit JSON writes an exponent, which no price list does.
        if (back !== null) assert.equal(back.amountMicros, amount);
        else assert.ok(/e/.test(String(value)));
      }),
    );
  });
});
