import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTrainTotals, readBidLog } from './log-replay-reader.ts';

test('lines of click, price and click rate are read in order, also those that arrive over time', async () => {
  async function* arriving() {
    yield '0 70 0.0021143609192222357';
    yield '1 6 3.3e-05\r';
    yield '';
  }
  const log = await readBidLog(arriving());
  assert.equal(log.auctions, 2);
  assert.equal(log.clicks, 1);
  assert.deepEqual([...log.price], [70, 6]);
  assert.deepEqual([...log.rate], [0.0021143609192222357, 3.3e-5]);
});

test('a log of any length is read whole', async () => {
  const lines = Array.from({ length: 150_000 }, (_, index) => `0 ${index % 300} 0.001`);
  const log = await readBidLog(lines);
  assert.equal(log.auctions, 150_000);
  assert.equal(log.price[149_999], 149_999 % 300);
});

for (const line of [
  '2 70 0.1',
  '0 70',
  '0 -1 0.1',
  '0 7.5 0.1',
  '0 70 1.5',
  '0 99999 0.1',
  '0 70 nan',
  'click price',
])
  test(`${JSON.stringify(line)} is refused with its number`, async () => {
    await assert.rejects(readBidLog(['0 1 0.1', line]), { code: 'GV_BAD_INPUT', message: /line 2/ });
  });

test('an empty log is refused', async () => {
  await assert.rejects(readBidLog(['', '  ']), { code: 'GV_BAD_INPUT', message: /no auctions/ });
});

test('whatever a file holds, reading ends in a log or in GV_BAD_INPUT', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string()), async (lines) => {
      await readBidLog(lines).catch((error: { code?: string }) => assert.equal(error.code, 'GV_BAD_INPUT'));
    }),
  );
});

test('training totals are read from info.json', () => {
  const text = JSON.stringify({
    imp_train: 100,
    clk_train: 2,
    cost_train: 5_000,
    price_counter_train: [0, 50, 50],
    field: 60,
  });
  assert.deepEqual(parseTrainTotals(text), {
    impressions: 100,
    clicks: 2,
    cost: 5_000,
    priceCounts: [0, 50, 50],
  });
});

test('training totals that lack a field are refused by its name', () => {
  for (const [text, field] of [
    ['[]', /price_counter_train/],
    ['null', /price_counter_train/],
    ['{"price_counter_train":[1],"imp_train":0}', /imp_train/],
    ['{"price_counter_train":[-1]}', /price_counter_train/],
    ['nonsense', /JSON/],
  ] as const)
    assert.throws(() => parseTrainTotals(text), { code: 'GV_BAD_INPUT', message: field });
});
