import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, money } from '../../kernel/index.ts';
import { bidderWorld, FLAT_AGENTS } from '../testing/bidder-world.ts';
import { campaignOf, creativeOf, impOf, offerOf, requestOf, termsOf } from '../testing/request.ts';

test('ortb/B1 ortb/B2 the best campaign bids what the agents say, and the money is promised before it leaves', async () => {
  const { ask, campaigns } = await bidderWorld({ campaigns: [campaignOf()] });
  const [bid, ...others] = ask(requestOf());
  assert.equal(others.length, 0);
  assert.deepEqual([bid!.impid, bid!.price, bid!.crid, bid!.seat], ['1', 5, 'creative-1', 'seat-1']);
  assert.equal(campaigns[0]!.wallet.promised, 5_000);
});

test('ortb/I1 the imps of one request share the money and the cap of a campaign', async () => {
  const capped = campaignOf({ frequencyCap: { impressions: 1, windowMs: 3_600_000 } });
  const { ask, purse } = await bidderWorld({ campaigns: [capped] });
  const twice = requestOf({ imps: [impOf(), impOf({ id: '2' })] });
  assert.equal(ask(twice).length, 1);
  assert.equal(ask(requestOf()).length, 0, 'an open bid holds the cap');
  purse.lost(0);
  assert.equal(ask(requestOf()).length, 1);
});

test('inv/I13 without a live lease there is no bid, and the reason is counted', async () => {
  const { ask, campaigns, simulation } = await bidderWorld({ campaigns: [campaignOf()] });
  await simulation.pass(60_000);
  assert.equal(ask(requestOf()).length, 0);
  assert.deepEqual(campaigns[0]!.reasons.entries(), [['budget-spent', 1]]);
});

test('ortb/V11 a test is bid on, and no money is promised for it', async () => {
  const { ask, campaigns } = await bidderWorld({ campaigns: [campaignOf()] });
  assert.equal(ask(requestOf({ test: true })).length, 1);
  assert.equal(campaigns[0]!.wallet.promised, 0);
});

test('ortb/D9 a guaranteed deal is bid at its price, whatever pacing, caps and the agents say', async () => {
  const world = await bidderWorld(
    {
      campaigns: [campaignOf({ frequencyCap: { impressions: 1, windowMs: 1_000 } })],
      deals: [termsOf({ type: 'PG' })],
    },
    { agents: { ...FLAT_AGENTS, admits: () => false, price: () => 1 } },
  );
  const request = requestOf({ imps: [impOf({ deals: [offerOf({ guaranteed: true })] })] });
  for (let time = 0; time < 3; time += 1) {
    const bids = world.ask(request);
    assert.deepEqual(
      bids.map(({ price, dealid }) => [price, dealid]),
      [[8, 'deal-1']],
    );
  }
});

test('inv/I13 a guaranteed deal without money is not bid, and that is counted for the deal', async () => {
  const world = await bidderWorld({ campaigns: [campaignOf()], deals: [termsOf({ type: 'PG' })] });
  await world.simulation.pass(60_000);
  assert.equal(world.ask(requestOf({ imps: [impOf({ deals: [offerOf()] })] })).length, 0);
  const [deal] = [...world.deals.deals];
  assert.deepEqual([...deal!.refused], [['no money', 1]]);
});

test('ortb/D5 a deal is not dropped for an open bid that pays more, nor the other way round', async () => {
  const world = await bidderWorld({
    campaigns: [campaignOf()],
    deals: [termsOf({ cpm: money(1_000_000, 'USD') })],
  });
  const bids = world.ask(requestOf({ imps: [impOf({ deals: [offerOf()] })] }));
  assert.deepEqual(
    bids.map(({ price, dealid }) => [price, dealid]),
    [
      [1, 'deal-1'],
      [5, undefined],
    ],
  );
});

test('ortb/D2 in a private auction only deals are bid', async () => {
  const world = await bidderWorld({ campaigns: [campaignOf()], deals: [termsOf()] });
  const imp = { deals: [offerOf()], privateAuction: true };
  assert.deepEqual(
    world.ask(requestOf({ imps: [impOf(imp)] })).map(({ dealid }) => dealid),
    ['deal-1'],
  );
  assert.equal(world.ask(requestOf({ imps: [impOf({ privateAuction: true })] })).length, 0);
});

test('ortb/F1 ortb/F3 at an agreed price that is bid; a deal in another currency than agreed is not', async () => {
  const world = await bidderWorld({ campaigns: [campaignOf()], deals: [termsOf()] });
  const askFor = (offer: Parameters<typeof offerOf>[0]) =>
    world
      .ask(requestOf({ imps: [impOf({ deals: [offerOf(offer)], privateAuction: true })] }))
      .map(({ price }) => price);
  assert.deepEqual(askFor({ at: 3, bidfloor: 7_500_000 }), [7.5]);
  assert.deepEqual(askFor({ bidfloor: 7_500_000 }), [8]);
  assert.deepEqual(askFor({ bidfloor: 7_500_000, bidfloorcur: 'EUR' }), []);
});

test('a deal is paid from its own account, and its units count when they are bid', async () => {
  const world = await bidderWorld({
    campaigns: [campaignOf()],
    deals: [termsOf({ type: 'PG', impressions: 2 })],
  });
  const request = requestOf({ imps: [impOf({ deals: [offerOf()], privateAuction: true })] });
  assert.deepEqual(
    [world.ask(request).length, world.ask(request).length, world.ask(request).length],
    [1, 1, 0],
  );
  const wallet = world.purse.wallets.find(({ account }) => account.endsWith('deal-1'))!;
  assert.equal(wallet.promised, 16_000);
  assert.equal(world.campaigns[0]!.wallet.promised, 0);
});

test('ortb/F4 no common currency, no bid; ortb/F3 a floor in a currency without a fresh rate, no bid', async () => {
  const world = await bidderWorld({ campaigns: [campaignOf()] });
  assert.equal(world.ask(requestOf({ cur: ['EUR'] })).length, 0);
  assert.equal(world.ask(requestOf({ imps: [impOf({ bidfloor: 1, bidfloorcur: 'EUR' })] })).length, 0);
  assert.deepEqual(
    world.campaigns[0]!.reasons.entries().map(([reason]) => reason),
    ['currency-unknown', 'rate-stale'],
  );
});

test('ortb/P3 without a legal basis nothing is bid, and a guaranteed deal counts that', async () => {
  const world = await bidderWorld(
    { campaigns: [campaignOf()], deals: [termsOf({ type: 'PG' })] },
    { permissions: () => ({ mayBid: false, mayUseId: false, mayPersonalise: false }) },
  );
  assert.equal(world.ask(requestOf({ imps: [impOf({ deals: [offerOf()] })] })).length, 0);
  const [deal] = [...world.deals.deals];
  assert.deepEqual([...deal!.refused], [['no legal basis', 1]]);
});

test('ortb/I3 a dynamic slot of a pod takes several ads, no advertiser twice', async () => {
  const video = (id: string, domain: string) =>
    creativeOf({
      id,
      format: 'video',
      adomain: [domain],
      mime: 'video/mp4',
      protocol: 3,
      duration: 15,
      w: 0,
      h: 0,
    });
  const campaigns = ['a', 'b', 'b', 'c'].map((name, index) =>
    campaignOf({ id: `c${index}`, creatives: [video(`v${index}`, `${name}.example`)] }),
  );
  const world = await bidderWorld({ campaigns });
  const slot = {
    mimes: ['video/mp4'],
    minduration: 5,
    maxduration: 30,
    rqddurs: [],
    protocols: [3],
    w: 0,
    h: 0,
    linearity: 1,
    placement: 0,
    plcmt: 0,
    skip: -1 as const,
    skipmin: 0,
    minbitrate: 0,
    maxbitrate: 0,
    battr: [],
    api: [],
    delivery: [],
    playbackmethod: [],
    podid: 'pod-1',
    podseq: 0,
    slotinpod: 0,
    maxseq: 4,
    poddur: 60,
    mincpmpersec: 0,
    durfloors: [],
  };
  const bids = world.ask(requestOf({ imps: [impOf({ banner: undefined, video: slot })] }));
  assert.deepEqual(
    bids.map(({ crid }) => crid),
    ['v0', 'v1', 'v3'],
  );
});

test('a body that is no JSON answers 400; an exchange that nobody set up answers 204', async () => {
  const { bidder } = await bidderWorld(
    { campaigns: [campaignOf()] },
    { reader: { read: () => ({ kind: 'invalid', problem: 'not JSON' }) } },
  );
  assert.equal(bidder.bid('exchange', new Uint8Array(), 0, 0).status, 400);
  assert.equal(bidder.bid('nobody', new Uint8Array(), 0, 0).status, 204);
});

test('ortb/D8 in a private auction the agreed price is a floor, and no leave for the exchange to name any price', async () => {
  const campaigns = [campaignOf({ maxCpm: micros(10_000_000) })];
  const world = await bidderWorld({
    campaigns,
    deals: [termsOf({ type: 'PA', cpm: money(2_000_000, 'USD') })],
  });
  const askFor = (offer: Parameters<typeof offerOf>[0]) =>
    world.ask(requestOf({ imps: [impOf({ deals: [offerOf(offer)], privateAuction: true })] }));
  for (const at of [0, 1, 3]) assert.equal(askFor({ at, bidfloor: 500_000_000 }).length, 0);
  assert.equal(askFor({ bidfloor: 3_000_000 }).length, 1);
});

test('ortb/D14 the last unit of a deal is bid once, also within one request', async () => {
  const world = await bidderWorld({
    campaigns: [campaignOf()],
    deals: [termsOf({ type: 'PG', impressions: 1 })],
  });
  const imp = { deals: [offerOf()], privateAuction: true };
  assert.equal(world.ask(requestOf({ imps: [impOf(imp), impOf({ ...imp, id: '2' })] })).length, 1);
});
