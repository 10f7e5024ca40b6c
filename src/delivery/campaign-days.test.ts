import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EpochMs, micros } from '../kernel/index.ts';
import { CampaignDays } from './campaign-days.ts';
import { calendarOf, campaignAccount, dayAccount } from './money/day-account.ts';
import { bidderWorld } from './testing/bidder-world.ts';
import { campaignOf, NOON, requestOf } from './testing/request.ts';

const ACCOUNT = 'acme/spring/web';

test('ortb/§16 a day is bid on once, whoever restarts: its account is capped at the daily budget', async () => {
  const campaign = campaignOf({ dailyBudget: micros(12_000) });
  const world = await bidderWorld({ campaigns: [campaign] });
  const { ledger, purse, campaigns, keeper, simulation, ask } = world;
  const turn = () => new CampaignDays({ ledger, purse, campaigns, clock: { now: () => NOON } }).turn();
  await turn();
  await turn();
  await simulation.run(keeper.tick(), 5_000);
  const [running] = campaigns;
  assert.equal(running!.wallet.account, `${ACCOUNT}/d-2026-11-23`);
  // Two bids of $0.005 fit into a day of $0.012; a third does not.
  assert.deepEqual([ask(requestOf()).length, ask(requestOf()).length, ask(requestOf()).length], [1, 1, 0]);
  assert.equal((await ledger.account(running!.wallet.account))!.cap, 12_000);
});

test('when the day turns, open bids keep their money and new ones come out of the new day', async () => {
  const world = await bidderWorld({ campaigns: [campaignOf()] });
  const { ledger, purse, campaigns, ask, keeper, simulation } = world;
  let now: number = NOON;
  const days = new CampaignDays({ ledger, purse, campaigns, clock: { now: () => now as EpochMs } });
  await days.turn();
  await simulation.run(keeper.tick(), 5_000);
  const before = campaigns[0]!.wallet;
  assert.equal(ask(requestOf()).length, 1);
  now += 12 * 3_600_000;
  await days.turn();
  assert.equal(before.free(0), 0, 'yesterday promises nothing more');
  assert.equal(before.promised, 5_000);
  assert.equal(campaigns[0]!.wallet.account, `${ACCOUNT}/d-2026-11-24`);
  await simulation.run(keeper.tick(), 5_000);
  const [bid] = ask(requestOf());
  // Epochs begin anew with each account, so the same epoch must not stand for the account of yesterday.
  assert.match(bid!.burl!, /d-2026-11-24/, 'its bill names the day that pays it');
});

test('a day that has used more than its new budget gets no more, and nothing is bid on another account', async () => {
  const first = await bidderWorld({ campaigns: [campaignOf({ dailyBudget: micros(12_000) })] });
  const { ledger, purse, campaigns, keeper, simulation, ask } = first;
  const turn = () => new CampaignDays({ ledger, purse, campaigns, clock: { now: () => NOON } }).turn();
  await turn();
  await simulation.run(keeper.tick(), 5_000);
  const day = campaigns[0]!.wallet.account;
  const again = await bidderWorld({ campaigns: [campaignOf({ dailyBudget: micros(6_000) })] });
  const restarted = again.campaigns[0]!;
  await new CampaignDays({
    ledger,
    purse: again.purse,
    campaigns: again.campaigns,
    clock: { now: () => NOON },
  }).turn();
  assert.equal(restarted.wallet.account, day);
  const { cap, leased, settled, reserved } = (await ledger.account(day))!;
  assert.equal(cap, leased + settled + reserved);
  assert.equal(ask(requestOf()).length, 1, 'what was leased before may still be used');
});

test('days are those of the campaign’s clocks and calendars', () => {
  const evening = Date.UTC(2026, 10, 23, 20) as EpochMs;
  assert.equal(calendarOf('UTC')(evening), '2026-11-23');
  assert.equal(calendarOf('Asia/Kolkata')(evening), '2026-11-24');
  assert.equal(calendarOf('America/New_York')(evening), '2026-11-23');
  assert.equal(campaignAccount(dayAccount(ACCOUNT, '2026-11-23')), ACCOUNT);
  assert.equal(campaignAccount(`${ACCOUNT}/deal-1`), `${ACCOUNT}/deal-1`);
});
