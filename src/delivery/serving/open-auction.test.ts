import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { micros, randomStream } from '../../kernel/index.ts';
import type { BidAgents } from '../agents/bid-agents.ts';
import { BiddingAgent } from '../agents/bidding.ts';
import { CreativeAgent } from '../agents/creative.ts';
import { bidderWorld } from '../testing/bidder-world.ts';
import { campaignOf, creativeOf, impOf, requestOf } from '../testing/request.ts';

const CAMPAIGNS = 6;
const SEGMENTS = ['', 'autos', 'travel'];

/** Agents that learned what `seed` says, and choose the same creative whenever they are asked for the same. */
function agentsOf(seed: string, values: readonly number[]): BidAgents {
  const creative = new CreativeAgent(values.map(() => 3));
  const bidding = new BiddingAgent();
  const random = randomStream(seed);
  const market = 'exchange banner site';
  for (let event = 0; event < 400; event += 1) {
    const context = { segment: SEGMENTS[random.int(3)]!, exposures: random.int(4) };
    const campaign = random.int(values.length);
    creative.shown(campaign, random.int(3), context);
    if (random.int(20) === 0) creative.clicked(campaign, random.int(3), context);
    if (event % 50 === 0) creative.refresh();
    const cpm = 1 + random.int(9_000_000);
    if (random.int(2) === 0) bidding.won(market, cpm, undefined, undefined);
    else bidding.lost(market, cpm, undefined, undefined);
  }
  const offerOf = (campaign: number) => ({ lambda: (campaign * 7) % 3, shade: 1 - (campaign % 2) / 4 });
  return {
    admits: () => true,
    choose: (campaign, creatives, context) => {
      const { creative: chosen, clickRate } = creative.choose(
        campaign,
        creatives,
        context,
        randomStream(campaign),
      );
      return { creative: chosen, propensity: 1, valueCpm: values[campaign]! * clickRate * 1000 };
    },
    most: (campaign, offer) =>
      bidding.most({
        ...offer,
        ...offerOf(campaign),
        valueCpm: values[campaign]! * creative.mostRate(campaign) * 1000,
      }),
    price: (campaign, offer) => bidding.price({ ...offer, ...offerOf(campaign) }),
  };
}

test('who is not asked, as others of ours bid more than it could, would not have won', async () => {
  const campaigns = Array.from({ length: CAMPAIGNS }, (_, index) =>
    campaignOf({
      id: `campaign-${index}`,
      account: `acme/spring/campaign-${index}`,
      maxCpm: micros(4_000_000 + 1_000_000 * ((index * 5) % 7)),
      creatives: ['a', 'b', 'c'].map((name) => creativeOf({ id: `${index}${name}` })),
    }),
  );
  let agents = agentsOf('', [1]);
  let isAskedAll = false;
  const world = await bidderWorld(
    { campaigns },
    {
      agents: {
        admits: () => true,
        choose: (...asked) => agents.choose(...asked),
        most: (...asked) => (isAskedAll ? Number.POSITIVE_INFINITY : agents.most(...asked)),
        price: (...asked) => agents.price(...asked),
      },
    },
  );
  const ask = (all: boolean, request: Parameters<typeof world.ask>[0]) => {
    isAskedAll = all;
    const bids = world.ask(request);
    for (let number = 0; number < 10_000 && world.purse.openBids > 0; number += 1) world.purse.lost(number);
    return bids.map(({ price, crid }) => ({ price, crid }));
  };
  let bids = 0;
  fc.assert(
    fc.property(
      fc.string(),
      fc.array(fc.integer({ min: 100_000, max: 3_000_000 }), { minLength: CAMPAIGNS, maxLength: CAMPAIGNS }),
      fc.nat(6_000_000),
      fc.constantFrom(1, 2),
      fc.constantFrom(...SEGMENTS),
      (seed, values, bidfloor, at, segment) => {
        agents = agentsOf(seed, values);
        const { user } = requestOf();
        const segments = segment === '' ? [] : [segment];
        const request = requestOf({ at, imps: [impOf({ bidfloor })], user: { ...user, segments } });
        const asked = ask(false, request);
        bids += asked.length;
        assert.deepEqual(asked, ask(true, request));
      },
    ),
  );
  assert.ok(bids > 10, `${bids} bids are enough to compare`);
});
