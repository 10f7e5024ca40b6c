// Two bidders deliver a sample plan against a simulated exchange, out of one ledger, in virtual time.
// Run it with: node --conditions=gavotte-source examples/deliver.ts
import { openSampleBooks } from 'gavotte/campaign';
import { classicalAgents } from 'gavotte/delivery';
import { createRealWorld, type EpochMs, money, showMoney } from 'gavotte/kernel';
import { openLedger, sqliteStore } from 'gavotte/ledger';
import { parseBidderSettings, simulateDelivery } from 'gavotte/services';

const world = createRealWorld();
const store = sqliteStore(world.storage.openDatabase(':memory:'));
const start = Date.UTC(2027, 2, 1, 12) as EpochMs;
const books = {
  budget: money(500_000_000, 'USD'),
  start,
  end: (start + 3_600_000) as EpochMs,
  exchange: 'north',
};
const plan = await openSampleBooks(await openLedger({ store, clock: world.clock }), books);
const exchange = {
  name: 'north',
  domain: 'north.example',
  at: 1,
  currencies: ['USD'],
  tmaxMs: 120,
  seats: [],
} as const;

const { report, audit } = await simulateDelivery({
  seed: 7,
  seconds: 30,
  qps: 100,
  bidders: 2,
  killAt: 10,
  faults: { duplicated: 0.2, forged: 0.1 },
  plan,
  settings: parseBidderSettings(
    JSON.stringify({
      noticeUrl: 'https://bidder.example',
      exchanges: [{ name: 'north', asi: exchange.domain, macros: [] }],
    }),
  ),
  agents: classicalAgents,
  startAt: start,
  exchanges: [exchange],
  openLedger: (clock) => openLedger({ store, clock }),
});

const billed = money(report.total.acknowledgedMicros.USD ?? 0, 'USD');
const ledger = await openLedger({ store, clock: world.clock });
const { settled } = (await ledger.account('acme'))!;
console.log(
  `${report.requests} requests, ${report.total.bids} bids, ${report.total.impressions} impressions`,
);
console.log(
  `billed ${showMoney(billed)}, paid ${showMoney(money(settled, 'USD'))}, ${audit.violations.length} violations`,
);
if (billed.amountMicros !== settled || audit.violations.length > 0) process.exitCode = 1;
