import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ACTIONS, OBSERVATION, ROLES } from './roles.ts';
import { Steering } from './steering.ts';
import { FACT, FACTS, OBSERVATION_SIZE, TeamFacts } from './team-facts.ts';

const SHARES: readonly string[] = [
  'timeLeft',
  'timeOfDay',
  'throttle',
  'trafficLeft',
  'dealsBehind',
  'dealsShare',
  'firstPrice',
  'share',
  'openness',
];
const anyTick = fc.tuple(
  ...FACTS.map((name) =>
    SHARES.includes(name)
      ? fc.double({ min: 0, max: 1, noNaN: true })
      : fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e15, noNaN: true })),
  ),
);

test('whatever a day brings, an observation is finite and small', () => {
  fc.assert(
    fc.property(fc.array(anyTick, { maxLength: 4 }), (ticks) => {
      const facts = new TeamFacts(1);
      const out = new Float32Array(OBSERVATION_SIZE);
      for (const tick of ticks) {
        facts.facts.set(tick);
        facts.endTick();
      }
      facts.write(0, new Steering(1), out, 0);
      for (const [index, each] of out.entries())
        assert.ok(Math.abs(each) <= 20, `${OBSERVATION[index]} is ${each}`);
    }),
  );
});

test('an observation tells what changed between ticks', () => {
  const facts = new TeamFacts(2);
  const out = new Float32Array(OBSERVATION_SIZE);
  const row = facts.facts.subarray(facts.offset(1));
  row[FACT.budget] = 100;
  row[FACT.spent] = 25;
  row[FACT.planned] = 20;
  facts.endTick();
  row[FACT.lambda] = Math.E - 1;
  facts.endTick();
  facts.write(1, new Steering(2), out, 0);
  const seen = Object.fromEntries(OBSERVATION.map((name, index) => [name, out[index]!]));
  assert.equal(seen['budget left'], 0.75);
  assert.equal(seen['spend ahead of plan'], 0.5);
  assert.equal(seen.multiplier, 0.5);
  assert.equal(seen['multiplier, change'], 2);
});

test('actions are cut to their reach, and what is not a number corrects nothing', () => {
  const steering = new Steering(2);
  for (const role of ROLES) {
    steering.set(
      role,
      1,
      ACTIONS[role].map(() => 9),
    );
  }
  assert.deepEqual([...steering.bid], [0, 0.7]);
  assert.deepEqual([...steering.admit], [0, 0.7]);
  steering.set('bidder', 1, [Number.NaN, -0.5]);
  assert.deepEqual([steering.bid[1], steering.shade[1]], [0, -0.2]);
  steering.clear();
  assert.equal(steering.target[1], 0);
});
