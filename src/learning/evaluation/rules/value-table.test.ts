import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BudgetWorld, ValueTable } from './value-table.ts';

/** Money is 0, 1, 4 or 9, and whatever is spent of that leaves one of these. */
const TINY: BudgetWorld = {
  requests: [1, 1, 1],
  spend: [0, 5, 8],
  gain: [0, 6, 7],
  luck: [
    { factor: 1, chance: 0.75 },
    { factor: 1.6, chance: 0.25 },
  ],
  most: 9,
  steps: 3,
};
const MONEY = [0, 1, 4, 9];

/** What a plan (by period and money) brings, by following each course that the day can take. */
function follow(plan: readonly number[], period: number, money: number): number {
  if (period === TINY.requests.length) return 0;
  const action = plan[period * MONEY.length + MONEY.indexOf(money)]!;
  return TINY.luck.reduce((sum, { factor, chance }) => {
    const wanted = factor * TINY.spend[action]!;
    const spent = Math.min(money, wanted);
    const part = wanted > 0 ? spent / wanted : 1;
    const later = follow(plan, period + 1, money - spent);
    return sum + chance * (part * factor * TINY.gain[action]! + later);
  }, 0);
}

test('in a tiny world the value of money is that of the best of all plans', () => {
  const table = new ValueTable(TINY);
  const best = new Array<number>(MONEY.length).fill(0);
  const places = TINY.requests.length * MONEY.length;
  // Without money there is nothing to decide.
  for (let number = 0; number < 3 ** (places - 3); number += 1) {
    let rest = number;
    const plan = Array.from({ length: places }, (_, place) => {
      if (place % MONEY.length === 0) return 0;
      const action = rest % 3;
      rest = Math.floor(rest / 3);
      return action;
    });
    for (const [index, money] of MONEY.entries())
      best[index] = Math.max(best[index]!, follow(plan, 0, money));
  }
  for (const [index, money] of MONEY.entries())
    assert.ok(Math.abs(table.value(0, money) - best[index]!) < 1e-9, `${money}: ${best[index]}`);
  assert.ok(best[3]! > best[2]! && best[2]! > best[1]! && best[1]! > 0);
});

test('more money and more time are never worth less, and nothing is worth nothing', () => {
  const action = fc.record({
    spend: fc.double({ min: 0, max: 3, noNaN: true }),
    gain: fc.double({ min: 0, max: 5, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(action, { minLength: 1, maxLength: 5 }), (actions) => {
      const world = {
        requests: [0.3, 1, 0.5, 2, 1],
        spend: [0, ...actions.map(({ spend }) => spend)],
        gain: [0, ...actions.map(({ gain }) => gain)],
        luck: TINY.luck,
        most: 10,
        steps: 20,
      };
      const table = new ValueTable(world);
      for (let period = 0; period < 5; period += 1)
        for (let money = 0.25; money <= 10; money += 0.25) {
          assert.ok(table.value(period, money) >= table.value(period, money - 0.25) - 1e-9);
          assert.ok(table.value(period, money) >= table.value(period + 1, money) - 1e-9);
          assert.equal(table.value(5, money), 0);
        }
    }),
  );
});
