import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BidRule, holdAuctions, slotPrice } from './auction.ts';
import { drawDayLaw } from './day-law.ts';
import { emptyRanking, rankBids, removeBidder } from './rank.ts';
import { referenceAuction } from './reference-auction.ts';
import { AGENTS, EXPOSURE_RATES } from './rules.ts';
import { drawTick, type TickTraffic } from './traffic.ts';

const law = drawDayLaw({ seed: 'auction test', episode: 0, opportunities: 20_000 });
const chance = { ...law.keys[0]!, truths: law.truths };

/** Few enough levels that equal bids are met. */
const bid = fc.oneof(fc.constantFrom(0, -0.5, 0.0001, 0.1, 0.2), fc.double({ min: 0, max: 1, noNaN: true }));

function rankedSlots(bids: readonly number[]): ReturnType<typeof referenceAuction> {
  const ranking = emptyRanking(bids.length);
  ranking.count = bids.length;
  ranking.bidders.set(bids.map((_bid, agent) => bids.length - 1 - agent));
  ranking.linear.fill(1);
  rankBids(ranking, Float64Array.from(bids), 0);
  return [0, 1, 2]
    .map((slot) => ({ agent: ranking.top[slot]!, slot, price: slotPrice(ranking, slot) }))
    .filter(({ price }) => price > 0);
}

test('one pass over the bids sells the places that sorting them sells, whatever the order of bidders', () => {
  fc.assert(
    fc.property(fc.array(bid, { minLength: 1, maxLength: AGENTS }), (bids) => {
      assert.deepEqual(rankedSlots(bids), referenceAuction(bids));
    }),
    { numRuns: 2_000 },
  );
});

test('a removed bidder is nowhere, the others keep their bids', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 }),
      fc.nat(),
      (bids, pick) => {
        const ranking = emptyRanking(bids.length);
        ranking.count = bids.length;
        ranking.bidders.set(bids.map((_bid, agent) => agent));
        ranking.linear.set(bids);
        const gone = pick % bids.length;
        removeBidder(ranking, gone);
        rankBids(ranking, new Float64Array(bids.length).fill(1), 0);
        const left = bids.map((each, agent) => (agent === gone ? 0 : each));
        assert.deepEqual(
          [...ranking.bids].filter((each) => each > 0),
          left
            .filter((each) => each > 0)
            .sort((a, b) => b - a)
            .slice(0, 4),
        );
      },
    ),
  );
});

function constantRules(alpha: number): BidRule[] {
  return Array.from({ length: AGENTS }, (_none, agent) => ({ linear: alpha + agent, quadratic: 0 }));
}

test('nobody pays more than it has, and what is paid is what leaves the accounts', () => {
  const traffic = drawTick(law, 18);
  const budgets = Float64Array.from({ length: AGENTS }, (_none, agent) => (agent % 7) * 0.9);
  const remaining = budgets.slice();
  const outcome = holdAuctions(traffic, constantRules(80), remaining, chance);
  for (let agent = 0; agent < AGENTS; agent += 1) {
    assert.ok(remaining[agent]! >= 0, `${agent} has ${remaining[agent]}`);
    assert.ok(Math.abs(budgets[agent]! - remaining[agent]! - outcome.cost[agent]!) < 1e-9);
    if (agent % 7 === 0) assert.equal(outcome.wins[agent], 0);
  }
  assert.ok(
    remaining.some((left, agent) => budgets[agent]! > 0 && left < 0.3),
    'somebody runs out',
  );
});

test('places are seen as often as the rules say, and value converts at its true rate', () => {
  const count = 200_000;
  const means = new Float64Array(AGENTS);
  const values = new Float32Array(count * AGENTS);
  for (let pv = 0; pv < count; pv += 1)
    for (let agent = 0; agent < 4; agent += 1) values[pv * AGENTS + agent] = 0.1 - 0.01 * agent;
  const traffic: TickTraffic = { count, values, means, meanSquares: means };
  const rules = Array.from({ length: AGENTS }, () => ({ linear: 1, quadratic: 0 }));
  const outcome = holdAuctions(traffic, rules, new Float64Array(AGENTS).fill(1e9), chance);
  for (let slot = 0; slot < 3; slot += 1) {
    assert.equal(outcome.wins[slot], count);
    const rate = EXPOSURE_RATES[slot]!;
    const off = outcome.exposures[slot]! - count * rate;
    assert.ok(Math.abs(off) <= 4 * Math.sqrt(count * rate * (1 - rate)), `slot ${slot}: off by ${off}`);
    const truth = outcome.value[slot]! * law.truths[slot]!;
    assert.ok(Math.abs(outcome.conversions[slot]! - truth) < 4 * Math.sqrt(truth), `slot ${slot} converts`);
    const price = 0.1 - 0.01 * (slot + 1);
    assert.ok(Math.abs(outcome.cost[slot]! - price * outcome.exposures[slot]!) < 1e-2 * count * price);
  }
  assert.equal(outcome.wins[3], 0);
  assert.ok(Math.abs(outcome.meanLeastWinningCost - 0.07) < 1e-6);
});
