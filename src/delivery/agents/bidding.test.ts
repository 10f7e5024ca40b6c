import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../kernel/index.ts';
import {
  BiddingAgent,
  type BiddingObservation,
  biddingReward,
  DualMultiplier,
  isValidPrice,
} from './bidding.ts';

/** A clock by which nothing takes time. */
const STILL = { monotonic: () => 0 };

const UNIT = 1_000_000;
const random = randomStream(1);
const offer: BiddingObservation = {
  valueCpm: 4 * UNIT,
  floorCpm: 1 * UNIT,
  auction: 'second',
  maxCpm: 10 * UNIT,
  lambda: 0,
  market: 'a',
  shade: 1,
};

test('the reward is value less cost', () => {
  assert.equal(biddingReward({ valueMicros: 5_000, costMicros: 1_200 }), 3_800);
  assert.equal(new BiddingAgent().reward({ valueMicros: 0, costMicros: 1_200 }), -1_200);
});

test('a second-price auction is bid the value over 1 + λ, within the cap', () => {
  const agent = new BiddingAgent();
  assert.equal(agent.price(offer), 4 * UNIT);
  assert.equal(agent.price({ ...offer, lambda: 1 }), 2 * UNIT);
  assert.equal(agent.price({ ...offer, maxCpm: 3 * UNIT }), 3 * UNIT);
});

test('no bid is made where the value over 1 + λ, or the cap, is below the floor', () => {
  const agent = new BiddingAgent();
  assert.equal(agent.price({ ...offer, lambda: 3.5 }), 0);
  assert.equal(agent.price({ ...offer, maxCpm: 0.9 * UNIT }), 0);
  assert.equal(agent.price({ ...offer, valueCpm: 0, floorCpm: 0 }), 0);
});

test('a first-price auction is shaded, by the prior where the market is unknown and by what was learned after', () => {
  const agent = new BiddingAgent();
  const first: BiddingObservation = { ...offer, auction: 'first' };
  assert.equal(agent.price(first), 3.4 * UNIT);
  for (let index = 0; index < 1_000; index += 1) agent.lost('a', 1 * UNIT, 1.5 * UNIT, undefined);
  assert.ok(agent.price(first) < 1.8 * UNIT);
  assert.equal(agent.price({ ...first, market: 'b' }), 3.4 * UNIT);
});

test('whatever is observed and told, a price is 0 or between floor and cap', () => {
  const number = fc.double({ min: -10, max: 1e13 });
  const observation = fc.record({
    valueCpm: fc.double(),
    floorCpm: number,
    auction: fc.constantFrom<'first' | 'second'>('first', 'second'),
    maxCpm: number,
    lambda: fc.double(),
    market: fc.constantFrom('a', 'b'),
    shade: fc.oneof(fc.constant(1), fc.double()),
  });
  const agent = new BiddingAgent();
  for (let index = 0; index < 200; index += 1) agent.lost('a', 1 * UNIT, (1 + (index % 7)) * UNIT, undefined);
  fc.assert(fc.property(observation, (seen) => isValidPrice(agent.price(seen), seen)));
});

test('fault/D14 a learned policy that bids NaN or above the cap is replaced in the same decision, then quarantined', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e18, 10 * UNIT + 1, 0.5]) {
    const agent = new BiddingAgent({
      learned: { policy: { name: 'wild', version: '3', act: () => bad }, clock: STILL },
    });
    for (let index = 0; index < 4; index += 1) assert.equal(agent.act(offer, random), 4 * UNIT);
    assert.equal(agent.policy.name, 'dual-shading');
  }
});

test('a clearing price below a winning bid teaches; the bid itself, as first-price exchanges send, does not', () => {
  const agent = new BiddingAgent();
  for (let index = 0; index < 600; index += 1) agent.won('second', 4 * UNIT, 1 * UNIT, undefined);
  for (let index = 0; index < 600; index += 1) agent.won('first', 4 * UNIT, 4 * UNIT, undefined);
  assert.ok(agent.winRate('second', 1.5 * UNIT) > 0.95);
  assert.ok(agent.winRate('first', 1.5 * UNIT) < 0.95);
});

test('markets that strangers invent do not fill the memory: past 512 they share the prior', () => {
  const agent = new BiddingAgent();
  for (let market = 0; market < 600; market += 1)
    for (let index = 0; index < 60; index += 1) agent.lost(`m${market}`, 1 * UNIT, 1.5 * UNIT, undefined);
  assert.notEqual(agent.winRate('m500', 3 * UNIT), 0.5);
  assert.equal(agent.winRate('m599', 3 * UNIT), 0.5);
});

test('λ rises while spend is above target, falls to 0 below it, and stays finite', () => {
  const dual = new DualMultiplier(0.05);
  for (let tick = 0; tick < 100; tick += 1) dual.step(200, 100);
  assert.ok(dual.lambda > 10);
  for (let tick = 0; tick < 10_000; tick += 1) dual.step(5, 1);
  assert.equal(dual.lambda, 1_000);
  for (let tick = 0; tick < 1_000; tick += 1) dual.step(0, 100);
  assert.equal(dual.lambda, 0);
  for (const [spend, target] of [
    [0, 0],
    [5, 0],
    [Number.NaN, 1],
    [1, Number.NaN],
    [-5, 1],
  ] as const)
    dual.step(spend, target);
  assert.equal(dual.lambda, 0);
});

test('λ finds the price at which demand meets the target', () => {
  const agent = new BiddingAgent();
  const stream = randomStream('dual');
  let spentLate = 0;
  for (let tick = 0; tick < 3_000; tick += 1) {
    let spent = 0;
    for (let request = 0; request < 20; request += 1) {
      const bid = agent.price({ ...offer, floorCpm: 0, lambda: agent.lambda('c') });
      const rival = Math.floor(stream.float() * 4 * UNIT);
      if (rival < bid) spent += rival / 1000;
    }
    agent.tick('c', spent, 10_000);
    if (tick >= 1_000) spentLate += spent;
  }
  assert.ok(Math.abs(spentLate / 2_000 / 10_000 - 1) < 0.03, String(spentLate / 2_000));
});

test('the level follows the bids', () => {
  const agent = new BiddingAgent();
  assert.equal(agent.level('c'), 0);
  agent.made('c', 2 * UNIT);
  assert.equal(agent.level('c'), 2 * UNIT);
  for (let index = 0; index < 200; index += 1) agent.made('c', 3 * UNIT);
  assert.ok(Math.abs(agent.level('c') - 3 * UNIT) < 1_000);
});

test('no price of a lesser value is above the most, also where a learned policy decides', () => {
  const cpm = fc.nat(20_000_000);
  const learned = {
    policy: { name: 'dear', version: '1', act: () => 9_000_000 },
    clock: { monotonic: () => 0 },
  };
  const outcome = fc.record({ isWon: fc.boolean(), cpm: fc.integer({ min: 1, max: 20_000_000 }) });
  const auction = fc.constantFrom('first' as const, 'second' as const);
  fc.assert(
    fc.property(
      fc.array(outcome, { maxLength: 300 }),
      fc.array(fc.tuple(cpm, cpm, cpm, cpm, auction, fc.double({ min: 0, max: 5, noNaN: true })), {
        maxLength: 40,
      }),
      (outcomes, offers) => {
        for (const agent of [new BiddingAgent(), new BiddingAgent({ learned })]) {
          for (const { isWon, cpm } of outcomes)
            agent[isWon ? 'won' : 'lost']('m', cpm, undefined, undefined);
          for (const [a, b, floorCpm, maxCpm, auction, lambda] of offers) {
            const offer = { floorCpm, maxCpm, auction, lambda, market: 'm', shade: 0.9 };
            const price = agent.act({ ...offer, valueCpm: Math.min(a, b) }, randomStream(1));
            assert.ok(price <= agent.most({ ...offer, valueCpm: Math.max(a, b) }));
          }
        }
      },
    ),
  );
});
