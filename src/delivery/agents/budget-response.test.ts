import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../kernel/index.ts';
import { fitResponse, ResponseHistory, type SpendHour } from './budget-response.ts';

/** Hours on a known curve, each missing it by up to `noise`. */
function hoursOn(valuePerMicro: number, scale: number, noise: number): SpendHour[] {
  const random = randomStream(`${valuePerMicro} ${scale}`);
  return Array.from({ length: 40 }, () => {
    const spend = scale * (0.1 + 3 * random.float());
    const miss = 1 + noise * (2 * random.float() - 1);
    return { spend, value: -valuePerMicro * scale * Math.expm1(-spend / scale) * miss };
  });
}

test('without hours, the curve is what is believed', () => {
  assert.deepEqual(fitResponse([], 2, 5_000_000), { valuePerMicro: 2, scaleMicros: 5_000_000 });
});

test('a known curve is found from noisy hours', () => {
  for (const [rate, scale] of [
    [3, 2_000_000],
    [0.5, 20_000_000],
  ] as const) {
    const curve = fitResponse(hoursOn(rate, scale, 0.2), 1, 6_000_000);
    assert.ok(Math.abs(curve.valuePerMicro / rate - 1) < 0.25, JSON.stringify(curve));
    assert.ok(Math.abs(Math.log2(curve.scaleMicros / scale)) < 0.6, JSON.stringify(curve));
  }
});

test('one hour moves the curve a part of the way', () => {
  const { valuePerMicro } = fitResponse([{ spend: 1_000_000, value: 9_000_000 }], 1, 10_000_000);
  assert.ok(valuePerMicro > 2 && valuePerMicro < 9, String(valuePerMicro));
});

test('hours that brought nothing leave a value above 0', () => {
  const { valuePerMicro } = fitResponse(
    Array.from({ length: 48 }, () => ({ spend: 5_000_000, value: 0 })),
    1,
    5_000_000,
  );
  assert.ok(valuePerMicro > 0 && valuePerMicro < 0.2, String(valuePerMicro));
});

test('a curve is finite and above 0, whatever was seen', () => {
  const amount = fc.oneof(fc.double({ min: -1e15, max: 1e15 }), fc.constantFrom(0, 1, Infinity, Number.NaN));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(amount, amount), { maxLength: 60 }),
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      fc.double({ min: 1, max: 1e12, noNaN: true }),
      (ticks, average, scale) => {
        const history = new ResponseHistory();
        for (const [spend, value] of ticks) {
          history.add(spend, value);
          history.close();
        }
        const curve = fitResponse(history.hours, average, scale);
        assert.ok(curve.valuePerMicro > 0 && Number.isFinite(curve.valuePerMicro));
        assert.ok(curve.scaleMicros > 0 && Number.isFinite(curve.scaleMicros));
      },
    ),
  );
});

test('value without spend waits for the next hour, and two days are remembered', () => {
  const history = new ResponseHistory();
  history.add(0, 5);
  history.close();
  assert.equal(history.hours.length, 0);
  history.add(10, 1);
  history.close();
  assert.deepEqual(history.hours.at(0), { spend: 10, value: 6 });
  for (let hour = 0; hour < 100; hour += 1) {
    history.add(20, 1);
    history.close();
  }
  assert.equal(history.hours.length, 48);
  assert.equal(history.hours.at(0)?.spend, 20);
});
