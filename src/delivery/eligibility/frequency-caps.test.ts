import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrequencyCaps } from './frequency-caps.ts';

const CAP = { impressions: 2, windowMs: 1_000 };

test('ortb/§15 an open bid holds its place under the cap, so that a burst cannot pass it', () => {
  const caps = new FrequencyCaps();
  caps.hold('user', 1);
  caps.hold('user', 1);
  assert.equal(caps.allows('user', 1, CAP, 0), false);
  assert.equal(caps.allows('user', 2, CAP, 0), true, 'each campaign counts for itself');
  caps.resolve('user', 1, undefined);
  assert.equal(caps.allows('user', 1, CAP, 0), true, 'a lost bid gives its place back');
  assert.equal(caps.allows('other', 1, CAP, 0), true);
});

test('ortb/§15 a billed impression counts until its window is over', () => {
  const caps = new FrequencyCaps();
  for (const time of [0, 400]) {
    caps.hold('user', 1);
    caps.resolve('user', 1, time);
  }
  assert.equal(caps.exposures('user', 1), 2);
  assert.equal(caps.allows('user', 1, CAP, 999), false);
  assert.equal(caps.allows('user', 1, CAP, 1_000), true);
});

test('memory is bounded: who was not seen longest is forgotten first, and lost bids leave nothing', () => {
  const caps = new FrequencyCaps(2);
  for (const user of ['a', 'b', 'a', 'c']) {
    caps.hold(user, 1);
    caps.resolve(user, 1, 0);
  }
  const once = { impressions: 1, windowMs: 1_000 };
  assert.deepEqual(
    ['a', 'b', 'c'].map((user) => caps.allows(user, 1, once, 1)),
    [false, true, false],
  );
  caps.resolve('d', 1, undefined);
  assert.equal(caps.pairs, 1, 'd took the place of one of them, and left it');
});
