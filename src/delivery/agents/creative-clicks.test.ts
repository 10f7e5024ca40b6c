import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClickTable, sharedPrior } from './creative-clicks.ts';

const PRIOR = { rate: 0.002, impressions: 1_000 };

/** The mean of the shared prior, and how many clicks it is worth. */
function priorOf(shown: number[], clicked: number[]): { rate: number; clicks: number } {
  const { alpha, beta } = sharedPrior(Float64Array.from(shown), Float64Array.from(clicked), PRIOR);
  return { rate: alpha / (alpha + beta), clicks: alpha };
}

test('with nothing known, the prior is the expected rate and worth about four clicks', () => {
  const { rate, clicks } = priorOf([0, 0, 0], [0, 0, 0]);
  assert.ok(Math.abs(rate - 0.002) < 1e-12);
  assert.ok(Math.abs(clicks - 4) < 0.1, String(clicks));
});

test('creatives that are alike share more than creatives that differ', () => {
  const shown = Array.from({ length: 8 }, () => 100_000);
  const alike = priorOf(shown, [200, 205, 195, 210, 190, 203, 197, 200]);
  const apart = priorOf(shown, [50, 800, 20, 100, 500, 30, 600, 10]);
  assert.ok(alike.clicks > 10, String(alike.clicks));
  assert.ok(apart.clicks < 2, String(apart.clicks));
  assert.ok(Math.abs(alike.rate - 0.002) < 1e-5);
});

test('a new creative starts from what the others showed', () => {
  const table = new ClickTable(3, PRIOR, null);
  for (let impression = 0; impression < 20_000; impression += 1) {
    table.addShown(impression % 2, 1);
    if (impression % 100 === 0) table.addClicked((impression / 100) % 2);
  }
  table.refresh();
  assert.ok(Math.abs(table.rate(2) - 0.01) < 0.001, String(table.rate(2)));
});

test('a segment starts from the campaign and leaves it as far as its own clicks say', () => {
  const campaign = new ClickTable(2, PRIOR, null);
  const segment = new ClickTable(2, PRIOR, campaign);
  for (let impression = 0; impression < 100_000; impression += 1) {
    campaign.addShown(impression % 2, 1);
    if (impression % 500 < 2) campaign.addClicked(impression % 2);
  }
  segment.refresh();
  assert.ok(Math.abs(segment.rate(0) - campaign.rate(0)) < 1e-9);
  for (let impression = 0; impression < 4_000; impression += 1) {
    for (const table of [campaign, segment]) {
      table.addShown(0, 1);
      if (impression % 100 === 0) table.addClicked(0);
    }
  }
  segment.refresh();
  // 40 clicks of 4 000, and 10 clicks' worth of the 0.004 outside it.
  assert.ok(Math.abs(segment.rate(0) - 50 / 6_500) < 0.0001, String(segment.rate(0)));
  assert.ok(Math.abs(segment.rate(1) - campaign.rate(1)) < 1e-9);
});

test('rates are above 0 and below 1, and chances sum to 1, whatever comes in and in whatever order', () => {
  const event = fc.record({
    clicked: fc.boolean(),
    creative: fc.nat(3),
    weight: fc.double({ min: 0.01, max: 1, noNaN: true }),
    times: fc.constantFrom(1, 10, 1_000),
    segment: fc.boolean(),
  });
  const candidates = fc.subarray([0, 1, 2, 3], { minLength: 1 });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), candidates, (events, set) => {
      const campaign = new ClickTable(4, PRIOR, null);
      const segment = new ClickTable(4, PRIOR, campaign);
      for (const { clicked, creative, weight, times, segment: inSegment } of events)
        for (const table of inSegment ? [campaign, segment] : [campaign])
          for (let time = 0; time < times; time += 1)
            clicked ? table.addClicked(creative) : table.addShown(creative, weight);
      for (const table of [campaign, segment]) {
        table.chances(set);
        table.refresh();
        assert.equal(table.stale, false);
        const chances = table.chances(set.toReversed());
        const sum = set.reduce((total, creative) => total + chances[creative]!, 0);
        assert.ok(Math.abs(sum - 1) < 1e-9);
        for (const creative of [0, 1, 2, 3]) {
          assert.ok(table.rate(creative) > 0 && table.rate(creative) < 1);
          assert.equal(chances[creative]! > 0, set.includes(creative));
        }
      }
    }),
  );
});

test('more than 31 creatives have sets of their own', () => {
  const table = new ClickTable(70, PRIOR, null);
  assert.equal(table.chances([1, 33])[33]!.toFixed(6), '0.500000');
  assert.equal(table.chances([1, 65])[33], 0);
  assert.equal(table.chances([33, 1]), table.chances([1, 33]));
});
