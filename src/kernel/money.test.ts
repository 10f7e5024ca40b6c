import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { GavotteError } from './errors.ts';
import {
  add,
  compare,
  costOfImpressions,
  currency,
  divideRoundingUp,
  formatDecimal,
  formatMoney,
  micros,
  money,
  parseDecimalMicros,
  parseMoney,
  showMoney,
  subtract,
  timesShareRoundingUp,
  zeroOf,
} from './money.ts';

const anyMicros = fc.maxSafeInteger().map(micros);
const usd = (amountMicros: number) => money(amountMicros, 'USD');
const eur = (amountMicros: number) => money(amountMicros, 'EUR');
const code = (expected: string) => (error: unknown) =>
  error instanceof GavotteError && error.code === expected;

/** The smallest whole number that is not below `numerator / denominator`. */
function ceiling(numerator: bigint, denominator: bigint): bigint {
  const sign = denominator < 0n ? -1n : 1n;
  const [n, d] = [numerator * sign, denominator * sign];
  return n >= 0n ? (n + d - 1n) / d : -(-n / d);
}

/** `compute` gives `expected`, or refuses what no double holds exactly. */
function sameOrRefused(compute: () => number, expected: bigint): void {
  if (expected >= BigInt(Number.MIN_SAFE_INTEGER) && expected <= BigInt(Number.MAX_SAFE_INTEGER)) {
    assert.equal(BigInt(compute()), expected);
  } else {
    assert.throws(compute, code('GV_MONEY_RANGE'));
  }
}

describe('reading and writing', () => {
  test('every sum survives being written and read', () => {
    fc.assert(
      fc.property(anyMicros, (amount) => {
        assert.equal(parseDecimalMicros(formatDecimal(amount)), amount);
        const value = money(amount, 'EUR');
        assert.deepEqual(parseMoney(formatMoney(value)), value);
      }),
    );
  });

  test('decimals are read digit by digit, never as floats', () => {
    const cases: readonly (readonly [string, number])[] = [
      ['0.1', 100_000],
      ['0.000001', 1],
      ['28.26', 28_260_000],
      ['-28.26', -28_260_000],
      ['100000.00', 100_000_000_000],
      ['9007199254.740991', 9_007_199_254_740_991],
      ['-0.00', 0],
      ['007', 7_000_000],
    ];
    for (const [text, expected] of cases) assert.equal(parseDecimalMicros(text), expected, text);
    assert.equal(Object.is(parseDecimalMicros('-0.00'), 0), true);
  });

  test('what is not a plain decimal is refused, naming the field', () => {
    for (const text of [
      '',
      '.5',
      '5.',
      '1e3',
      '1,000',
      ' 1',
      '1 ',
      '+1',
      '0x10',
      '1.0000001',
      'NaN',
      '١',
      '1\n',
    ]) {
      assert.throws(
        () => parseDecimalMicros(text, 'budget.amount'),
        code('GV_BAD_INPUT'),
        JSON.stringify(text),
      );
      assert.throws(() => parseDecimalMicros(text, 'budget.amount'), /budget\.amount/);
    }
  });

  test('a decimal beyond nine billion units is refused, not rounded', () => {
    for (const text of ['9007199254.740992', '-9007199254.740992', '9999999999.999999']) {
      assert.throws(() => parseDecimalMicros(text), code('GV_MONEY_RANGE'), text);
    }
  });

  test('bare numbers, bare texts and half a sum are refused: the plain number 25000 has no currency', () => {
    for (const value of [25_000, '25000', null, undefined, [], {}, { amount: 25_000, currency: 'USD' }]) {
      assert.throws(() => parseMoney(value, 'budget'), code('GV_BAD_INPUT'), JSON.stringify(value));
    }
    assert.throws(() => parseMoney({ amount: '1.00' }), code('GV_CURRENCY_UNKNOWN'));
  });

  test('only ISO 4217 codes in capitals are currencies', () => {
    assert.equal(currency('EUR'), 'EUR');
    for (const value of ['usd', 'US', 'XXX', 'USDT', '', 840, null, undefined, { toString: () => 'USD' }]) {
      assert.throws(() => currency(value), code('GV_CURRENCY_UNKNOWN'));
    }
  });

  test('people see two places, thousands grouped and a sign in front', () => {
    assert.equal(showMoney(usd(1_234_500_000)), '$1,234.50');
    assert.equal(showMoney(usd(-1_234_567_890_000)), '-$1,234,567.89');
    assert.equal(showMoney(eur(12_345_678)), 'EUR 12.345678');
    assert.equal(showMoney(usd(0)), '$0.00');
    assert.equal(formatDecimal(micros(28_260_000)), '28.26');
    assert.equal(formatDecimal(micros(-1)), '-0.000001');
  });
});

describe('arithmetic', () => {
  test('micros are whole numbers that a double holds exactly', () => {
    for (const value of [0.5, Number.NaN, Infinity, 2 ** 53, -(2 ** 53)]) {
      assert.throws(() => micros(value), code('GV_MONEY_RANGE'));
    }
    assert.equal(Object.is(micros(-0), 0), true);
  });

  test('sums and differences are exact or refused', () => {
    fc.assert(
      fc.property(anyMicros, anyMicros, (a, b) => {
        sameOrRefused(() => add(usd(a), usd(b)).amountMicros, BigInt(a) + BigInt(b));
        sameOrRefused(() => subtract(usd(a), usd(b)).amountMicros, BigInt(a) - BigInt(b));
      }),
    );
  });

  test('currencies are never mixed', () => {
    for (const act of [add, subtract, compare]) {
      assert.throws(() => act(usd(1), eur(1)), code('GV_BAD_INPUT'));
    }
  });

  test('compare orders as the numbers do', () => {
    fc.assert(
      fc.property(anyMicros, anyMicros, (a, b) => assert.equal(compare(usd(a), usd(b)), Math.sign(a - b))),
    );
    assert.deepEqual(zeroOf(eur(5)), eur(0));
  });
});

describe('rounding is up, against us (inv/I5)', () => {
  test('division', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), (numerator, denominator) => {
        fc.pre(denominator !== 0n);
        sameOrRefused(() => divideRoundingUp(numerator, denominator), ceiling(numerator, denominator));
      }),
    );
  });

  test('the cost of impressions, on both sides of the fast path', () => {
    const impressions = fc.oneof(fc.nat(), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
    const cpm = fc.oneof(fc.nat().map(micros), anyMicros);
    fc.assert(
      fc.property(cpm, impressions, (each, count) => {
        sameOrRefused(
          () => costOfImpressions(usd(each), count).amountMicros,
          ceiling(BigInt(each) * BigInt(count), 1000n),
        );
      }),
    );
  });

  test('the cost of impressions next to every thousand, where a float division could slip', () => {
    for (let thousands = 9_007_199_254_740; thousands > 9_007_199_254_000; thousands -= 1) {
      for (const beyond of [0, 1, 999]) {
        const expected = beyond === 0 ? thousands : thousands + 1;
        if (thousands * 1000 + beyond > Number.MAX_SAFE_INTEGER) continue;
        assert.equal(costOfImpressions(usd(thousands * 1000 + beyond), 1).amountMicros, expected);
      }
    }
  });

  test('impressions are whole and not negative', () => {
    for (const count of [-1, 0.5, Number.NaN, Infinity]) {
      assert.throws(() => costOfImpressions(usd(1), count), code('GV_BAD_INPUT'));
    }
  });

  test('shares', () => {
    assert.equal(timesShareRoundingUp(usd(28_000_000), 1_200_000).amountMicros, 33_600_000);
    assert.equal(timesShareRoundingUp(usd(1), 1).amountMicros, 1);
    fc.assert(
      fc.property(anyMicros, fc.nat({ max: 10_000_000 }), (amount, share) => {
        sameOrRefused(
          () => timesShareRoundingUp(usd(amount), share).amountMicros,
          ceiling(BigInt(amount) * BigInt(share), 1_000_000n),
        );
      }),
    );
    assert.throws(() => timesShareRoundingUp(usd(1), 0.5), code('GV_MONEY_RANGE'));
  });
});
