import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RESPONSE_RULES, type ResponseRule } from '../../adauction/index.ts';
import { openSampleBooks } from '../../campaign/index.ts';
import { classicalAgents } from '../../delivery/index.ts';
import { type EpochMs, money, Simulation } from '../../kernel/index.ts';
import { openLedger, sqliteStore } from '../../ledger/index.ts';
import { parseBidderSettings } from '../bidder/bidder-settings.ts';
import { type SimulatedDelivery, simulateDelivery } from './simulate-delivery.ts';

const START = Date.UTC(2027, 2, 1, 12) as EpochMs;
const SETTINGS = parseBidderSettings(
  JSON.stringify({
    noticeUrl: 'https://bidder.example',
    exchanges: [
      { name: 'north', asi: 'north-exchange.example', lurl: true, macros: ['MIN_TO_WIN', 'MULTIPLIER'] },
    ],
    privacy: { vendorId: 100 },
  }),
);

async function run(seed: number): Promise<SimulatedDelivery> {
  const { world } = new Simulation({ seed: 0 }).boot('disk', new Simulation({ seed: 0 }).disk());
  const store = sqliteStore(world.storage.openDatabase(':memory:'));
  const books = await openLedger({ store, clock: world.clock });
  const end = (START + 3_600_000) as EpochMs;
  const plan = await openSampleBooks(books, {
    budget: money(200_000_000, 'USD'),
    start: START,
    end,
    exchange: 'north',
  });
  return simulateDelivery({
    seed,
    seconds: 25,
    qps: 60,
    bidders: 2,
    killAt: 8,
    plan,
    settings: SETTINGS,
    agents: classicalAgents,
    startAt: START,
    faults: { duplicated: 0.3, late: 0.1, forged: 0.2, reordered: 0.2 },
    exchanges: [
      {
        name: 'north',
        domain: 'north-exchange.example',
        at: 1,
        currencies: ['USD'],
        tmaxMs: 130,
        seats: ['acme-seat'],
      },
    ],
    openLedger: (clock) => openLedger({ store, clock }),
  });
}

test('inv/I2 inv/I7 what the exchange billed is what the ledger paid, through a kill and bad notices', async () => {
  const { report, audit, kills, disputedBills, bidders } = await run(3);
  assert.equal(kills, 1);
  assert.equal(disputedBills, 0);
  assert.deepEqual(audit.violations, []);
  assert.ok(report.total.impressions > 200, `${report.total.impressions} impressions`);
  const paid = bidders.flatMap(({ campaigns }) => campaigns).reduce((sum, each) => sum + each.spentMicros, 0);
  assert.equal(paid, report.total.acknowledgedMicros.USD);
  const broken = Object.keys(report.violations).filter(
    (rule) => RESPONSE_RULES[rule as ResponseRule].loss !== null,
  );
  assert.deepEqual(broken, [], JSON.stringify(report.violationSamples.slice(0, 3)));
});

test('inv/I10 the same seed gives the same run, another seed another', async () => {
  const text = async (seed: number) => JSON.stringify((await run(seed)).report);
  const first = await text(5);
  assert.equal(await text(5), first);
  assert.notEqual(await text(6), first);
});
