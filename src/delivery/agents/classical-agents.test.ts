import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AgentsMarket } from '../testing/agents-market.ts';
import { ClassicalAgents } from './classical-agents.ts';
import { ROLES, TEAM_SCHEMA } from './team/roles.ts';
import type { Steering } from './team/steering.ts';
import { FACT, type Fact } from './team/team-facts.ts';
import { TeamPolicy } from './team/team-policy.ts';
import type { ClassicalTuning } from './team/tuning.ts';

const CAMPAIGNS = 3;
const SECOND_MS = 1_000;
/** A policy tick of a day. */
const POLICY_TICK_MS = 1_800_000;
/** The server’s own parameters, in the units of a tuning. */
const AS_SERVED: ClassicalTuning = {
  rate: (0.02 * POLICY_TICK_MS) / SECOND_MS,
  lambda: 0,
  gain: POLICY_TICK_MS / 60_000,
  memory: 0,
  sharpness: 1,
  shade: 1,
};

type Steer = (steering: Steering) => void;

interface Played {
  /** What the team is to correct; without it there is no team. */
  readonly steer?: Steer;
  readonly tuning?: ClassicalTuning;
  readonly seed?: number;
  readonly auction?: 'first' | 'second';
  readonly seconds?: number;
}

/** Minutes of a market, and all that was decided in them. */
function play({ steer, tuning = AS_SERVED, seed = 1, auction = 'first', seconds = 90 }: Played = {}) {
  const market = new AgentsMarket({ seed, campaigns: CAMPAIGNS, auction });
  const file = { schema: TEAM_SCHEMA, networks: {}, tuning: { ...tuning }, provenance: {} };
  const learned = steer === undefined ? {} : { team: new TeamPolicy(file) };
  const agents = new ClassicalAgents(market.campaigns, market.context, learned);
  if (agents.team !== null) {
    steer?.(agents.team.steering);
    agents.team.apply();
    agents.look();
  }
  const ticks: number[][] = [];
  for (let second = 0; second < seconds; second += 1) {
    agents.tickAlone(SECOND_MS);
    ticks.push(
      market.campaigns.flatMap(({ index, campaign: { id }, openSpent }) => [
        agents.throttle(index),
        agents.pacing.targetPerMs(id),
        agents.bidding.lambda(id),
        agents.agreements.partOf(index),
        openSpent,
      ]),
    );
    market.ask(agents, 20);
    market.clock.pass(SECOND_MS);
  }
  return { market, agents, ticks, decisions: market.decisions };
}

/** A role's actions, for all campaigns. */
function steered(role: (typeof ROLES)[number], actions: readonly number[]): Steer {
  return (steering) => {
    for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1) steering.set(role, campaign, actions);
  };
}

/** The same numbers for all roles. */
function everyRole(actions: readonly number[]): Steer {
  return (steering) => {
    for (const role of ROLES) steered(role, actions)(steering);
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
const prices = ({ decisions }: ReturnType<typeof play>) =>
  mean(decisions.map(([, , , price]) => price).filter((price) => price > 0));

test('steering of all zeros decides as the classical composition does, to the bit', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom('first' as const, 'second' as const), (seed, auction) => {
      const none = play({ seed, auction });
      const zeros = play({
        seed,
        auction,
        steer: everyRole([0, -0]),
      });
      assert.ok(none.decisions.length > 0);
      assert.deepEqual(zeros.decisions, none.decisions);
      assert.deepEqual(zeros.ticks, none.ticks);
    }),
    { numRuns: 8 },
  );
});

test('bid and shade move the price, the latter only where the first price is paid', () => {
  const usual = prices(play());
  assert.ok(prices(play({ steer: steered('bidder', [0.5, 0]) })) > 1.1 * usual);
  assert.ok(prices(play({ steer: steered('bidder', [0, -1]) })) < 0.9 * usual);
  const second = { auction: 'second' as const };
  assert.deepEqual(play({ ...second, steer: steered('bidder', [0, -1]) }).decisions, play(second).decisions);
});

test('target moves what pacing aims at, up to three times the plan', () => {
  const first = (played: Played) => play({ ...played, seconds: 2 }).ticks[1]![1]!;
  const usual = first({});
  assert.ok(Math.abs(first({ steer: steered('pacer', [-1, 0]) }) / usual - Math.exp(-1)) < 1e-9);
  const most = first({ steer: steered('pacer', [1, 0]) });
  assert.ok(most > 1.4 * usual && most <= 3 * usual);
});

test('admit takes fewer of the requests, never more than there is money for', () => {
  const taken = (admit: number) => {
    const { ticks } = play({ steer: steered('pacer', [0, admit]) });
    return Math.max(...ticks.map(([throttle]) => throttle!));
  };
  assert.ok(Math.abs(taken(-1) - Math.exp(-0.7)) < 1e-9);
  assert.equal(taken(1), taken(0));
});

test('share moves money between campaigns of an advertiser, and the whole stays the whole', () => {
  const parts = (share: number) => {
    const { agents } = play({ steer: (each) => each.set('allocator', 0, [share]), seconds: 2 });
    return [0, 1, 2].map((index) => agents.agreements.partOf(index));
  };
  const [usual, more, less] = [parts(0), parts(1), parts(-1)];
  assert.ok(more[0]! > 1.5 * usual[0]! && less[0]! < 0.6 * usual[0]!);
  for (const each of [usual, more, less]) assert.equal(each[0]! + each[1]! + each[2]!, 30_000_000);
  for (const part of more) assert.ok(part <= 20_000_000);
});

test('sharpness exploits or explores, and what is logged is what was drawn from', () => {
  const best = (sharpness: number) => {
    const { agents, market } = play({
      steer: steered('creative', [sharpness]),
      auction: 'second',
      seconds: 1,
    });
    const who = { segment: '', exposures: 0 };
    for (let each = 0; each < 4_000; each += 1) {
      agents.creative.shown(0, each % 3, who);
      if (each % 100 < 3 && each % 3 === 1) agents.creative.clicked(0, 1, who);
    }
    agents.tickAlone(SECOND_MS);
    const draws = Array.from({ length: 2_000 }, () =>
      agents.choose(0, [0, 1, 2], who, market.context.random),
    );
    const chosen = draws.filter(({ creative }) => creative === 1);
    assert.ok(Math.abs(chosen.length / 2_000 - chosen[0]!.propensity) < 0.04);
    return { chance: chosen[0]!.propensity, openness: agents.creative.openness(0, Math.exp(sharpness)) };
  };
  const [explores, usual, exploits] = [best(-1), best(0), best(1)];
  assert.ok(explores.chance < usual.chance && usual.chance < exploits.chance);
  assert.ok(explores.openness > usual.openness && usual.openness > exploits.openness);
});

test('inv/I9 whatever is steered, a price is whole, from the floor to the cap, and nothing is negative or no number', () => {
  const action = fc.oneof(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.constantFrom(Number.NaN, 1e308, -1e308),
  );
  fc.assert(
    fc.property(fc.nat(), fc.tuple(action, action), (seed, actions) => {
      const { decisions, ticks } = play({ steer: everyRole(actions), seed, seconds: 30 });
      for (const [, , propensity, price] of decisions) {
        assert.ok(price === 0 || (Number.isSafeInteger(price) && price >= 500_000 && price <= 10_000_000));
        assert.ok(propensity > 0 && propensity <= 1);
      }
      for (const each of ticks.flat()) assert.ok(each >= 0 && Number.isFinite(each));
    }),
    { numRuns: 20 },
  );
});

test('a tuning sets where the multiplier begins and how fast it moves, and the shading', () => {
  const tuning = { rate: 0.5, lambda: 1, gain: 0.3, memory: 0.1, sharpness: 2, shade: 0.8 };
  const tuned = play({ tuning, steer: () => {}, seconds: 1 });
  // One second in which nothing was spent, of the 1,800 of a policy tick.
  const paced = 1 + tuned.agents.bidding.lambda('c0');
  assert.ok(Math.abs(paced - 2 * Math.exp(-0.5 / 1_800)) < 1e-12);
  assert.ok(prices(tuned) < 0.55 * prices(play({ seconds: 1 })));
});

test('what a team sees is what happened in the half hour', () => {
  const { market, agents, decisions } = play({ steer: () => {}, seconds: 60 });
  market.clock.pass(POLICY_TICK_MS - 60 * SECOND_MS);
  agents.look();
  const { facts } = agents.team!;
  const fact = (name: Fact) => facts.facts[facts.offset(0) + FACT[name]]!;
  const { openSpent, wins } = market.campaigns[0]!;
  const prices = decisions
    .filter(([campaign, , , price]) => campaign === 0 && price > 0)
    .map((each) => each[3]);
  assert.ok(wins > 0);
  assert.equal(fact('requests'), 1_200);
  assert.equal(fact('forecast'), 1_200);
  assert.equal(fact('bids'), prices.length);
  assert.equal(fact('wins'), wins);
  assert.ok(Math.abs(fact('bidCpm') - mean(prices)) < 1);
  assert.ok(Math.abs(fact('paidCpm') - (openSpent * 1_000) / wins) < 1e-3);
  // Rivals bid 3 dollars in the (geometric) mean, with a deviation of 0.58; four of that of the mean of so many.
  assert.ok(Math.abs(Math.log(fact('toBeatCpm') / 3_000_000)) < (4 * 0.58) / Math.sqrt(prices.length));
  assert.equal(fact('firstPrice'), 1);
  assert.ok(Math.abs(fact('spent') - openSpent) < 1e-6);
  assert.ok(fact('throttle') > 0 && fact('throttle') < 1);
  // Half past noon of a flight from noon to noon, of which this day has a half: ten dollars each.
  assert.ok(Math.abs(fact('timeLeft') - 23 / 24) < 1e-3);
  assert.ok(Math.abs(fact('timeOfDay') - 25 / 48) < 1e-3);
  assert.ok(Math.abs(fact('trafficLeft') - 23 / 24) < 1e-3);
  assert.ok(Math.abs(fact('budget') - 5_000_000) < 50_000);
  assert.ok(Math.abs(fact('planned') - 5_000_000 / 24) < 5_000);
  assert.ok(Math.abs(fact('tranche') - (5_000_000 - openSpent)) < 50_000);
  assert.equal(fact('siblings'), CAMPAIGNS);
});
