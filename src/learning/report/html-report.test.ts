import assert from 'node:assert/strict';
import { test } from 'node:test';
import { htmlReport, meanSeries } from './html-report.ts';
import { linePlot, shortNumber } from './line-plot.ts';

const runs = [1, 3].map((value, seed) => ({
  seed,
  curves: {
    reward: [
      [0, value],
      [1_000, value + 1],
    ] as const,
  },
}));

test('a band is the 95 % interval of the mean over runs', () => {
  const { points } = meanSeries('reward', runs);
  assert.equal(points.length, 2);
  assert.equal(points[0]!.y, 2);
  // Two runs: t is 12.71, the standard error 1.
  assert.ok(Math.abs(points[0]!.high - 14.71) < 1e-9);
  assert.deepEqual(meanSeries('reward', runs.slice(0, 1)).points[0], { x: 0, y: 1, low: 1, high: 1 });
});

test('steps that not all runs reached are not drawn', () => {
  const longer = { seed: 9, curves: { reward: [...runs[0]!.curves.reward, [2_000, 5] as const] } };
  assert.equal(meanSeries('reward', [runs[0]!, longer]).points.length, 2);
  assert.equal(meanSeries('no such curve', runs).points.length, 0);
});

test('a report is one page whose texts are only texts', () => {
  const page = htmlReport({
    title: '<b>Team</b>',
    facts: [['command', 'gavotte train --seed 1 && echo "done"']],
    runs,
    plots: [
      { title: 'Reward', yLabel: 'per tick', curves: ['reward'], levels: [{ name: 'classical', y: 2 }] },
    ],
    tables: [
      {
        title: 'Evaluation',
        rows: [
          ['policy', 'gain'],
          ['team', '<script>'],
        ],
        note: 'Held-out days.',
      },
    ],
  });
  assert.ok(page.includes('&lt;b&gt;Team&lt;/b&gt;') && !page.includes('<b>Team'));
  assert.ok(page.includes('&lt;script&gt;') && !page.includes('<script'));
  assert.ok(page.includes('polyline') && page.includes('classical') && page.includes('stroke'));
  assert.ok(!/https?:/.test(page));
});

test('a plot of nothing says so, and figures that are not finite are left out', () => {
  const plot = (y: number) =>
    linePlot({
      title: 'T',
      xLabel: 'x',
      yLabel: 'y',
      series: [{ name: 's', points: [{ x: 0, y, low: y, high: y }] }],
    });
  assert.match(plot(Number.NaN), /nothing to plot/);
  assert.ok(!plot(1).includes('NaN'));
});

test('numbers on axes are short', () => {
  assert.deepEqual([0, 0.125, 1_234, 2_500_000, -3_000].map(shortNumber), [
    '0',
    '0.125',
    '1.23k',
    '2.5M',
    '-3k',
  ]);
});
