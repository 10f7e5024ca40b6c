import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFx } from './fx.ts';

const rates = { asOf: '2026-11-23T11:00:00Z', base: 'USD', rates: { EUR: '0.8' } };

test('dated rates are read, with the time as milliseconds', () => {
  assert.deepEqual(parseFx(JSON.stringify(rates)), { ...rates, asOf: Date.UTC(2026, 10, 23, 11) });
});

test('what is no rates is refused, naming key, value and rule', () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ asOf: 'today' }, /fx\.json has 1 problem\(s\): asOf: "today" must be a time in UTC/],
    [{ base: undefined }, /base: is missing; it must be a text/],
    [{ rates: { EUR: 0.8 } }, /rates\.EUR: 0\.8 must be a decimal in quotes/],
    [{ rate: {} }, /rate: is not known here; did you mean rates\?/],
  ];
  for (const [changes, message] of cases)
    assert.throws(() => parseFx(JSON.stringify({ ...rates, ...changes }), 'fx.json'), {
      code: 'GV_BAD_INPUT',
      message,
      fix: 'Correct the named fields; rates are texts, such as "EUR": "0.8".',
    });
  assert.throws(() => parseFx('{', 'fx.json'), { code: 'GV_BAD_INPUT', message: /fx\.json is not JSON/ });
});
