import assert from 'node:assert/strict';
import { sampleCampaign } from '../../src/campaign/index.ts';
import type { Blackboard } from '../../src/coordination/index.ts';
import { DealBook } from '../../src/delivery/deals/deal-book.ts';
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
      assert.deepEqual([...green.agents.budget.deciders.values()], ['learned']);
      await Promise.all([green.close(), learned.close()]);
    },
  );

  check('a bidder that dies as it should decide is passed over', async (world) => {
    const dying = await bidder(world, 'dying', dyingBoard);
    const other = await bidder(world, 'other');
    dying.hours([30, 1]);
    other.hours([1, 2]);
    const [parts] = await world.run(Promise.all([other.agree(), dying.agree().catch(() => [])]));
    assert.equal(sum(parts!), 10_000_000);
    assert.deepEqual([...other.agents.budget.deciders.values()], ['other']);
    await other.close();
  });

  check('law 6: without the blackboard each bidder splits for itself', async (world) => {
    const alone = await bidder(world, 'alone', () => lostBoard);
    const parts = await world.run(alone.agree());
    assert.equal(sum(parts), 10_000_000);
    assert.equal(alone.agents.budget.deciders.size, 0);
  });

  check(
    'a deal that is behind its flight is made good by one campaign, whose tranche has room for it',
    async (world) => {
      const deals = [deal(world, 'behind', 1_000)];
      const bidders = [await bidder(world, 'b1', same, deals), await bidder(world, 'b2', same, deals)];
      for (const { agents } of bidders) agents.bidding.made('brand', 2_000_000);
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
      assert.ok(bidders[0]!.agents.budget.split().get(1)! >= need);
      assert.match(bidders[0]!.agents.messages().budget!, /brand makes good \d+ of deal behind/);
      await Promise.all(bidders.map(({ close }) => close()));
    },
  );

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
          agents.budget.agent.observe(campaigns[index]!.campaign.id, 100_000, 100_000 * value);
        agents.budget.agent.closeHour();
      }
    },
    agree: async () => [...(await agents.budget.agree(hour)).values()],
    /** Both halves of what an hour begins with. */
    turn: () => agents.turnHour(hour),
    publish: () => agents.publish(),
    close: () => agents.close(),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((whole, each) => whole + each, 0);
}
