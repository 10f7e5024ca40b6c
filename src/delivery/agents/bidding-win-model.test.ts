import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type RandomStream, randomStream } from '../../kernel/index.ts';
import { OUTCOMES_TO_TRUST, WinModel } from './bidding-win-model.ts';

const UNIT = 1_000_000;

/** A rival's price: exp of a normal, median 2 per thousand. */
function rivalPrice(random: RandomStream): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
  return Math.round(2 * UNIT * Math.exp(0.5 * normal));
}

/** What the best fixed bid for `value` would have earned a request, in micros, over `prices`. */
function bestSurplus(prices: readonly number[], value: number): number {
  const sorted = [...prices].sort((a, b) => a - b);
  let best = 0;
  for (const [index, price] of sorted.entries()) best = Math.max(best, (value - price) * (index + 1));
  return best / prices.length;
}

/** What `model` earns a request on `prices`, learning nothing more. */
function surplusOf(model: WinModel, prices: readonly number[], value: number): number {
  const bid = model.shade(value, 0);
  return ((value - bid) * prices.filter((price) => price <= bid).length) / prices.length;
}

/** Learns from bids of its own making, told `how`; returns the model. */
function learn(how: 'price' | 'loser' | 'bare', outcomes: number): WinModel {
  const random = randomStream(how);
  const model = new WinModel();
  for (let index = 0; index < outcomes; index += 1) {
    const bid = model.shade((1 + 5 * random.float()) * UNIT, 0);
    const price = rivalPrice(random);
    if (price <= bid) model.won(bid, how === 'price' ? price : undefined);
    else model.lost(bid, how === 'bare' ? undefined : price);
  }
  return model;
}

test('an unknown market is bid at 0.85 of the value until 50 outcomes are known', () => {
  const model = new WinModel();
  assert.equal(model.shade(2 * UNIT, 0), 1.7 * UNIT);
  for (let index = 1; index < OUTCOMES_TO_TRUST; index += 1) model.lost(2 * UNIT, 3 * UNIT);
  assert.equal(model.trusted, false);
  assert.equal(model.shade(2 * UNIT, 0), 1.7 * UNIT);
  model.lost(2 * UNIT, 3 * UNIT);
  assert.equal(model.trusted, true);
});

for (const [how, share] of [
  ['price', 0.97],
  ['loser', 0.96],
  ['bare', 0.93],
] as const)
  test(`learned from ${how === 'price' ? 'prices to beat' : how === 'loser' ? 'the winners of lost auctions' : 'won and lost alone'}, it earns ${share * 100} % of the best fixed bid`, () => {
    const model = learn(how, 20_000);
    const random = randomStream('held out');
    const prices = Array.from({ length: 20_000 }, () => rivalPrice(random));
    for (const value of [2 * UNIT, 3 * UNIT, 5 * UNIT])
      assert.ok(
        surplusOf(model, prices, value) >= share * bestSurplus(prices, value),
        `value ${value}: ${surplusOf(model, prices, value) / bestSurplus(prices, value)}`,
      );
  });

test('the estimate of winning grows with the bid and meets what happens', () => {
  const model = learn('bare', 20_000);
  let last = 0;
  for (let cpm = 0.5; cpm < 8; cpm += 0.1) {
    const rate = model.winRate(cpm * UNIT);
    assert.ok(rate >= last - 1e-12);
    last = rate;
  }
  assert.ok(Math.abs(model.winRate(2 * UNIT) - 0.5) < 0.05, String(model.winRate(2 * UNIT)));
});

test('prices that change are followed', () => {
  const model = new WinModel();
  for (let index = 0; index < 20_000; index += 1) model.lost(1 * UNIT, 4 * UNIT);
  assert.ok(model.winRate(3 * UNIT) < 0.05);
  for (let index = 0; index < 30_000; index += 1) model.lost(0.5 * UNIT, 1 * UNIT);
  assert.ok(model.winRate(3 * UNIT) > 0.85);
});

test('a bid is never below the floor nor above the value, whatever exchanges tell', () => {
  const price = fc.double({ min: -1e12, max: 1e14 });
  const outcome = fc.tuple(fc.boolean(), price, fc.option(price, { nil: undefined }));
  fc.assert(
    fc.property(
      fc.array(outcome, { minLength: 0, maxLength: 200 }),
      fc.double({ min: 0, max: 1e12 }),
      fc.double({ min: 0, max: 1e12 }),
      (outcomes, value, floor) => {
        const model = new WinModel();
        for (const [won, bid, told] of outcomes) won ? model.won(bid, told) : model.lost(bid, told);
        const bid = model.shade(value, floor);
        assert.ok(bid === 0 || (Number.isSafeInteger(bid) && bid >= floor && bid <= value), `${bid}`);
        if (value >= 1 && value >= Math.ceil(floor)) assert.ok(bid >= Math.ceil(floor));
      },
    ),
  );
});

test('a floor is bid itself where nothing above it earns more', () => {
  const model = new WinModel();
  for (let index = 0; index < 2_000; index += 1) model.won(3 * UNIT, 1 * UNIT);
  assert.equal(model.shade(3 * UNIT, 2_000_001), 2_000_001);
});

test('a loss below the price to beat was not lost by price and is not counted', () => {
  const model = new WinModel();
  model.lost(3 * UNIT, 2 * UNIT);
  assert.equal(model.outcomes, 0);
});
