import assert from 'node:assert/strict';
import { sampleCampaign } from '../../src/campaign/index.ts';
import type { Blackboard } from '../../src/coordination/index.ts';
import { DealBook } from '../../src/delivery/deals/deal-book.ts';
import { FrequencyCaps } from '../../src/delivery/eligibility/frequency-caps.ts';
import { SharedCaps } from '../../src/delivery/eligibility/shared-caps.ts';
import { type AgentsContext, ClassicalAgents, type DealTerms } from '../../src/delivery/index.ts';
import { Purse } from '../../src/delivery/money/purse.ts';
import type { OpenBid } from '../../src/delivery/serving/candidate.ts';
import { RunningCampaign } from '../../src/delivery/serving/running-campaign.ts';
import { type EpochMs, GavotteError, money, randomStream } from '../../src/kernel/index.ts';
import { type BlackboardWorld, checkBoardOn, type PrepareBoard } from './blackboard.harness.ts';

const HOUR_MS = 3_600_000;
const usd = (units: number) => money(units * 1_000_000, 'USD');

/** What bidders decide together, over one kind of blackboard. */
export function sharedAgentsContract(kind: string, prepare: PrepareBoard): void {
  const check = checkBoardOn(kind, prepare);

  check(
    'the hour’s money is split once, by the bidder that has learned most, and all keep to it',
    async (world) => {
      const green = await bidder(world, 'green');
      const learned = await bidder(world, 'learned');
      learned.hours([30, 1]);
      const [first, second] = await world.run(Promise.all([green.agree(), learned.agree()]));
      assert.deepEqual(first, second);
      assert.ok(first[0]! > 2 * first[1]!, `split ${String(first)}`);
      assert.equal(sum(first), 10_000_000);
      assert.deepEqual([...green.agents.agreements.tranches.deciders.values()], ['learned']);
      await Promise.all([green.close(), learned.close()]);
    },
  );

  check('what a campaign bids in one bidder, pacing reads in the others', async (world) => {
    const [one, other] = [await bidder(world, 'b1'), await bidder(world, 'b2')];
    one.agents.bidding.made('spring', 4_000_000);
    other.agents.bidding.made('spring', 2_000_000);
    await world.run(Promise.all([one.publish(), other.publish()]));
    await world.pass(300);
    for (const { agents } of [one, other]) assert.match(agents.messages().bidding!, /spring 3\.00/);
    await Promise.all([one.close(), other.close()]);
  });

  check('a user who has seen a campaign by one bidder is capped in the others', async (world) => {
    const shared = await Promise.all(['b1', 'b2'].map((holder) => cappedBidder(world, holder)));
    const [one, other] = shared as [(typeof shared)[0], (typeof shared)[0]];
    await world.run(Promise.all([one.news.tick(), other.news.tick()]));
    one.news.ended(one.bid, true);
    await world.run(one.news.tick());
    await world.pass(300);
    assert.deepEqual([one.caps.exposures('user', 0), other.caps.exposures('user', 0)], [1, 1]);
    // The bill of the other's bid comes to the first, which does not know whose it was.
    one.news.billedFor('b2', 'b2-1', 'spring');
    for (const { news } of [one, other]) {
      await world.run(news.tick());
      await world.pass(300);
    }
    assert.deepEqual([one.caps.exposures('user', 0), other.caps.exposures('user', 0)], [2, 2]);
  });

  check('a bidder that dies as it should decide is passed over', async (world) => {
    const dying = await bidder(world, 'dying', dyingBoard);
    const other = await bidder(world, 'other');
    dying.hours([30, 1]);
    other.hours([1, 2]);
    const [parts] = await world.run(Promise.all([other.agree(), dying.agree().catch(() => [])]));
    assert.equal(sum(parts!), 10_000_000);
    assert.deepEqual([...other.agents.agreements.tranches.deciders.values()], ['other']);
    await other.close();
  });

  check('a bidder that starts late in the hour keeps to what was decided', async (world) => {
    const first = await bidder(world, 'first');
    first.hours([1, 30]);
    const decided = await world.run(first.agree());
    // As if the task were long over: its state is gone, the hour is not.
    await world.run(forgetTasks(await world.open()));
    const late = await bidder(world, 'late');
    late.hours([30, 1]);
    late.hours([30, 1]);
    assert.deepEqual(await world.run(late.agree()), decided);
    assert.deepEqual([...late.agents.agreements.tranches.deciders.values()], ['first']);
    await Promise.all([first.close(), late.close()]);
  });

  check('fault/D4 fault/D5 what a failover or a flush lost is put back by who knows it', async (world) => {
    const first = await bidder(world, 'first');
    first.hours([1, 30]);
    const decided = await world.run(first.agree());
    // Asked anew, it would decide otherwise.
    first.hours([900, 1]);
    const board = await world.open();
    const keys = (await world.run(board.list(''))).map(({ key }) => key);
    await world.run(Promise.all(keys.map((key) => board.remove(key))));
    await world.pass(300);
    await world.run(first.agree());
    const late = await bidder(world, 'late');
    assert.deepEqual(await world.run(late.agree()), decided);
    await Promise.all([first.close(), late.close()]);
  });

  check('law 6: without the blackboard each bidder splits for itself', async (world) => {
    const alone = await bidder(world, 'alone', () => lostBoard);
    const parts = await world.run(alone.agree());
    assert.equal(sum(parts), 10_000_000);
    assert.equal(alone.agents.agreements.tranches.deciders.size, 0);
  });

  check(
    'a deal that is behind its flight is made good by one campaign, whose tranche has room for it',
    async (world) => {
      const deals = [deal(world, 'behind', 1_000)];
      const bidders = [await bidder(world, 'b1', same, deals), await bidder(world, 'b2', same, deals)];
      for (const { agents } of bidders) agents.bidding.made('brand', 2_000_000);
      const before = bidders[0]!.agents.agreements.tranches.split().get(1)!;
      const agreed = await world.run(
        Promise.all(
          bidders.map(async ({ agents, publish, turn }) => {
            await publish();
            await turn();
            return agents.makeGoods;
          }),
        ),
      );
      assert.deepEqual(agreed[0], agreed[1]);
      const [only, ...more] = agreed[0]!;
      assert.equal(more.length, 0);
      // Half of the flight is over and nothing is delivered; at $2 a thousand, $1 of $10 buys them.
      assert.deepEqual(
        [only!.dealId, only!.executor, Math.round(only!.impressions / 10), only!.cpmMicros],
        ['behind', 'brand', 50, 2_000_000],
      );
      const need = Math.ceil((only!.impressions * 2_000_000) / 1_000);
      const after = [...bidders[0]!.agents.agreements.tranches.split().values()];
      assert.equal(after[1], before + need);
      assert.equal(sum(after), 10_000_000);
      assert.match(bidders[0]!.agents.messages().budget!, /brand makes good \d+ of deal behind/);
      await Promise.all(bidders.map(({ close }) => close()));
    },
  );

  check('what was bought instead of a deal’s impressions is not bought again', async (world) => {
    const deals = [deal(world, 'behind', 1_000)];
    const one = await bidder(world, 'b1', same, deals);
    one.agents.bidding.made('brand', 2_000_000);
    await world.run(one.publish());
    await world.run(one.turn());
    const [first] = one.agents.makeGoods;
    assert.equal(first!.bought, 0);
    // Of what the executor spends now, its make-good's share is for the deal.
    one.campaigns[1]!.openSpent += 2_000_000;
    const { bought } = one.agents.makeGoods[0]!;
    assert.ok(bought > 50 && bought < first!.impressions, `bought ${bought} of ${first!.impressions}`);
    await world.run(one.turn(1));
    const [next] = one.agents.makeGoods;
    assert.ok(next!.impressions <= first!.impressions - bought + 1, `${next!.impressions} more`);
    assert.equal(next!.bought, bought);
    // A bidder that starts afterwards knows of it too.
    await one.close();
    const late = await bidder(world, 'late', same, deals);
    late.campaigns[1]!.openSpent = 2_000_000;
    await world.run(late.turn(1));
    assert.deepEqual(late.agents.makeGoods, [next]);
    await late.close();
  });

  check('two deals that are behind do not count one campaign’s room twice', async (world) => {
    const deals = ['first', 'second'].map((id) => deal(world, id, 4_000));
    const one = await bidder(world, 'b1', same, deals);
    one.agents.bidding.made('brand', 2_000_000);
    one.agents.bidding.made('spring', 2_000_000);
    await world.run(one.publish());
    await world.run(one.turn());
    const needs = ['spring', 'brand'].map((id) =>
      one.agents.makeGoods
        .filter(({ executor }) => executor === id)
        .reduce((all, { impressions, cpmMicros }) => all + Math.ceil((impressions * cpmMicros) / 1_000), 0),
    );
    assert.equal(one.agents.makeGoods.length, 2);
    assert.ok(sum(needs) <= 5_000_000, `room for $5 at most, asked for ${String(needs)}`);
    await one.close();
  });

  check('one executor or none: a campaign that has all its money cannot make good', async (world) => {
    const one = await bidder(world, 'b1', same, [deal(world, 'behind', 1_000)]);
    for (const running of one.campaigns) running.groupFree = 20_000_000;
    await world.run(one.publish());
    await world.run(one.turn());
    assert.deepEqual(one.agents.makeGoods, []);
    await one.close();
  });

  check('deals that deliver, and private auctions, which owe nothing, are not made good', async (world) => {
    const deals = [deal(world, 'on-plan', 1_000), { ...deal(world, 'auction', 1_000), type: 'PA' as const }];
    const one = await bidder(world, 'b1', same, deals);
    for (const booked of one.deals.deals) if (booked.terms.dealId === 'on-plan') booked.delivered = 480;
    await world.run(one.turn());
    assert.deepEqual(one.agents.makeGoods, []);
    await one.close();
  });
}

const same = (board: Blackboard) => board;

/** Ends the states of all tasks, as their time does. */
async function forgetTasks(board: Blackboard): Promise<void> {
  await Promise.all((await board.list('net/')).map(({ key }) => board.remove(key)));
}

/** Loses its connection as it takes up work. */
function dyingBoard(board: Blackboard): Blackboard {
  const write: Blackboard['write'] = (key, value, options) =>
    (value as { kind?: string }).kind === 'claimed'
      ? Promise.reject(new GavotteError('GV_BLACKBOARD_UNAVAILABLE', 'gone'))
      : board.write(key, value, options);
  return { ...bound(board), write };
}

const gone = () => Promise.reject(new GavotteError('GV_BLACKBOARD_UNAVAILABLE', 'gone'));
const lostBoard: Blackboard = {
  write: gone,
  read: gone,
  list: gone,
  remove: gone,
  watch: gone,
  mirror: gone,
  close: () => Promise.resolve(),
};

function bound(board: Blackboard): Blackboard {
  return {
    write: (...given) => board.write(...given),
    read: (...given) => board.read(...given),
    list: (...given) => board.list(...given),
    remove: (...given) => board.remove(...given),
    watch: (...given) => board.watch(...given),
    mirror: (...given) => board.mirror(...given),
    close: () => board.close(),
  };
}

/** A deal whose flight is half over. */
function deal(world: BlackboardWorld, dealId: string, impressions: number): DealTerms {
  const now = world.clock.now();
  return {
    exchange: 'exchange',
    dealId,
    type: 'PG',
    campaign: 'spring',
    account: `acme/web/spring/${dealId}`,
    reservation: `book-${dealId}`,
    cpm: usd(5),
    impressions,
    start: (now - HOUR_MS) as EpochMs,
    end: (now + HOUR_MS) as EpochMs,
    countries: [],
    format: null,
    publishers: [],
    seat: 'seat',
    paused: false,
  };
}

/** The agents of one bidder: two campaigns of one advertiser, with $10 between them. */
async function bidder(
  world: BlackboardWorld,
  holder: string,
  through: (board: Blackboard) => Blackboard = same,
  booked: readonly DealTerms[] = [],
) {
  const now = world.clock.now();
  const purse = new Purse<OpenBid>(holder, () => {});
  const campaigns = ['spring', 'brand'].map((id, index) => {
    const campaign = sampleCampaign({
      id,
      account: `acme/web/${id}`,
      budget: usd(10),
      dailyBudget: usd(10),
      maxCpm: usd(25),
      clickValue: usd(1),
      start: (now - HOUR_MS) as EpochMs,
      end: (now + HOUR_MS) as EpochMs,
      seats: {},
    });
    const running = new RunningCampaign(index, campaign, purse.wallet({ ...campaign, reservation: null }));
    running.groupFree = 10_000_000;
    return running;
  });
  const deals = new DealBook(booked);
  const context: AgentsContext = {
    clock: world.clock,
    random: randomStream(holder),
    blackboard: through(await world.open()),
    holder,
    deals,
  };
  const agents = new ClassicalAgents(campaigns, context);
  const hour = Math.floor(now / HOUR_MS);
  return {
    agents,
    deals,
    /** Learns from five hours: what a campaign brings for each micro it spends. */
    hours: (valuePerMicro: readonly number[]) => {
      for (let each = 0; each < 5; each += 1) {
        for (const [index, value] of valuePerMicro.entries())
          agents.agreements.tranches.agent.observe(campaigns[index]!.campaign.id, 100_000, 100_000 * value);
        agents.agreements.tranches.agent.closeHour();
      }
    },
    agree: async () => [...(await agents.agreements.tranches.agree(hour)).values()],
    /** Both halves of what an hour begins with. */
    turn: (later = 0) => agents.agreements.turn(hour + later),
    campaigns,
    publish: () => agents.publish(),
    close: () => agents.close(),
  };
}

/** What a bidder knows of caps, with one open bid for a user. */
async function cappedBidder(world: BlackboardWorld, holder: string) {
  const campaign = { id: 'spring', frequencyCap: { impressions: 3, windowMs: HOUR_MS } };
  const running = { index: 0, campaign } as RunningCampaign;
  const bid = { exchange: 'exchange', cappedUser: 'user', candidate: { campaign: running } } as OpenBid;
  const caps = new FrequencyCaps();
  const news = new SharedCaps({
    board: await world.open(),
    caps,
    holder,
    now: () => world.clock.now(),
    campaigns: [running],
    bidOf: (id) => (id === `${holder}-1` ? bid : undefined),
  });
  return { caps, news, bid };
}

function sum(values: readonly number[]): number {
  return values.reduce((whole, each) => whole + each, 0);
}
