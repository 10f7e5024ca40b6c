import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InProcessBlackboard } from '../../coordination/index.ts';
import { GavotteError, type RandomStream, randomStream, Simulation } from '../../kernel/index.ts';
import type { OpenBid } from '../serving/candidate.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import { FrequencyCaps } from './frequency-caps.ts';
import { SharedCaps } from './shared-caps.ts';

const CAP = { impressions: 3, windowMs: 3_600_000 };
const USER = 'user';
const TICK_MS = 1_000;
/** A bill that came to another bidder is told to who bid, and by that one to all: two ticks, and the one that runs. */
const TOLD_WITHIN_MS = 3 * TICK_MS;

const running = { index: 0, campaign: { id: 'c1', frequencyCap: CAP } } as RunningCampaign;

function world() {
  const simulation = new Simulation({ seed: 1 });
  const { clock } = simulation.peer('board');
  return { simulation, clock, board: new InProcessBlackboard({ clock }) };
}

/** A bidder as far as caps go. */
function bidder({ board, clock }: ReturnType<typeof world>, holder: string) {
  const caps = new FrequencyCaps();
  const bids = new Map<string, OpenBid>();
  const shared = new SharedCaps({
    board,
    caps,
    holder,
    now: () => clock.now(),
    campaigns: [running],
    bidOf: (id) => bids.get(id),
  });
  return {
    holder,
    shared,
    open: () => bids.size,
    allows: () => caps.allows(USER, 0, CAP, clock.now()),
    seen: () => caps.exposures(USER, 0),
    /** Bids for the user, if the cap allows it. */
    bid: (user = USER): string | undefined => {
      if (!caps.allows(user, 0, CAP, clock.now())) return undefined;
      const id = `${holder}-${bids.size.toString(36)}-${clock.monotonic()}`;
      const candidate = { campaign: running } as OpenBid['candidate'];
      bids.set(id, { exchange: 'exchange', cappedUser: user, candidate });
      caps.hold(user, 0);
      return id;
    },
    end: (id: string, isPaid: boolean) => shared.ended(bids.get(id)!, isPaid),
  };
}

test('an impression that one bidder was billed for counts under the cap of the others', async () => {
  const here = world();
  const [one, two] = [bidder(here, 'b1'), bidder(here, 'b2')];
  await Promise.all([one.shared.tick(), two.shared.tick()]);
  for (let time = 0; time < CAP.impressions; time += 1) one.end(one.bid()!, true);
  assert.equal(two.allows(), true, 'nothing is told before the tick');
  await one.shared.tick();
  assert.equal(two.allows(), false);
  assert.equal(one.seen(), CAP.impressions, 'what it told does not come back');
});

test('a bill that came to another bidder counts for who bid, once, and for all', async () => {
  const here = world();
  const all = ['b1', 'b2', 'b3'].map((name) => bidder(here, name));
  const [one, two, three] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
  for (const { shared } of all) await shared.tick();
  const id = one.bid()!;
  two.shared.billedFor('b1', id, 'c1');
  for (let tick = 0; tick < 2; tick += 1) for (const { shared } of all) await shared.tick();
  // Its promise runs out here, as the bill never came; and a copy of the bill changes nothing.
  one.end(id, false);
  two.shared.billedFor('b1', id, 'c1');
  for (let tick = 0; tick < 2; tick += 1) for (const { shared } of all) await shared.tick();
  assert.deepEqual([one.seen(), two.seen(), three.seen()], [1, 1, 1]);
});

test('fault/D5 what could not be told is told later, and once', async () => {
  const here = world();
  const [one, two] = [bidder(here, 'b1'), bidder(here, 'b2')];
  await Promise.all([one.shared.tick(), two.shared.tick()]);
  one.end(one.bid()!, true);
  const write = here.board.write.bind(here.board);
  // The write happens, and its answer is lost.
  here.board.write = async (...given) => {
    await write(...given);
    throw new GavotteError('GV_TIMEOUT', 'no answer');
  };
  await assert.rejects(one.shared.tick());
  here.board.write = write;
  one.end(one.bid()!, true);
  await one.shared.tick();
  assert.equal(two.seen(), 2);
});

test('more than one entry holds is told in several, and an id that none holds stops nothing', async () => {
  const here = world();
  const [one, two] = [bidder(here, 'b1'), bidder(here, 'b2')];
  await Promise.all([one.shared.tick(), two.shared.tick()]);
  one.end(one.bid('long'.repeat(20_000))!, true);
  for (let user = 0; user < 3_000; user += 1) one.end(one.bid(`user-${user}`)!, true);
  one.end(one.bid()!, true);
  await one.shared.tick();
  assert.equal(two.seen(), 1);
});

test('fault/D16 what another version left there is not counted', async () => {
  const here = world();
  const one = bidder(here, 'b1');
  await one.shared.tick();
  for (const value of ['text', { seq: 1 }, { seq: 2, sights: [7, [USER, 'c1', 'then'], [USER, 'other', 5]] }])
    await here.board.write('seen/b9/1', value, { ttlMs: 1_000 });
  assert.equal(one.seen(), 0);
});

/** One run of a user who is spread over bidders; bills come late, and to anyone. */
async function spread(random: RandomStream): Promise<number> {
  const here = world();
  const bidders = Array.from({ length: 2 + random.int(4) }, (_, index) => bidder(here, `b${index}`));
  const open: { by: (typeof bidders)[0]; id: string; due: number; isPaid: boolean }[] = [];
  const billed: number[] = [];
  for (let step = 0; step < 400; step += 1) {
    const now = here.clock.monotonic();
    const by = bidders[random.int(bidders.length)]!;
    const id = random.int(2) === 0 ? by.bid() : undefined;
    if (id !== undefined) {
      open.push({ by, id, due: now + random.int(5_000), isPaid: random.int(4) === 0 });
      const elsewhere = open.filter((each) => each.by !== by).length;
      const fresh = billed.filter((at) => now - at <= TOLD_WITHIN_MS).length;
      const taken = billed.length + open.length;
      const bound = CAP.impressions + elsewhere + fresh;
      assert.ok(taken <= bound, `${taken} are billed or open; cap and what is in flight are ${bound}`);
    }
    for (const each of open.filter(({ due }) => due <= now)) {
      open.splice(open.indexOf(each), 1);
      const taker = bidders[random.int(bidders.length)]!;
      if (!each.isPaid) each.by.end(each.id, false);
      else if (taker === each.by) each.by.end(each.id, true);
      else taker.shared.billedFor(each.by.holder, each.id, 'c1');
      if (each.isPaid) billed.push(now);
    }
    await here.simulation.pass(100);
    if (step % 10 === 9) for (const { shared } of bidders) await shared.tick();
  }
  return billed.length;
}

test('a user who is spread over bidders passes the cap by no more than what is in flight', async () => {
  let reached = 0;
  for (let seed = 0; seed < 60; seed += 1)
    if ((await spread(randomStream(`spread:${seed}`))) >= CAP.impressions) reached += 1;
  assert.ok(reached > 30, `only ${reached} runs reached the cap`);
});
