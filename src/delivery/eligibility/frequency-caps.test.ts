import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrequencyCaps } from './frequency-caps.ts';

const CAP = { impressions: 2, windowMs: 1_000 };

test('ortb/§15 an open bid holds its place under the cap, so that a burst cannot pass it', () => {
  const caps = new FrequencyCaps();
  caps.hold('c|u');
  caps.hold('c|u');
  assert.equal(caps.allows('c|u', CAP, 0), false);
  caps.resolve('c|u', undefined);
  assert.equal(caps.allows('c|u', CAP, 0), true, 'a lost bid gives its place back');
  assert.equal(caps.allows('c|v', CAP, 0), true);
});

test('ortb/§15 a billed impression counts until its window is over', () => {
  const caps = new FrequencyCaps();
  for (const time of [0, 400]) {
    caps.hold('c|u');
    caps.resolve('c|u', time);
  }
  assert.equal(caps.allows('c|u', CAP, 999), false);
  assert.equal(caps.allows('c|u', CAP, 1_000), true);
});

test('memory is bounded: who was not seen longest is forgotten first', () => {
  const caps = new FrequencyCaps(2);
  for (const key of ['a', 'b', 'a', 'c']) {
    caps.hold(key);
    caps.resolve(key, 0);
  }
  const once = { impressions: 1, windowMs: 1_000 };
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => caps.allows(key, once, 1)),
    [false, true, false],
  );
});
