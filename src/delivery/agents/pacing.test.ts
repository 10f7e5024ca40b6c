import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type RandomStream, randomStream } from '../../kernel/index.ts';
import { BiddingAgent } from './bidding.ts';
import {
  isValidPacing,
  PACING_BASELINE,
  PacingAgent,
  type PacingObservation,
  pacingReward,
  UNCORRECTED,
} from './pacing.ts';
import { TrafficForecast } from './pacing-forecast.ts';
import { FlightPlan } from './pacing-plan.ts';

/** A clock by which nothing takes time. */
const STILL = { monotonic: () => 0 };

const random = randomStream(1);
const SECOND = 1_000;
const HOUR = 3_600_000;
const UNIT = 1_000_000;
const MONDAY = Date.parse('2026-03-02T00:00:00Z');

/** A number of arrivals with that mean; a normal stands in for large means. */
function arrivals(mean: number, stream: RandomStream): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(1 - stream.float())) * Math.cos(2 * Math.PI * stream.float());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let count = -1;
  for (let product = 1; product > Math.exp(-mean); product *= stream.float()) count += 1;
  return Math.max(0, count);
}

interface Simulated {
  readonly spent: number;
  /** Longest run of seconds in which a minute's spend was above three times its plan. */
  readonly burstSeconds: number;
  readonly throttles: readonly number[];
}

/** Runs one flight second by second; `rate` is requests a second at a time, each won at about 2 per thousand. */
function fly(options: {
  readonly hours: number;
  readonly budget: number;
  readonly rate: (at: number) => number;
  readonly start?: number;
  readonly timeZone?: string;
  readonly forecast?: TrafficForecast;
  readonly hourLimit?: number;
  readonly tickMs?: number;
}): Simulated {
  const start = options.start ?? MONDAY;
  const end = start + options.hours * HOUR;
  const forecast = options.forecast ?? new TrafficForecast(options.timeZone ?? 'UTC');
  const plan = new FlightPlan(
    { start, end, totalBudget: options.budget, dailyBudget: options.budget },
    forecast,
  );
  const stream = randomStream('flight');
  const agent = new PacingAgent();
  const minute: number[] = [];
  const throttles: number[] = [];
  let spent = 0;
  let inMinute = 0;
  let burst = 0;
  let burstSeconds = 0;
  let hourSpent = 0;
  const tickMs = options.tickMs ?? SECOND;
  for (let at = start; at < end; at += tickMs) {
    if ((at - start) % HOUR === 0) {
      plan.replan(at, spent, spent);
      hourSpent = 0;
    }
    const { throttle } = agent.tick(
      'c',
      {
        at,
        plan,
        spentMicros: spent,
        hourSpentMicros: hourSpent,
        hourLimitMicros: options.hourLimit ?? null,
        levelCpm: 0,
        correction: UNCORRECTED,
      },
      random,
    );
    throttles.push(throttle);
    const requests = (options.rate(at) * tickMs) / SECOND;
    forecast.observe(at, requests);
    // The ledger's cap stands behind pacing: money that is not there is not spent.
    const cost = Math.min(
      arrivals(requests * throttle, stream) * (1_500 + stream.int(1_000)),
      options.budget - spent,
    );
    spent += cost;
    hourSpent += cost;
    minute.push(cost);
    inMinute += cost - (minute.length > (60 * SECOND) / tickMs ? minute.shift()! : 0);
    burst =
      inMinute > 3 * plan.plannedBetween(at - 60 * SECOND, at) + 60 * 2_500 ? burst + tickMs / SECOND : 0;
    burstSeconds = Math.max(burstSeconds, burst);
  }
  return { spent, burstSeconds, throttles };
}

/** Twice the mean at two in the afternoon, next to nothing at night. */
const daily = (at: number) => 40 * (1.05 + Math.cos((2 * Math.PI * (((at / HOUR) % 24) - 14)) / 24));

for (const [what, options] of Object.entries({
  'no day before it, an even supply': { hours: 24, budget: 1_000 * UNIT, rate: () => 50 },
  'no day before it, a daily curve': { hours: 24, budget: 1_000 * UNIT, rate: daily },
  'a flight of one hour': { hours: 1, budget: 50 * UNIT, rate: () => 50 },
  'a flight that begins and ends within an hour': {
    hours: 1.5,
    start: MONDAY + 0.4 * HOUR,
    budget: 50 * UNIT,
    rate: () => 50,
  },
  'a day of 23 hours': {
    hours: 23,
    start: Date.parse('2026-03-28T23:00:00Z'),
    timeZone: 'Europe/Berlin',
    budget: 1_000 * UNIT,
    rate: daily,
  },
  'a day of 25 hours': {
    hours: 25,
    start: Date.parse('2026-10-24T22:00:00Z'),
    timeZone: 'Europe/Berlin',
    budget: 1_000 * UNIT,
    rate: daily,
  },
  'no traffic for six hours': {
    hours: 24,
    budget: 1_000 * UNIT,
    rate: (at: number) => (at - MONDAY >= 6 * HOUR && at - MONDAY < 12 * HOUR ? 0 : 50),
  },
  'no traffic for the last ten minutes but two': {
    hours: 6,
    budget: 200 * UNIT,
    rate: (at: number) => (at - MONDAY >= 5.8 * HOUR && at - MONDAY < 5.9 * HOUR ? 0 : 100),
  },
  'traffic twenty times as much from one second to the next': {
    hours: 12,
    budget: 500 * UNIT,
    rate: (at: number) => (at - MONDAY >= 5 * HOUR && at - MONDAY < 7 * HOUR ? 1_000 : 50),
  },
  'ticks a quarter of a second long': { hours: 4, budget: 100 * UNIT, rate: () => 50, tickMs: 250 },
  'ticks five seconds long': { hours: 4, budget: 100 * UNIT, rate: () => 50, tickMs: 5_000 },
  'a flood from the first second': { hours: 4, budget: 100 * UNIT, rate: () => 5_000 },
}))
  test(`fault/D13 ${what}: within 2 % of the budget at the end, no burst above 3 × plan for a minute`, () => {
    const { spent, burstSeconds, throttles } = fly(options);
    assert.ok(spent >= 0.98 * options.budget && spent <= options.budget, `spent ${spent / options.budget}`);
    assert.ok(burstSeconds <= 60, `${burstSeconds} s`);
    assert.ok(throttles.every((throttle) => throttle >= 0 && throttle <= 1));
  });

test('fault/D13 no traffic at all spends nothing and divides by nothing', () => {
  const { spent, throttles } = fly({ hours: 2, budget: 10 * UNIT, rate: () => 0 });
  assert.equal(spent, 0);
  assert.ok(throttles.every((throttle) => Number.isFinite(throttle)));
});

test('the hourly limit holds back a plan that is above it, up to the last tick', () => {
  const { spent } = fly({ hours: 4, budget: 400 * UNIT, rate: () => 200, hourLimit: 20 * UNIT });
  assert.ok(spent <= 4 * 20 * UNIT * 1.02 && spent >= 4 * 20 * UNIT * 0.97, String(spent));
});

test('a forecast of the daily curve spends in proportion to the traffic', () => {
  const forecast = new TrafficForecast('UTC');
  for (let hour = 0; hour < 168; hour += 1) forecast.learn(hour, daily((hour + 0.5) * HOUR));
  const { throttles } = fly({ hours: 24, budget: 1_000 * UNIT, rate: daily, forecast });
  // A share of the supply that is the same at all hours is the same share of every hour's traffic.
  const noon = throttles.slice(12 * 3_600, 13 * 3_600).reduce((sum, each) => sum + each) / 3_600;
  const evening = throttles.slice(20 * 3_600, 21 * 3_600).reduce((sum, each) => sum + each) / 3_600;
  assert.ok(Math.abs(noon / evening - 1) < 0.1, `${noon} ${evening}`);
});

test('bids that rise close the tap before the spend shows it', () => {
  const seen: PacingObservation = {
    plannedMicros: 1_000,
    spentMicros: 1_000,
    hourSpentMicros: 0,
    hourLimitMicros: null,
    tickMs: 1_000,
    plannedNextMicros: 100,
    shareOfRest: 0.01,
    demandMicros: 800,
    throttle: 0.5,
    levelCpm: 2 * UNIT,
    levelThenCpm: 2 * UNIT,
    correction: UNCORRECTED,
  };
  assert.equal(PACING_BASELINE.act(seen, random).throttle, 250 / 800);
  assert.equal(PACING_BASELINE.act({ ...seen, levelCpm: 3 * UNIT }, random).throttle, 250 / 1_200);
});

test('the reward punishes spend beyond plan by its square, and spend beyond the limit', () => {
  const outcome = { plannedMicros: 1_000, spentMicros: 1_100, hourSpentMicros: 50, hourLimitMicros: null };
  assert.equal(pacingReward(outcome), -10);
  assert.equal(pacingReward({ ...outcome, spentMicros: 900 }), 0);
  assert.equal(pacingReward({ ...outcome, spentMicros: 900, hourLimitMicros: 40 }), -100);
  assert.ok(Number.isFinite(pacingReward({ ...outcome, plannedMicros: 0 })));
});

test('whatever is observed within reason, the baseline acts within bounds', () => {
  const amount = fc.double({ min: 0, max: 1e15, noNaN: true });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const observation = fc.record({
    plannedMicros: amount,
    spentMicros: amount,
    hourSpentMicros: amount,
    hourLimitMicros: fc.option(amount),
    tickMs: amount,
    plannedNextMicros: amount,
    shareOfRest: share,
    demandMicros: amount,
    throttle: share,
    levelCpm: amount,
    levelThenCpm: amount,
    correction: fc.record({ catchUpMs: amount, target: amount, admit: share }),
  });
  fc.assert(fc.property(observation, (seen) => isValidPacing(PACING_BASELINE.act(seen, random), seen)));
});

test('fault/D14 a learned policy that opens the tap too far or gives no shape is replaced', () => {
  for (const bad of [
    { throttle: 7, targetMicrosNextTick: 0 },
    { throttle: 1, targetMicrosNextTick: 1e30 },
    null,
    {},
  ]) {
    const agent = new PacingAgent({
      learned: { policy: { name: 'wild', version: '1', act: () => bad as never }, clock: STILL },
    });
    const plan = new FlightPlan(
      { start: MONDAY, end: MONDAY + HOUR, totalBudget: UNIT, dailyBudget: UNIT },
      new TrafficForecast('UTC'),
    );
    const seen = {
      plan,
      spentMicros: 0,
      hourSpentMicros: 0,
      hourLimitMicros: null,
      levelCpm: 0,
      correction: UNCORRECTED,
    };
    for (let tick = 0; tick < 5; tick += 1) {
      const action = agent.tick('c', { ...seen, at: MONDAY + tick * SECOND }, random);
      assert.ok(action.throttle <= 1 && action.targetMicrosNextTick < UNIT);
    }
    assert.equal(agent.policy.name, 'pi-pacing');
  }
});

test('with the bidding agent the tap opens again: the multiplier takes over what the throttle held back', () => {
  const bidding = new BiddingAgent();
  const pacing = new PacingAgent();
  const stream = randomStream('both');
  const budget = 400 * UNIT;
  const forecast = new TrafficForecast('UTC');
  const plan = new FlightPlan(
    { start: MONDAY, end: MONDAY + 4 * HOUR, totalBudget: budget, dailyBudget: budget },
    forecast,
  );
  let spent = 0;
  const throttles: number[] = [];
  for (let at = MONDAY; at < MONDAY + 4 * HOUR; at += SECOND) {
    const seen = { at, plan, spentMicros: spent, hourSpentMicros: 0, hourLimitMicros: null };
    const action = pacing.tick(
      'c',
      { ...seen, levelCpm: bidding.level('c'), correction: UNCORRECTED },
      random,
    );
    bidding.tick('c', pacing.demand('c'), action.targetMicrosNextTick);
    throttles.push(action.throttle);
    const bid = bidding.price({
      valueCpm: 4 * UNIT,
      floorCpm: 0,
      auction: 'second',
      maxCpm: 10 * UNIT,
      lambda: bidding.lambda('c'),
      market: 'm',
      shade: 1,
    });
    bidding.made('c', bid);
    for (let request = 0; request < 60; request += 1) {
      const rival = Math.floor(stream.float() * 4 * UNIT);
      if (stream.float() < action.throttle && rival < bid) spent = Math.min(budget, spent + rival / 1_000);
    }
  }
  assert.ok(spent > 0.98 * budget, String(spent / budget));
  const late = throttles.slice(3_600, -60);
  assert.ok(late.reduce((sum, each) => sum + each) / late.length > 0.85);
});
