import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CampaignFunnel, funnelOf, type ProcessFunnel } from './funnel.ts';

const PART: CampaignFunnel = {
  id: 'spring',
  currency: 'USD',
  budget: 10_000_000,
  spent: 1_000_000,
  bids: 1_000,
  wins: 400,
  billed: 390,
  reasons: { paced: 2_000, 'below-floor': 500 },
};

function counted(part: Partial<CampaignFunnel>, holder = 'b1'): ProcessFunnel {
  return { holder, at: 0, available: 10_000, campaigns: [{ ...PART, ...part }], deals: [] };
}

test('the steps of all processes are added up, and what is lost between them is named, largest first', () => {
  const funnel = funnelOf('spring', [counted({}), counted({ spent: 0 }, 'b2')])!;
  assert.deepEqual(
    funnel.steps.map(({ count }) => count),
    [20_000, 7_000, 2_000, 800, 780],
  );
  assert.deepEqual(
    funnel.losses.map(({ reason, count }) => [reason, count]),
    [
      ['not-eligible', 13_000],
      ['paced', 4_000],
      ['not-won', 1_200],
      ['below-floor', 1_000],
      ['not-billed', 20],
    ],
  );
});

test('a change that asks for no money frees at most what is left of the budget; more budget is not bounded by it', () => {
  const funnel = funnelOf('spring', [
    counted({ spent: 9_900_000, reasons: { paced: 30_000, 'below-floor': 9_000 } }),
  ])!;
  const could = Object.fromEntries(funnel.losses.map(({ reason, couldSpend }) => [reason, couldSpend]));
  assert.equal(could['below-floor'], 100_000);
  assert.equal(could.paced, 297_000_000);
  assert.match(funnel.first!.change, /daily budget/);
});

test('where nothing was spent yet, every loss frees nothing that is known', () => {
  const funnel = funnelOf('spring', [counted({ spent: 0, bids: 0, wins: 0, billed: 0 })])!;
  assert.ok(funnel.losses.every(({ couldSpend }) => couldSpend === 0));
});

test('a deal that several processes were offered is counted once', () => {
  const deal = { exchange: 'north', dealId: 'd1', campaign: 'spring', offered: 10, refused: { paced: 4 } };
  const both = [counted({}), counted({}, 'b2')].map((each) => ({ ...each, deals: [deal] }));
  assert.deepEqual(funnelOf('spring', both)!.deals, [{ ...deal, offered: 20, refused: { paced: 8 } }]);
});

test('a campaign that no process knows has no funnel', () => {
  assert.equal(funnelOf('autumn', [counted({})]), undefined);
});
