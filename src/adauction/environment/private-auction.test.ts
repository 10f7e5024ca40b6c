import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Draws } from '../../kernel/index.ts';
import { scenarioOf } from './ad-auction.ts';
import { Day, formatOf, NODES, WEIGHTS } from './day.ts';
import { type DayDeal, dealsOf } from './day-deals.ts';
import { SEEN, TRUE } from './meeting.ts';
import { type Invitation, PrivateAuction } from './private-auction.ts';
import { CELLS, SEGMENTS, TICKS, TRAFFIC } from './scenario.ts';

const DEALS = scenarioOf('deals');
const ROUNDS = 4_000;
const TICK = 20;
const offers = 1_000;
const ALL_TRAFFIC = TRAFFIC.reduce((sum, each) => sum + each, 0);

function invitation(day: Day): DayDeal {
  return dealsOf(day).find(({ kind }) => kind === 'PA')!;
}

/** Every auction held by itself: two rivals draw their bids, and the highest at or above the floor wins. */
function held(day: Day, { campaign, cpm }: DayDeal, bidOf: (worth: number) => number, rule: Invitation) {
  const draws = new Draws(3, 1);
  const sums = { taken: 0, worth: 0, paid: 0 };
  const first = TICK * CELLS + formatOf(campaign) * SEGMENTS;
  const level = day.logLevel
    .subarray(first, first + SEGMENTS)
    .reduce((sum, each) => sum + each / SEGMENTS, 0);
  for (let segment = 0; segment < SEGMENTS; segment += 1) {
    const mean = day.value[campaign * SEGMENTS + segment]!;
    NODES.forEach((_, node) => {
      const worth = mean * day.bias[campaign]! * Math.exp(SEEN[node]! + rule.worth);
      if (worth < cpm) return;
      const bid = bidOf(worth);
      for (let round = 0; round < ROUNDS; round += 1) {
        const rivals = [0, 1].map((each) =>
          Math.exp(level + 0.6 * draws.normal(segment, node, 2 * round + each)),
        );
        const next = Math.max(cpm, ...rivals);
        if (bid < next) continue;
        const count = ((offers / SEGMENTS) * WEIGHTS[node]!) / ROUNDS;
        sums.taken += count;
        sums.worth += (count * mean * TRUE[node]!) / 1_000;
        sums.paid += (count * (day.scenario.firstPrice ? bid : next)) / 1_000;
      }
    });
  }
  return sums;
}

test('a private auction comes to what its single auctions come to, at first and at second price', () => {
  for (const firstPrice of [false, true]) {
    const day = new Day({ ...DEALS, firstPrice }, 1, 4);
    const deal = invitation(day);
    // A shade this far up is held back at the worth: the whole worth is bid.
    const rule = { worth: 0.2, shade: 9 };
    const { taken, worth, paid } = new PrivateAuction(day).play(deal, offers, TICK, rule);
    const plain = held(day, deal, (each) => each, rule);
    assert.ok(plain.taken > 100, `${plain.taken} of ${offers} are won`);
    for (const [ours, theirs] of [
      [taken, plain.taken],
      [worth, plain.worth],
      [paid, plain.paid],
    ])
      assert.ok(Math.abs(ours! / theirs! - 1) < 0.03, `${ours} where single auctions come to ${theirs}`);
  }
});

test('a bid shaded far down is the floor, and what is worth less than the floor is not bid on', () => {
  const day = new Day(DEALS, 1, 4);
  const deal = invitation(day);
  const auction = new PrivateAuction(day);
  const { taken, paid } = auction.play(deal, offers, TICK, { worth: 0, shade: -9 });
  assert.ok(taken > 0);
  assert.ok(Math.abs((paid * 1_000) / taken / deal.cpm - 1) < 1e-9);
  assert.deepEqual(auction.play(deal, offers, TICK, { worth: -9, shade: 0 }), {
    taken: 0,
    worth: 0,
    paid: 0,
  });
});

test('whatever is bid, a day’s private auctions bring no more than their bound', () => {
  const factor = fc.double({ min: -1.5, max: 1.5, noNaN: true });
  fc.assert(
    fc.property(fc.nat(50), fc.boolean(), factor, factor, (number, firstPrice, worth, shade) => {
      const day = new Day({ ...DEALS, firstPrice }, 1, number);
      const deal = invitation(day);
      const auction = new PrivateAuction(day);
      let surplus = 0;
      for (let tick = 0; tick < TICKS; tick += 1) {
        const each = auction.play(deal, (offers * TRAFFIC[tick]!) / ALL_TRAFFIC, tick, { worth, shade });
        surplus += each.worth - each.paid;
      }
      const bound = auction.bound(deal, offers);
      assert.ok(surplus <= bound * 1.001, `${surplus} where ${bound} is the most`);
    }),
    { numRuns: 60 },
  );
});
