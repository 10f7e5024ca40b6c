import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { micros, type RandomStream, randomStream } from '../../kernel/index.ts';
import { BudgetAgent, type BudgetClaim, budgetReward, isValidSplit } from './budget.ts';

/** A clock by which nothing takes time. */
const STILL = { monotonic: () => 0 };

const UNIT = 1_000_000;
const random = randomStream('budget');
const claim = (id: string, cap: number, least = 0): BudgetClaim => ({
  id,
  capMicros: micros(cap),
  minMicros: micros(least),
});
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const DAY = Array.from({ length: 24 }, () => 1);

/** What a spend brings on a curve, with chance of a fifth either way. */
function earned(spend: number, rate: number, scale: number, chance: RandomStream): number {
  return -rate * scale * Math.expm1(-spend / scale) * (0.8 + 0.4 * chance.float());
}

test('with nothing known, money goes in proportion to caps', () => {
  const tranches = new BudgetAgent().tranches(
    [claim('a', 10 * UNIT), claim('b', 30 * UNIT), claim('c', 60 * UNIT)],
    micros(50 * UNIT),
    DAY,
    random,
  );
  assert.deepEqual(
    [...tranches.values()].map((hours) => sum(hours)),
    [5 * UNIT, 15 * UNIT, 30 * UNIT],
  );
});

test('a campaign that brings more gets more, and in two days the split earns 97 % of the best', () => {
  const curves = [
    { rate: 4, scale: 2 * UNIT },
    { rate: 1, scale: 4 * UNIT },
    { rate: 2, scale: 1 * UNIT },
  ];
  const agent = new BudgetAgent();
  const chance = randomStream('earned');
  const claims = ['a', 'b', 'c'].map((id) => claim(id, 5 * UNIT));
  let split: number[] = [];
  for (let hour = 0; hour < 48; hour += 1) {
    // Totals vary as days do; a curve is not seen from one point.
    const total = micros(Math.round((2 + 6 * chance.float()) * UNIT));
    split = [...agent.tranches(claims, total, [1], random).values()].map(([first]) => first!);
    for (const [index, { rate, scale }] of curves.entries())
      agent.observe(claims[index]!.id, split[index]!, earned(split[index]!, rate, scale, chance));
    agent.closeHour();
  }
  split = [...agent.tranches(claims, micros(6 * UNIT), [1], random).values()].map(([first]) => first!);
  const worth = (parts: readonly number[]): number =>
    sum(curves.map(({ rate, scale }, index) => -rate * scale * Math.expm1(-parts[index]! / scale)));
  let best = 0;
  for (let a = 0; a <= 5; a += 0.1)
    for (let b = 0; b <= 5; b += 0.1)
      if (6 - a - b >= 0 && 6 - a - b <= 5)
        best = Math.max(best, worth([a * UNIT, b * UNIT, (6 - a - b) * UNIT]));
  assert.ok(split[0]! > split[2]! && split[0]! > split[1]!, String(split));
  assert.ok(worth(split) >= 0.97 * best, `${split}: ${worth(split) / best}`);
});

test('a campaign that brought nothing is still tried', () => {
  const agent = new BudgetAgent();
  for (let hour = 0; hour < 48; hour += 1) {
    agent.observe('good', 5 * UNIT, 20 * UNIT);
    agent.observe('bad', 5 * UNIT, 0);
    agent.closeHour();
  }
  const tranches = agent.tranches(
    [claim('good', 100 * UNIT), claim('bad', 100 * UNIT)],
    micros(100 * UNIT),
    DAY,
    random,
  );
  const bad = sum(tranches.get('bad')!);
  assert.ok(bad >= 2.5 * UNIT && bad < sum(tranches.get('good')!) / 2, String(bad));
});

test('tranches sum to min(total, caps), keep to caps and leasts, and follow the hours', () => {
  const cap = fc.nat(1_000_000_000);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cap, cap), { maxLength: 8 }),
      fc.nat(4_000_000_000),
      fc.array(fc.oneof(fc.double(), fc.nat(9)), { maxLength: 24 }),
      fc.array(fc.tuple(fc.nat(7), fc.nat(1e9), fc.nat(1e9)), { maxLength: 30 }),
      (campaigns, total, weights, seen) => {
        const agent = new BudgetAgent();
        for (const [id, spend, value] of seen) {
          agent.observe(String(id), spend, value);
          agent.closeHour();
        }
        const claims = campaigns.map(([most, least], id) => claim(String(id), most, least));
        const tranches = agent.tranches(claims, micros(total), weights, random);
        let all = 0;
        const leasts = claims.map(({ capMicros, minMicros }) => Math.min(capMicros, minMicros));
        for (const [index, { id, capMicros }] of claims.entries()) {
          const hours = tranches.get(id)!;
          assert.equal(hours.length, Math.max(1, weights.length));
          for (const tranche of hours) assert.ok(Number.isSafeInteger(tranche) && tranche >= 0);
          assert.ok(sum(hours) <= capMicros);
          if (sum(leasts) <= total) assert.ok(sum(hours) >= leasts[index]!);
          all += sum(hours);
        }
        assert.equal(all, Math.min(total, sum(claims.map(({ capMicros }) => capMicros))));
      },
    ),
  );
});

test('hours get money as their traffic', () => {
  const tranches = new BudgetAgent().tranches([claim('a', 1_001)], micros(1_001), [1, 3, 0, 6], random);
  assert.deepEqual(tranches.get('a'), [100, 300, 0, 601]);
});

test('fault/D14: a learned policy that breaks a cap or a sum is replaced in the same decision', () => {
  const observation = {
    needs: ['a', 'b'].map((id) => ({
      ...claim(id, 100),
      curve: { valuePerMicro: 1, scaleMicros: 100 },
    })),
    totalMicros: micros(100),
  };
  for (const bad of [[101, 0], [50, 49], [100], [-1, 101], [0.5, 99.5], [Number.NaN, 0], [50, 50, 0]]) {
    const act = () => bad.map((part) => part as ReturnType<typeof micros>);
    const agent = new BudgetAgent({
      learned: { policy: { name: 'broken', version: '1', act }, clock: STILL },
    });
    assert.deepEqual(agent.act(observation, random), [50, 50]);
  }
  assert.equal(isValidSplit([100, 0], observation), true);
});

test('the reward is the value won, less a tenth of what was not spent', () => {
  assert.equal(budgetReward({ valueMicros: 500, spentMicros: 60, budgetMicros: 100 }), 496);
  assert.equal(budgetReward({ valueMicros: 500, spentMicros: 101, budgetMicros: 100 }), 500);
});
