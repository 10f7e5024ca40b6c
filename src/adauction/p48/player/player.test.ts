import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { constantAlpha } from '../classical-strategies.ts';
import type { BidView } from '../history.ts';
import { openDay, type PlayedDay, playDay } from '../play-day.ts';
import { syntheticPopulation } from '../synthetic-population.ts';
import { forecastDay } from './forecast.ts';
import { resolver } from './resolver.ts';
import { responseOf } from './response.ts';

const response = responseOf();
const population = syntheticPopulation('player test');
const days = [0, 1].map((episode) => openDay({ seed: 'player test', episode, opportunities: 20_000 }));

/**
 * The shapes that bids may have are a grid. Where the best of them changes, value and cost may step back: by 0.026 at
 * most, of all reaches and deviations.
 */
const STEP = 0.03;

test('a higher worth brings more value for more cost, but for the steps of a grid, never at a loss, and no more than everything', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.05, max: 8, noNaN: true }),
      fc.double({ min: 1, max: 2, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (reach, more, deviation) => {
        const [value, cost] = [response.value(reach, deviation), response.cost(reach, deviation)];
        assert.ok(value >= 0 && value <= 1.001 && cost >= 0);
        // Tables are straight between their points.
        assert.ok(cost <= reach * value * 1.02 + 1e-3, `worth ${reach * value}, cost ${cost}`);
        assert.ok(response.value(reach * more, deviation) >= value - STEP);
        assert.ok(response.cost(reach * more, deviation) >= cost - STEP);
      },
    ),
  );
  assert.equal(response.value(0.05, 0.5), 0);
});

/** Plays a day in one place, and keeps what was seen before each tick. */
function viewsOf(index: number): readonly BidView[] {
  const views: BidView[] = [];
  playDay(days[0]!, population, {
    index,
    maker: (advertiser) => (view) => {
      views.push({ ...view, past: [...view.past] });
      return constantAlpha(1)(advertiser)(view);
    },
  });
  return views;
}

test('a forecast keeps the total of the day, knows the traffic at hand, and has no future after the last block', () => {
  for (const view of viewsOf(9)) {
    const { block, futures } = forecastDay(view);
    const sold = view.past.reduce((sum, { count }) => sum + count, 0);
    assert.equal(Math.round(block[0]!.count), view.traffic.count);
    assert.equal(block[0]!.meanValue, view.traffic.means[9]);
    assert.equal(block.length, 8 - (view.tick % 8));
    for (const future of futures) {
      const total = [...block, ...future].reduce((sum, { count }) => sum + count, sold);
      assert.ok(Math.abs(total / 20_000 - 1) < 0.02, `${total} at ${view.tick}`);
      assert.equal(future.length, 5 - Math.floor(view.tick / 8));
      assert.ok(future.every(({ price, meanValue }) => price > 0.03 && price < 0.3 && meanValue < 0.0013));
    }
  }
});

test('within a block prices are forecast from the last one seen', () => {
  const views = viewsOf(9);
  for (const tick of [18, 21, 27, 44]) {
    const last = views[tick]!.past.at(-1)!.meanLeastWinningCost;
    const { price } = forecastDay(views[tick]!).block[0]!;
    assert.ok(Math.abs(price / last - 1) < 0.15, `tick ${tick}: ${price} after ${last}`);
  }
});

test('the resolver spends within its budget and scores more than any constant that everybody plays', () => {
  const places = [1, 6, 14, 17, 23, 28, 34, 39, 45];
  const scoreOf = (maker: ReturnType<typeof constantAlpha>) =>
    days.reduce(
      (sum, day) =>
        sum +
        places.reduce((total, index) => total + within(playDay(day, population, { index, maker }), index), 0),
      0,
    );
  const ours = scoreOf(resolver());
  for (const multiple of [0.8, 1, 1.2, 1.5]) {
    const constant = scoreOf(constantAlpha(multiple));
    assert.ok(ours > constant, `${ours} against ${constant} of ${multiple}`);
  }
});

function within({ results }: PlayedDay, index: number): number {
  const { advertiser, cost, expectedScore } = results[index]!;
  assert.ok(cost <= advertiser.budget * 25 + 1e-6);
  return expectedScore;
}
