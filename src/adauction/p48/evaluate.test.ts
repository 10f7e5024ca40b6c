import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constantAlpha } from './classical-strategies.ts';
import { evaluateP48, p48Difference, playP48 } from './evaluate.ts';
import { linearBid } from './history.ts';
import { syntheticPopulation } from './synthetic-population.ts';

const options = {
  population: syntheticPopulation('evaluate test'),
  seed: 'evaluate test',
  episodes: { from: 0, to: 2 },
  opportunities: 3_000,
};

test('every candidate plays every place on every day, and equals itself', () => {
  const cells = playP48({ ...options, candidates: { one: constantAlpha(1), same: constantAlpha(1) } });
  assert.equal(cells.length, 2 * 3 * 48);
  const difference = p48Difference(cells, 'one', 'same');
  assert.deepEqual(difference.byCell, { mean: 0, low: 0, high: 0 });
  assert.deepEqual(difference.byEpisode, { mean: 0, low: 0, high: 0 });
  assert.equal(difference.better, 0);
});

test('rows come in order of score, differences are of the first candidate, intervals hold their mean', () => {
  const days: number[] = [];
  const { rows, differences } = evaluateP48({
    ...options,
    candidates: { one: constantAlpha(1), idle: () => () => linearBid(0) },
    onEpisode: (episode, cells) => days.push(episode + cells.length),
  });
  assert.deepEqual(
    rows.map(({ candidate, cells }) => [candidate, cells]),
    [
      ['one', 144],
      ['idle', 144],
    ],
  );
  assert.deepEqual(days, [96, 97, 98]);
  assert.equal(rows[1]!.expectedScore.mean, 0);
  assert.equal(rows[1]!.budgetUse, 0);
  const [{ of, over, byCell, byEpisode, better }] = differences as [(typeof differences)[number]];
  assert.deepEqual([of, over], ['one', 'idle']);
  assert.ok(byCell.low < byCell.mean && byCell.mean < byCell.high && byCell.low > 0);
  assert.ok(Math.abs(byEpisode.mean - byCell.mean) < 1e-9 && byEpisode.low <= byEpisode.mean);
  assert.ok(better > 0.5 && Math.abs(byCell.mean - rows[0]!.expectedScore.mean) < 1e-9);
});
