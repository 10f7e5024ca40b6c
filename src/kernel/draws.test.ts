import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Draws } from './draws.ts';

const COUNT = 20_000;

test('a draw depends on seed, episode, purpose and member, and on nothing else', () => {
  const [one, other] = [new Draws(1, 2), new Draws(1, 2)];
  other.uniform(9, 9, 9);
  assert.equal(one.uniform(3, 4, 5), other.uniform(3, 4, 5));
  const all = new Set([
    one.uniform(3, 4, 5),
    one.uniform(4, 3, 5),
    one.uniform(3, 5, 4),
    new Draws(2, 1).uniform(3, 4, 5),
    new Draws(1, 3).uniform(3, 4, 5),
  ]);
  assert.equal(all.size, 5);
});

test('draws are uniform, and independent of their neighbours', () => {
  const draws = new Draws(7, 0);
  let [sum, squares, product] = [0, 0, 0];
  const bins = new Float64Array(10);
  for (let index = 0; index < COUNT; index += 1) {
    const value = draws.uniform(1, index);
    assert.ok(value > 0 && value < 1);
    sum += value;
    squares += value * value;
    product += (value - 0.5) * (draws.uniform(1, index + 1) - 0.5);
    bins[Math.floor(value * 10)]! += 1;
  }
  assert.ok(Math.abs(sum / COUNT - 0.5) < 0.01);
  assert.ok(Math.abs(squares / COUNT - 1 / 3) < 0.01);
  assert.ok(Math.abs(product / COUNT) < 0.003);
  for (const count of bins) assert.ok(Math.abs(count / COUNT - 0.1) < 0.012);
});

test('normal numbers have mean 0, deviation 1 and the tails of the normal distribution', () => {
  const draws = new Draws(3, 4);
  let [sum, squares, beyond] = [0, 0, 0];
  for (let index = 0; index < COUNT; index += 1) {
    const value = draws.normal(2, index);
    sum += value;
    squares += value * value;
    if (Math.abs(value) > 1.96) beyond += 1;
  }
  assert.ok(Math.abs(sum / COUNT) < 0.03);
  assert.ok(Math.abs(squares / COUNT - 1) < 0.04);
  assert.ok(Math.abs(beyond / COUNT - 0.05) < 0.006);
});
