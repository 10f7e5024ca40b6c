import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type EpochMs, money } from '../../kernel/index.ts';
import type { BidRequest } from '../../openrtb/index.ts';
import type { BidderParts } from '../serving/bidder.ts';
import { bidderWorld, FLAT_AGENTS } from '../testing/bidder-world.ts';
import {
  bannerOf,
  campaignOf,
  creativeOf,
  impOf,
  NOON,
  offerOf,
  requestOf,
  termsOf,
} from '../testing/request.ts';
import type { DealTerms } from '../types.ts';

const OFFERED = requestOf({ imps: [impOf({ deals: [offerOf()] })] });

test('ortb/D6 a deal belongs to its campaign, not to the seat: others of the seat bid in the open auction only', async () => {
  const campaigns = ['campaign-1', 'campaign-2'].map((id) =>
    campaignOf({ id, creatives: [creativeOf({ id: `ad of ${id}` })] }),
  );
  const world = await bidderWorld({ campaigns, deals: [termsOf({ campaign: 'campaign-2' })] });
  const bids = world.ask(OFFERED).map(({ crid, dealid }) => [crid, dealid]);
  assert.deepEqual(bids[0], ['ad of campaign-2', 'deal-1']);
  assert.deepEqual(
    bids.slice(1).map(([, dealid]) => dealid),
    [undefined],
  );
});

test('ortb/D7 ortb/D3 a deal that is not for our seat is refused, and the open auction is bid in all the same', async () => {
  const world = await bidderWorld({ campaigns: [campaignOf()], deals: [termsOf()] });
  const bids = world.ask(requestOf({ imps: [impOf({ deals: [offerOf({ wseat: ['another'] })] })] }));
  assert.deepEqual(
    bids.map(({ dealid }) => dealid),
    [undefined],
  );
  assert.deepEqual([...[...world.deals.deals][0]!.refused], [['seat not agreed', 1]]);
});

test('ortb/D13 ortb/F7 a preferred deal is bid at its price where the open auction is worth less', async () => {
  const agents = { ...FLAT_AGENTS, price: () => 1_000_000 };
  const world = await bidderWorld(
    { campaigns: [campaignOf()], deals: [termsOf({ type: 'PD' })] },
    { agents },
  );
  assert.deepEqual(
    world.ask(OFFERED).map(({ price, dealid }) => [price, dealid]),
    [
      [8, 'deal-1'],
      [1, undefined],
    ],
  );
});

describe('ortb/D10 a guaranteed deal is refused for these reasons only, and each refusal is counted for the deal', () => {
  interface Refusal {
    readonly terms?: Partial<DealTerms>;
    readonly request?: BidRequest;
    readonly parts?: Partial<BidderParts>;
  }
  const cases: Readonly<Record<string, Refusal>> = {
    'no legal basis': {
      parts: { permissions: () => ({ mayBid: false, mayUseId: false, mayPersonalise: false }) },
    },
    'no creative fits': {
      request: requestOf({ imps: [impOf({ deals: [offerOf()], banner: bannerOf(728, 90) })] }),
    },
    'deal paused': { terms: { paused: true } },
    'outside the flight': { terms: { start: (NOON + 1) as EpochMs } },
    'blocked by the publisher': { request: { ...OFFERED, badv: ['acme.example'] } },
  };
  for (const [reason, { terms = {}, request = OFFERED, parts = {} }] of Object.entries(cases)) {
    test(reason, async () => {
      const deals = [termsOf({ type: 'PG', start: (NOON - 1) as EpochMs, ...terms })];
      const world = await bidderWorld({ campaigns: [campaignOf({ openAuction: false })], deals }, parts);
      for (let time = 0; time < 2; time += 1) assert.deepEqual(world.ask(request), []);
      assert.deepEqual([...[...world.deals.deals][0]!.refused], [[reason, 2]]);
    });
  }
  test('and not because it is paced, capped or worth little', async () => {
    const agents = { ...FLAT_AGENTS, admits: () => false, price: () => 0 };
    const campaigns = [campaignOf({ openAuction: false, frequencyCap: { impressions: 1, windowMs: 1_000 } })];
    const deals = [termsOf({ type: 'PG', cpm: money(8_000_000, 'USD') })];
    const world = await bidderWorld({ campaigns, deals }, { agents });
    for (let time = 0; time < 2; time += 1) assert.equal(world.ask(OFFERED).length, 1);
    assert.equal([...world.deals.deals][0]!.refused.size, 0);
  });
});
