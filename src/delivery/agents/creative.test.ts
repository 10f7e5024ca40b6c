import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../kernel/index.ts';
import { areValidChances, CreativeAgent, creativeReward } from './creative.ts';
import { EXPLORATION_FLOOR } from './creative-propensities.ts';

/** A clock by which nothing takes time. */
const STILL = { monotonic: () => 0 };

const NOBODY = { segment: '', exposures: 0 };

/** Runs `impressions` of one campaign whose creatives have `rates` by segment; how often each creative was shown. */
function run(
  agent: CreativeAgent,
  rates: Readonly<Record<string, readonly number[]>>,
  impressions: number,
  seed: string,
): Record<string, number[]> {
  const random = randomStream(seed);
  const segments = Object.keys(rates);
  const shown = Object.fromEntries(segments.map((segment) => [segment, rates[segment]!.map(() => 0)]));
  const all = rates[segments[0]!]!.map((_, creative) => creative);
  for (let impression = 0; impression < impressions; impression += 1) {
    const segment = segments[random.int(segments.length)]!;
    const context = { segment, exposures: 0 };
    const { creative } = agent.choose(0, all, context, random);
    shown[segment]![creative]! += 1;
    agent.shown(0, creative, context);
    if (random.float() < rates[segment]![creative]!) agent.clicked(0, creative, context);
    if (impression % 200 === 0) agent.refresh();
  }
  return shown;
}

for (const seed of ['a', 'b', 'c'])
  test(`the best of four creatives is found and its rate known (seed ${seed})`, () => {
    const agent = new CreativeAgent([4]);
    run(agent, { '': [0.002, 0.004, 0.008, 0.003] }, 60_000, seed);
    const shown = run(agent, { '': [0.002, 0.004, 0.008, 0.003] }, 20_000, `${seed} later`)['']!;
    assert.ok(shown[2]! / 20_000 > 0.9, String(shown));
    const { clickRate } = agent.choose(0, [2], NOBODY, randomStream(seed));
    assert.ok(Math.abs(clickRate - 0.008) < 0.0015, String(clickRate));
  });

test('segments that like different creatives each get theirs', () => {
  const agent = new CreativeAgent([2]);
  const rates = { sport: [0.02, 0.005], news: [0.005, 0.02] };
  run(agent, rates, 60_000, 'segments');
  const shown = run(agent, rates, 10_000, 'segments later');
  assert.ok(shown.sport![0]! > 8 * shown.sport![1]!, JSON.stringify(shown));
  assert.ok(shown.news![1]! > 8 * shown.news![0]!, JSON.stringify(shown));
});

test('creatives are shown as often as their propensities say', () => {
  const agent = new CreativeAgent([3]);
  run(agent, { '': [0.002, 0.003, 0.004] }, 3_000, 'warm');
  const random = randomStream('draw');
  const seen = [0, 0, 0];
  const propensities = [0, 0, 0];
  for (let draw = 0; draw < 50_000; draw += 1) {
    const { creative, propensity } = agent.choose(0, [0, 1, 2], NOBODY, random);
    seen[creative]! += 1;
    propensities[creative] = propensity;
  }
  assert.ok(Math.abs(propensities.reduce((sum, chance) => sum + chance) - 1) < 1e-9);
  for (const [creative, propensity] of propensities.entries()) {
    assert.ok(propensity >= EXPLORATION_FLOOR);
    assert.ok(Math.abs(seen[creative]! / 50_000 - propensity) < 0.01);
  }
});

test('an only candidate is chosen with certainty, and one that is not a candidate never', () => {
  const agent = new CreativeAgent([5]);
  const random = randomStream('sets');
  assert.equal(agent.choose(0, [3], NOBODY, random).propensity, 1);
  fc.assert(
    fc.property(fc.subarray([0, 1, 2, 3, 4], { minLength: 1 }), (set) => {
      const { creative, propensity } = agent.choose(0, set, NOBODY, random);
      assert.ok(set.includes(creative) && propensity > 0 && propensity <= 1);
    }),
  );
});

test('an impression is worth less to one who has seen the campaign', () => {
  const agent = new CreativeAgent([1]);
  const random = randomStream('fatigue');
  const fresh = agent.choose(0, [0], { segment: '', exposures: 0 }, random).clickRate;
  const tired = agent.choose(0, [0], { segment: '', exposures: 4 }, random).clickRate;
  assert.ok(Math.abs(tired / fresh - 0.92 ** 4) < 1e-9);
});

test('segments are not told apart without end', () => {
  const agent = new CreativeAgent([2]);
  const before = agent.choose(0, [0], { segment: 'last', exposures: 0 }, randomStream(1)).clickRate;
  for (let segment = 0; segment < 1_000; segment += 1)
    agent.shown(0, 0, { segment: `made up ${segment}`, exposures: 0 });
  for (let click = 0; click < 50; click += 1) agent.clicked(0, 0, { segment: 'last', exposures: 0 });
  agent.refresh();
  const campaign = agent.choose(0, [0], NOBODY, randomStream(1)).clickRate;
  assert.ok(campaign > before);
  assert.equal(agent.choose(0, [0], { segment: 'last', exposures: 0 }, randomStream(1)).clickRate, campaign);
});

test('a learned policy chooses; its chances are lifted to the floor and logged exactly', () => {
  const policy = { name: 'greedy', version: '7', act: () => [1, 0] };
  const agent = new CreativeAgent([2], { learned: { policy, clock: STILL } });
  const random = randomStream('learned');
  const seen = new Set<string>();
  for (let draw = 0; draw < 1_000; draw += 1) {
    const { creative, propensity } = agent.choose(0, [0, 1], NOBODY, random);
    seen.add(`${creative} ${propensity.toFixed(6)}`);
  }
  assert.deepEqual([...seen].sort(), ['0 0.980000', '1 0.020000']);
});

test('fault/D14: a learned policy that gives no chances is replaced in the same decision, and after three left alone', () => {
  for (const bad of [[Number.NaN, 1], [0.5], [2, -1], []]) {
    const agent = new CreativeAgent([2], {
      learned: { policy: { name: 'broken', version: '1', act: () => bad }, clock: STILL },
    });
    for (let draw = 0; draw < 4; draw += 1) {
      const { creative, propensity } = agent.choose(0, [0, 1], NOBODY, randomStream(draw));
      assert.ok(creative === 0 || creative === 1);
      assert.ok(Math.abs(propensity - 0.5) < 1e-6);
    }
    assert.equal(agent.policy.name, 'hybrid-thompson');
  }
});

test('chances are valid when there is one for each candidate and they sum to 1', () => {
  const observation = { campaign: 0, creatives: [0, 1], context: NOBODY };
  assert.equal(areValidChances([0.25, 0.75], observation), true);
  for (const chances of [[1], [0.25, 0.7], [1.5, -0.5], [Number.NaN, 1], [0.5, 0.25, 0.25]])
    assert.equal(areValidChances(chances, observation), false);
});

test('conversions per click start from 2 % and are learned', () => {
  const agent = new CreativeAgent([1]);
  assert.equal(agent.conversionRate(0), 0.02);
  for (let click = 0; click < 950; click += 1) agent.clicked(0, 0, NOBODY);
  for (let conversion = 0; conversion < 99; conversion += 1) agent.converted(0);
  assert.equal(agent.conversionRate(0), 0.02);
  agent.refresh();
  assert.equal(agent.conversionRate(0), 0.1);
});

test('the reward is the value of the click and the conversions, in micros', () => {
  const values = { clickValueMicros: 500_000, conversionValueMicros: 20_000_000 };
  assert.equal(creativeReward({ clicked: false, conversions: 0, ...values }), 0);
  assert.equal(creativeReward({ clicked: true, conversions: 0, ...values }), 500_000);
  assert.equal(creativeReward({ clicked: true, conversions: 2, ...values }), 40_500_000);
});

test('no choice is worth more than the most, whatever was learned in between', () => {
  const event = fc.record({
    campaign: fc.nat(1),
    creative: fc.nat(2),
    segment: fc.constantFrom('', 'autos', 'travel'),
    exposures: fc.nat(9),
    what: fc.constantFrom('shown', 'clicked', 'refreshed'),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      const agent = new CreativeAgent([3, 3]);
      for (const { campaign, creative, segment, exposures, what } of events) {
        if (what === 'refreshed') agent.refresh();
        else agent[what](campaign, creative, { segment, exposures });
        const { clickRate } = agent.choose(campaign, [creative], { segment, exposures }, randomStream(1));
        assert.ok(clickRate <= agent.mostRate(campaign), `${clickRate} beyond ${agent.mostRate(campaign)}`);
      }
    }),
  );
});
