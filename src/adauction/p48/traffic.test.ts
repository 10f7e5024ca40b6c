import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawDayLaw } from './day-law.ts';
import { noiseUniform, noiseWord, normalOf, normalQuantile } from './keyed-noise.ts';
import { AGENTS, DAY_OPPORTUNITIES, EPISODES, TICKS, TRAFFIC_SHARE } from './rules.ts';
import { drawTick } from './traffic.ts';

test('the same seed and episode draw the same day, another draws another', () => {
  const options = { seed: 1, episode: 3, opportunities: 5_000 };
  const [one, same] = [drawDayLaw(options), drawDayLaw(options)];
  assert.deepEqual(drawTick(one, 20), drawTick(same, 20));
  const other = drawDayLaw({ ...options, episode: 4 });
  assert.notDeepEqual(drawTick(other, 20).means, drawTick(one, 20).means);
  assert.notDeepEqual(other.counts, one.counts);
});

test('a day has half a million opportunities but for rounding, by the usual share within a factor', () => {
  for (let episode = 0; episode < 20; episode += 1) {
    const { counts } = drawDayLaw({ seed: 'volume', episode });
    const total = counts.reduce((sum, count) => sum + count, 0);
    assert.ok(total > DAY_OPPORTUNITIES - 60 && total <= DAY_OPPORTUNITIES, `${total}`);
    const factors = counts.map((count, tick) => count / (TRAFFIC_SHARE[tick]! * DAY_OPPORTUNITIES));
    assert.ok(Math.max(...factors) / Math.min(...factors) < 1.4 / 0.6 + 0.01);
    for (let tick = 0; tick < TICKS; tick += 4)
      assert.ok(Math.abs(factors[tick]! - factors[tick + 3]!) < 0.001, 'a factor holds four ticks');
  }
});

test('values of a tick have the mean and deviation that their law says, and are independent', () => {
  const law = drawDayLaw({ seed: 'moments', episode: 0 });
  const { count, values, means, meanSquares } = drawTick(law, 18);
  let product = 0;
  for (let agent = 0; agent < AGENTS; agent += 1) {
    const mean = law.means[18 * AGENTS + agent]!;
    const deviation = law.deviations[18 * AGENTS + agent]!;
    const { cutMean, cutDeviation } = cutNormal(mean, deviation);
    const error = cutDeviation / Math.sqrt(count);
    assert.ok(Math.abs(means[agent]! - cutMean) < 4.5 * error, `mean of ${agent}`);
    const measured = Math.sqrt(meanSquares[agent]! - means[agent]! ** 2);
    assert.ok(Math.abs(measured / cutDeviation - 1) < 4.5 / Math.sqrt(count), `deviation of ${agent}`);
  }
  for (let pv = 1; pv < count; pv += 1) {
    const here = values[pv * AGENTS]! - means[0]!;
    product += here * (values[(pv - 1) * AGENTS + 1]! - means[1]!);
  }
  const scale = Math.sqrt((meanSquares[0]! - means[0]! ** 2) * (meanSquares[1]! - means[1]! ** 2));
  assert.ok(Math.abs(product / count / scale) < 4.5 / Math.sqrt(count), 'neighbours do not know each other');
});

/** Mean and deviation of a normal number that is cut at 0. */
function cutNormal(mean: number, deviation: number): { cutMean: number; cutDeviation: number } {
  const points = Array.from({ length: 20_000 }, (_none, n) =>
    Math.max(0, mean + deviation * normalQuantile((n + 0.5) / 20_000)),
  );
  const cutMean = points.reduce((sum, each) => sum + each, 0) / points.length;
  const square = points.reduce((sum, each) => sum + each * each, 0) / points.length;
  return { cutMean, cutDeviation: Math.sqrt(square - cutMean ** 2) };
}

test('the table of the normal law follows its quantiles, to the last words', () => {
  for (const word of [0, 1, 1 << 19, 0x7fffffff, -1, -2, 0x12345678, 0x40000000]) {
    const exact = normalQuantile(((word >>> 0) + 0.5) * 2 ** -32);
    assert.ok(Math.abs(normalOf(word) - exact) < 1e-2 * Math.max(1, Math.abs(exact)), `${word}`);
  }
  assert.ok(Math.abs(normalQuantile(0.975) - 1.959963985) < 1e-8);
  assert.ok(Math.abs(normalQuantile(1e-6) + 4.753424309) < 1e-7);
});

test('keyed noise is even, and two keys do not walk one sequence', () => {
  const cells = new Array<number>(64).fill(0);
  for (let n = 0; n < 64_000; n += 1) cells[Math.floor(64 * noiseUniform({ first: 5, second: 9 }, n))]! += 1;
  const chiSquare = cells.reduce((sum, seen) => sum + (seen - 1_000) ** 2 / 1_000, 0);
  assert.ok(chiSquare > 25 && chiSquare < 120, `${chiSquare}`);
  const ahead = new Set(Array.from({ length: 1_000 }, (_none, n) => noiseWord(5, 9, n)));
  const shared = Array.from({ length: 1_000 }, (_none, n) => noiseWord(5 - 100, 10, n)).filter((word) =>
    ahead.has(word),
  );
  assert.equal(shared.length, 0);
});

test('days of training, validation and test have no number in common', () => {
  const spans = Object.values(EPISODES);
  for (const one of spans)
    for (const other of spans) assert.ok(one === other || one.to < other.from || other.to < one.from);
});
