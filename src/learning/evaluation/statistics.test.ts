import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../kernel/index.ts';
import { bootstrap, compare, interquartileMean, meanOf } from './statistics.ts';

/** Standard normal numbers. */
function normals(seed: number, count: number): Float64Array {
  const random = randomStream(seed);
  return Float64Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float()),
  );
}

test('the interquartile mean leaves a quarter out at each end', () => {
  assert.equal(interquartileMean([100, 1, 2, 3, 4, 5, 6, -1e9]), 3.5);
  assert.equal(interquartileMean([7]), 7);
  assert.ok(Number.isNaN(interquartileMean([])));
});

test('the interquartile mean lies between the least and the greatest, and moves with its values', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 50 }), (values) => {
      const middle = interquartileMean(values);
      assert.ok(middle >= Math.min(...values) && middle <= Math.max(...values));
      assert.ok(Math.abs(interquartileMean(values.map((value) => value + 10)) - middle - 10) < 1e-6);
    }),
  );
});

test('a 95 % interval misses the truth about one time in twenty', () => {
  let missed = 0;
  for (let trial = 0; trial < 100; trial += 1) {
    const { low, high } = bootstrap([normals(trial, 60)], meanOf, randomStream(`b${trial}`));
    if (low > 0 || high < 0) missed += 1;
  }
  assert.ok(missed >= 1 && missed <= 14, `missed ${missed} of 100`);
});

test('the same policy against itself is a tie, whatever the noise', () => {
  const scores = normals(1, 100);
  const { verdict, better, difference } = compare([scores], scores, randomStream(2));
  assert.equal(verdict, 'tie');
  assert.equal(better.value, 0.5);
  assert.deepEqual(difference, { value: 0, low: 0, high: 0 });
});

test('pairing sees a small constant gain through large common noise, and says who lost', () => {
  const luck = normals(3, 100).map((each) => 50 + 10 * each);
  const gained = luck.map((each, index) => each + 0.5 + 0.1 * Math.sin(index));
  assert.equal(compare([gained], luck, randomStream(4)).verdict, 'win');
  assert.equal(compare([luck], gained, randomStream(4)).verdict, 'loss');
  const { relative } = compare([gained], luck, randomStream(4));
  assert.ok(relative.low > 0.005 && relative.high < 0.02);
});

test('training runs that disagree widen the interval', () => {
  const luck = new Float64Array(50);
  const alike = compare(
    [0, 1, 2, 3].map((run) => luck.map(() => 1 + run / 100)),
    luck,
    randomStream(5),
  );
  const apart = compare(
    [-6, -2, 4, 8].map((gain) => luck.map(() => gain)),
    luck,
    randomStream(5),
  );
  assert.equal(alike.verdict, 'win');
  assert.equal(apart.verdict, 'tie');
});
