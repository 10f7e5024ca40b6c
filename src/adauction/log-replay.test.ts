import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../kernel/index.ts';
import { replayLog } from './log-replay.ts';
import { LogBidder, MOST_BID } from './log-replay-bidder.ts';
import { publishedRow } from './log-replay-published.ts';
import { readBidLog, type TrainTotals } from './log-replay-reader.ts';

/** Prices even from 1 to 100; click rates from 0 to 2 %. */
const TRAIN: TrainTotals = {
  impressions: 10_000,
  clicks: 100,
  cost: 505_000,
  priceCounts: Array.from({ length: 101 }, (_, price) => (price === 0 ? 0 : 100)),
};

function someLog(auctions: number): string[] {
  const random = randomStream('some log');
  return Array.from({ length: auctions }, () => {
    const rate = 0.02 * random.float();
    return `${random.float() < rate ? 1 : 0} ${1 + random.int(100)} ${rate}`;
  });
}

/** Buys as many of the best auctions per price as the budget allows: nothing can expect more clicks. */
function bestExpectedClicks(lines: readonly string[], budget: number): number {
  const auctions = lines.map((line) => line.split(' ').map(Number) as [number, number, number]);
  auctions.sort((a, b) => b[2] / b[1] - a[2] / a[1]);
  let left = budget;
  let expected = 0;
  for (const [, price, rate] of auctions) {
    expected += rate * Math.min(1, left / price);
    left -= Math.min(left, price);
  }
  return expected;
}

test('an episode spends at most its budget, and nearly all of it', async () => {
  for (const kind of ['second-price', 'first-price'] as const) {
    const { rows } = await replayLog({
      lines: someLog(20_000),
      kind,
      shares: [1 / 32, 1 / 8, 1 / 2],
      train: TRAIN,
    });
    for (const row of rows) {
      assert.equal(row.episodes, 20);
      assert.equal(row.budgetPerEpisode, Math.floor(50.5 * row.share * 1_000));
      assert.ok(row.utilisation <= 1 && row.utilisation > 0.95, `${kind} ${row.share}: ${row.utilisation}`);
    }
  }
});

test('second-price bids earn more than 0.9 of the expected clicks that hindsight would buy', async () => {
  const lines = someLog(20_000);
  const { rows } = await replayLog({ lines, kind: 'second-price', shares: [1 / 16, 1 / 4], train: TRAIN });
  for (const row of rows) {
    const best = bestExpectedClicks(lines, row.budgetPerEpisode * row.episodes);
    assert.ok(row.expectedClicks > 0.9 * best, `${row.share}: ${row.expectedClicks / best}`);
  }
});

test('bids are whole, at most 300 and at most what is left', () => {
  const random = randomStream('bids');
  for (const kind of ['second-price', 'first-price'] as const) {
    const bidder = new LogBidder({ kind, train: TRAIN, budget: 2_000, auctions: 1_000 });
    for (let episode = 0; episode < 3; episode += 1) {
      bidder.begin();
      let left = 2_000;
      for (let auction = 0; auction < 1_000; auction += 1) {
        const bid = bidder.bid(random.float() ** 4, String(auction));
        assert.ok(Number.isInteger(bid) && bid >= 0 && bid <= Math.min(left, MOST_BID), `${bid} of ${left}`);
        const price = random.int(60);
        if (bid === 0) continue;
        if (bid < price) bidder.lost(bid, price);
        else {
          const cost = kind === 'second-price' ? price : bid;
          bidder.won(bid, cost, price);
          left -= cost;
        }
      }
    }
  }
});

test('the same log replays to the same report, and progress is told', async () => {
  const lines = someLog(3_500);
  const done: number[] = [];
  const options = { kind: 'second-price', shares: [1 / 8, 1 / 4], train: TRAIN } as const;
  const first = await replayLog({ ...options, lines, onProgress: (count) => done.push(count) });
  assert.deepEqual(first, await replayLog({ ...options, lines }));
  assert.deepEqual(done, [1, 2]);
  assert.equal(first.rows[0]?.episodes, 4);
  const [low, high] = first.rows[1]!.clicksBetween;
  assert.ok(low <= first.rows[1]!.clicks && first.rows[1]!.clicks <= high);
});

test('published rows stand beside their own log only', async () => {
  const other = await readBidLog(['0 1 0.1']);
  assert.equal(publishedRow(other, 1 / 32), null);
  const same = { ...other, auctions: 156_063, clicks: 530 };
  assert.equal(publishedRow(same, 1 / 32)?.source, 'published');
  assert.equal(publishedRow(same, 1 / 4)?.source, 'reproduced');
  assert.equal(publishedRow(same, 0.3), null);
});

test('a share that buys nothing is refused before the log is read', async () => {
  for (const share of [0, -1, 1e-9, Number.NaN, Number.POSITIVE_INFINITY])
    await assert.rejects(replayLog({ lines: [], kind: 'first-price', shares: [share], train: TRAIN }), {
      code: 'GV_BAD_INPUT',
      message: /share/,
    });
});
