import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Landscape } from '../../../adauction/index.ts';
import { priceOfMoney, type Sample } from './price-of-money.ts';
import { Response } from './response.ts';

const kind = fc.record({
  log: fc.double({ min: -1, max: 3, noNaN: true }),
  level: fc.double({ min: 1, max: 100, noNaN: true }),
});
const kinds = fc.array(kind, { minLength: 1, maxLength: 20 });
const sampleOf = (all: readonly { readonly log: number; readonly level: number }[]): Sample => ({
  logs: all.map(({ log }) => log),
  levels: all.map(({ level }) => level),
});

/** Everybody else bids the level: a request is won at that price by all who bid more. */
const FIXED = new Landscape((price) => (price > 1 ? 1 : 0));
/** Prices to beat are even on a logarithmic scale around the level. */
const SMOOTH = new Landscape((price) => Math.min(1, Math.max(0, (Math.log(price) + 2) / 4)));

test('where prices are fixed, the price of money is the return of the last request of a knapsack filled by return', () => {
  const response = new Response({ landscape: FIXED, firstPrice: false }, 1);
  fc.assert(
    fc.property(kinds, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (all, part) => {
      const wanted = all.filter(({ log }) => log > 0.1).sort((a, b) => b.log - a.log);
      fc.pre(wanted.length > 0);
      const sample = sampleOf(wanted);
      const money = part * wanted.reduce((sum, { level }) => sum + level, 0);
      let spent = 0;
      const last = wanted.find(({ level }) => {
        spent += level;
        return spent > money;
      })!;
      // Prices are tabled in steps of 1/24 and costs in steps of 1/32.
      assert.ok(Math.abs(Math.log(priceOfMoney(sample, money, response)) - last.log) < 0.08);
    }),
  );
});

for (const firstPrice of [false, true])
  test(`the price of money minimises the dual of the linear program (first price: ${firstPrice})`, () => {
    const response = new Response({ landscape: SMOOTH, firstPrice }, 1);
    /** The best that each request can bring at a price of money, over all bids on a fine grid, and the money itself. */
    const dual = ({ logs, levels }: Sample, money: number, paced: number) => {
      let sum = (paced - 1) * money;
      for (let at = 0; at < logs.length; at += 1) {
        let best = 0;
        for (let bid = -3; bid <= 3; bid += 1 / 24) {
          const cost = firstPrice ? Math.exp(bid) * SMOOTH.win(bid) : SMOOTH.secondPrice(bid);
          best = Math.max(best, Math.exp(logs[at]!) * SMOOTH.win(bid) - paced * cost);
        }
        sum += levels[at]! * best;
      }
      return sum;
    };
    fc.assert(
      fc.property(kinds, fc.double({ min: 0.02, max: 1.2, noNaN: true }), (all, part) => {
        const sample = sampleOf(all);
        const free = all.reduce((sum, { log, level }) => sum + level * response.cost(log), 0);
        const found = priceOfMoney(sample, part * free, response);
        const least = dual(sample, part * free, found);
        for (const other of [1, 0.5 * found, 0.9 * found, 1.1 * found, 2 * found])
          if (other >= 1) assert.ok(least <= dual(sample, part * free, other) * 1.002);
      }),
      { numRuns: 40 },
    );
  });

test('money is free where there is enough of it, and dearer the less there is', () => {
  const response = new Response({ landscape: SMOOTH, firstPrice: true }, 1);
  const sample = sampleOf([
    { log: 0, level: 10 },
    { log: 1, level: 5 },
  ]);
  const prices = [1e6, 3, 2, 1, 0.1].map((money) => priceOfMoney(sample, money, response));
  assert.equal(prices[0], 1);
  for (const [index, price] of prices.entries()) assert.ok(index === 0 || price > prices[index - 1]!);
});
