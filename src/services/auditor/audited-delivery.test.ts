import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSampleBooks } from '../../campaign/index.ts';
import { classicalAgents } from '../../delivery/index.ts';
import { type EpochMs, money, Simulation } from '../../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../ledger/index.ts';
import { type OutcomeRecord, openSegmentedLog } from '../../outcomes/index.ts';
import { parseBidderSettings } from '../bidder/bidder-settings.ts';
import { simulateDelivery } from '../simulation/simulate-delivery.ts';
import { openAuditor } from './open-auditor.ts';

const START = Date.UTC(2027, 2, 1, 12) as EpochMs;
const LIMIT_MS = 86_400_000;
const SETTINGS = parseBidderSettings(
  JSON.stringify({
    noticeUrl: 'https://bidder.example',
    exchanges: [{ name: 'north', asi: 'north-exchange.example', lurl: true, macros: ['MIN_TO_WIN'] }],
    privacy: { vendorId: 100 },
  }),
);

/** Two bidders, one of them killed, and notices that are copied, late, mixed up and forged. */
async function deliver(
  seed: number,
): Promise<{ readonly ledger: Ledger; readonly records: readonly OutcomeRecord[] }> {
  const { world } = new Simulation({ seed: 0 }).boot('disk', new Simulation({ seed: 0 }).disk());
  const store = sqliteStore(world.storage.openDatabase(':memory:'));
  const ledger = await openLedger({ store, clock: world.clock });
  const end = (START + 3_600_000) as EpochMs;
  const budget = money(200_000_000, 'USD');
  const plan = await openSampleBooks(ledger, { budget, start: START, end, exchange: 'north' });
  const records: OutcomeRecord[] = [];
  const { kills } = await simulateDelivery({
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
    outcomes: { noBidsPerKept: 100, log: { append: async (some) => void records.push(...some) } },
  });
  assert.equal(kills, 1);
  return { ledger, records };
}

async function audit(ledger: Ledger, records: readonly OutcomeRecord[]) {
  const simulation = new Simulation({ seed: 1 });
  const { world } = simulation.boot('auditor', simulation.disk());
  const work = async () => {
    const log = await openSegmentedLog({ world, folder: 'outcomes', sync: 'never' });
    await log.append(records);
    const { rounds, auditor, close } = await openAuditor({
      world,
      ledger,
      folders: ['outcomes'],
      state: 'audit',
    });
    await rounds.once({ isOver: true });
    const { status } = auditor;
    await close();
    return status;
  };
  return simulation.run(work(), LIMIT_MS);
}

test('fault/D2 fault/D7 a bidder is killed, notices are copied, late and forged: the auditor finds no difference', async () => {
  for (const seed of [3, 4]) {
    const { ledger, records } = await deliver(seed);
    const { differences, billings, moneyEvents, underWay } = await audit(ledger, records);
    assert.deepEqual({ differences, underWay }, { differences: [], underWay: 0 });
    assert.ok(billings > 200 && moneyEvents > billings, `${billings} billings, ${moneyEvents} money events`);
  }
});

test('one billing that is left out of such a run is found, and named', async () => {
  const { ledger, records } = await deliver(3);
  const lost = records.find(({ kind }) => kind === 'billing')!;
  const { differences } = await audit(
    ledger,
    records.filter(({ id }) => id !== lost.id),
  );
  assert.deepEqual(
    differences.map(({ kind, about }) => [kind, about]),
    [['unbilled-payment', `bill:north:${lost.parent}`]],
  );
});
