import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '../../kernel/index.ts';
import { targetWorthAsking } from './index.ts';

const usd = (dollars: number) => money(Math.round(dollars * 1e6), 'USD');
const cases = [
  ['the floor is the cheapest target a seller grants', 28, null, 35, 28],
  ['the floor wins over what is wanted, whether that is below it', 28, 25, 35, 28],
  ['or above it', 28, 30, 35, 28],
  ['without a known floor, what is wanted is asked', null, 30, 35, 30],
  ['BUG-2 never a target above the price we have', null, 40, 35, null],
  ['nor one equal to it', 35, null, 35, null],
  ['a price already below the floor is kept', 28, null, 25.29, null],
  ['no target below one unit, which no seller grants', 0.2, null, 3, 1],
  ['no second request without a price', 28, 30, null, null],
  ['nor without anything to ask', null, null, 35, null],
] as const;
for (const [name, floor, wanted, price, expected] of cases) {
  test(name, () => {
    const found = targetWorthAsking({
      floorCpm: floor === null ? null : usd(floor),
      wanted: wanted === null ? null : usd(wanted),
      price: price === null ? null : usd(price),
    });
    assert.deepEqual(found, expected === null ? null : usd(expected));
  });
}

test('a target in another currency is not asked', () => {
  assert.equal(targetWorthAsking({ floorCpm: money(1, 'EUR'), wanted: null, price: usd(35) }), null);
});
