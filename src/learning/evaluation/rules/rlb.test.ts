import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Landscape, trafficLeft } from '../../../adauction/index.ts';
import { Response } from './response.ts';
import { dayTable } from './rlb.ts';

/** Prices to beat are even on a logarithmic scale around the level. */
const MARKET = {
  landscape: new Landscape((price) => Math.min(1, Math.max(0, (Math.log(price) + 2) / 4))),
  firstPrice: true,
};
const TABLE = dayTable(new Response(MARKET, 1), 0.5);
const MONEY = [0.01, 0.03, 0.1, 0.2, 0.4];

test('a day’s money is worth more, and is spent more freely, the more of it is left and the less time', () => {
  for (const tick of [0, 12, 24, 40])
    for (const [index, money] of MONEY.entries()) {
      assert.ok(TABLE.value(tick, money) >= TABLE.value(tick + 1, money), 'time is worth something');
      if (index > 0) {
        assert.ok(TABLE.value(tick, money) >= TABLE.value(tick, MONEY[index - 1]!), 'so is money');
        assert.ok(TABLE.action(tick, money) <= TABLE.action(tick, MONEY[index - 1]!), 'and makes it cheaper');
      }
      // Within half a step of the actions.
      assert.ok(TABLE.action(tick + 4, money) <= TABLE.action(tick, money) + 0.5, 'as does less time');
    }
});

test('the value of money is concave: the next is worth no more than the last', () => {
  for (const tick of [0, 24, 40])
    for (let money = 0.02; money < 0.4; money += 0.02) {
      const [less, mean, more] = [money - 0.02, money, money + 0.02].map((each) => TABLE.value(tick, each));
      assert.ok(mean! >= (less! + more!) / 2 - 2e-3 * more!, `${tick} ${money}`);
    }
});

test('money in step with the traffic left is spent by about the same multiplier all day', () => {
  const actions = [0, 8, 16, 24, 32, 40].map((tick) => TABLE.action(tick, 0.15 * trafficLeft(tick)));
  // Actions are steps of an eighth of log(1 + λ).
  assert.ok(Math.max(...actions) - Math.min(...actions) < 1.5, `${actions}`);
  assert.ok(actions[0]! > 0);
});
