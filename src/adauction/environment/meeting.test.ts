import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scenarioOf } from './ad-auction.ts';
import { Day, formatOf, NODES, PREDICTION_SIGMA, VALUE_SIGMA, WEIGHTS } from './day.ts';
import { exponential } from './exponential.ts';
import { type BidRule, Meeting, REST, TRUST } from './meeting.ts';
import { CAMPAIGNS, CELLS, SCENARIOS, type Scenario, SEGMENTS, TICKS } from './scenario.ts';

/** The same as `Meeting`, as it would be written down: a sum over cells and nodes, each figure from its definition. */
function plainly(
  day: Day,
  scenario: Scenario,
  tick: number,
  campaign: number,
  rule: BidRule,
  won: Float64Array,
) {
  const sums = { requests: 0, bidCpm: 0, wins: 0, cost: 0, value: 0, predicted: 0, toBeatCpm: 0, levels: 0 };
  const deviation = Math.hypot(VALUE_SIGMA, PREDICTION_SIGMA);
  for (let segment = 0; segment < SEGMENTS; segment += 1) {
    const cell = formatOf(campaign) * SEGMENTS + segment;
    const level = day.logLevel[tick * CELLS + cell]! + scenario.elasticity * won[cell]!;
    NODES.forEach((node, index) => {
      const count = day.requests[tick * CELLS + cell]! * WEIGHTS[index]!;
      const mean = day.value[campaign * SEGMENTS + segment]! * Math.exp(-(VALUE_SIGMA ** 2) / 2);
      const predicted = mean * Math.exp(deviation * node);
      const worth = predicted * Math.exp(rule.worth);
      const shade = day.landscape.shade(Math.log(worth) - rule.believed) + rule.shade;
      const bid = scenario.firstPrice ? worth * Math.min(1, Math.exp(shade)) : worth;
      const against = Math.log(bid) - level;
      const chance = day.landscape.win(against);
      const price = scenario.firstPrice ? chance * bid : day.landscape.secondPrice(against) * Math.exp(level);
      const creative = Math.exp(rule.creative) / 1_000;
      sums.requests += count;
      sums.bidCpm += count * bid;
      sums.wins += count * chance;
      sums.cost += (count * price) / 1_000;
      sums.value += count * chance * mean * Math.exp(TRUST * deviation * node + REST ** 2 / 2) * creative;
      sums.predicted += count * chance * predicted * creative;
      sums.toBeatCpm += count * Math.exp(level);
      sums.levels += count * level;
    });
  }
  return sums;
}

test('a campaign meets its cells as the definition says, whatever it bids', () => {
  const log = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(
      fc.constantFrom(...SCENARIOS),
      fc.nat(TICKS - 1),
      fc.nat(CAMPAIGNS - 1),
      fc.record({ worth: log, shade: log, believed: log.map((each) => 15 + each), creative: log }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (scenario, tick, campaign, rule, share) => {
        const day = new Day(scenario, 1, 7);
        const won = new Float64Array(CELLS).fill(share);
        const meeting = new Meeting(scenario);
        meeting.open(day, tick, won);
        meeting.meet(campaign, rule);
        const plain = plainly(day, scenario, tick, campaign, rule, won);
        for (const [name, expected] of Object.entries(plain)) {
          const found = meeting[name as keyof typeof plain];
          assert.ok(
            Math.abs(found - expected) <= 1e-9 * Math.abs(expected),
            `${name}: ${found}, ${expected}`,
          );
        }
        const wins = meeting.bySegment.reduce((sum, each) => sum + each, 0);
        assert.ok(Math.abs(wins - plain.wins) <= 1e-9 * plain.wins);
      },
    ),
  );
});

test('nothing of a meeting is left in the next', () => {
  const scenario = scenarioOf('drift');
  const rule = { worth: 0, shade: 0, believed: 15, creative: 0 };
  const meeting = new Meeting(scenario);
  meeting.open(new Day(scenario, 1, 7), 3, new Float64Array(CELLS));
  meeting.meet(0, rule);
  const { wins, cost } = meeting;
  meeting.meet(1, rule);
  meeting.meet(0, rule);
  assert.deepEqual([meeting.wins, meeting.cost], [wins, cost]);
});

test('what a campaign met is what it bids on: so many requests, of such worth, at such a level', () => {
  const scenario = scenarioOf('stationary-sp');
  const meeting = new Meeting({ ...scenario, elasticity: 0.3 });
  meeting.open(new Day(scenario, 1, 7), 3, new Float64Array(CELLS).fill(0.5));
  for (const campaign of [0, 5]) {
    meeting.meet(campaign, { worth: 0.2, shade: 0, believed: 15, creative: 0 });
    const { counts, worths, level } = meeting.met(campaign, 0.2);
    const sum = (of: (kind: number) => number) =>
      counts.reduce((total, count, kind) => total + count * of(kind), 0);
    for (const [found, expected] of [
      [sum(() => 1), meeting.requests],
      [sum((kind) => Math.exp(worths[kind]!)), meeting.bidCpm],
      [sum(() => level), meeting.levels],
    ])
      assert.ok(Math.abs(found! / expected! - 1) < 1e-9, `${found}, ${expected}`);
  }
});

test('who has a shading of his own bids by it in any auction, and never above the worth', () => {
  const rule = { worth: -0.5, shade: 0, believed: 15, creative: 0 };
  for (const name of ['stationary-sp', 'stationary-fp']) {
    const day = new Day(scenarioOf(name), 1, 7);
    const bids = (shading: ((log: number) => number) | null) => {
      const meeting = new Meeting(day.scenario, shading);
      meeting.open(day, 3, new Float64Array(CELLS));
      meeting.meet(0, rule);
      return meeting.bidCpm;
    };
    const whole = bids(() => 0);
    assert.ok(Math.abs(bids(() => -1) / whole - Math.exp(-1)) < 1e-9);
    assert.equal(
      bids(() => 1),
      whole,
    );
    // By what is worth more than the level that is believed.
    const above = bids((log) => (log > 0 ? 0 : -100));
    assert.ok(above > 0 && above < whole);
    assert.equal(bids(null) < whole, day.scenario.firstPrice);
  }
});

test('exponential is e to the power, also where its table ends', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -700, max: 700, noNaN: true }),
      fc.double({ min: -64.1, max: 64.1, noNaN: true }),
      (far, near) => {
        for (const x of [far, near]) assert.ok(Math.abs(exponential(x) / Math.exp(x) - 1) < 2e-12, `${x}`);
      },
    ),
    { numRuns: 2_000 },
  );
  for (const [x, expected] of [
    [0, 1],
    [-Infinity, 0],
    [Infinity, Infinity],
    [Number.NaN, Number.NaN],
  ] as const)
    assert.equal(exponential(x), expected);
});
