import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Shading } from '../../../adauction/index.ts';
import { ortb1, ortb2 } from './ortb.ts';

const positive = fc.double({ min: 0.01, max: 100, noNaN: true });
const CASES: readonly {
  readonly name: string;
  readonly shading: Shading;
  /** As printed in the paper. */
  readonly printed: (value: number, lambda: number, c: number) => number;
  readonly win: (bid: number, c: number) => number;
}[] = [
  {
    name: 'ortb1',
    shading: ortb1,
    printed: (value, lambda, c) => Math.sqrt((c / lambda) * value + c * c) - c,
    win: (bid, c) => bid / (c + bid),
  },
  {
    name: 'ortb2',
    shading: ortb2,
    printed: (value, lambda, c) => {
      const z = (value + Math.sqrt(c * c * lambda * lambda + value * value)) / (c * lambda);
      return c * (z ** (1 / 3) - z ** (-1 / 3));
    },
    win: (bid, c) => bid ** 2 / (c ** 2 + bid ** 2),
  },
];

for (const { name, shading, printed, win } of CASES) {
  const bidOf = (value: number, lambda: number, c: number) =>
    (value / lambda) * Math.exp(shading(Math.log(value / (lambda * c))));

  test(`${name} bids the closed form of the paper`, () => {
    fc.assert(
      fc.property(positive, positive, positive, (value, lambda, c) => {
        const expected = printed(value, lambda, c);
        // The printed form loses digits where it takes c from a root near c.
        assert.ok(Math.abs(bidOf(value, lambda, c) - expected) < 1e-9 * (expected + c));
      }),
    );
  });

  test(`${name} no other bid is worth more, at the price of money λ and its own chance to win`, () => {
    fc.assert(
      fc.property(positive, positive, positive, positive, (value, lambda, c, other) => {
        const worth = (bid: number) => (value - lambda * bid) * win(bid, c);
        assert.ok(worth(other) <= worth(bidOf(value, lambda, c)) + 1e-9 * value);
      }),
    );
  });

  test(`${name} bids grow with value, slower and slower, and stay below it`, () => {
    fc.assert(
      fc.property(positive, positive, positive, (value, lambda, c) => {
        const [less, mean, more] = [value, 1.5 * value, 2 * value].map((each) => bidOf(each, lambda, c));
        assert.ok(less! < mean! && mean! < more! && more! < (2 * value) / lambda);
        assert.ok(mean! >= (less! + more!) / 2, `${less} ${mean} ${more}`);
      }),
    );
  });
}
