import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scenarioOf, tunedFor } from '../../adauction/index.ts';
import { TEAM_SCHEMA, TeamPolicy } from '../../delivery/index.ts';
import { FeedbackAgent, MixedTeam } from '../../feedback/index.ts';
import { Simulation } from '../../kernel/index.ts';
import { openLedger, sqliteStore } from '../../ledger/index.ts';
import type { OutcomeEntry, OutcomeRecord } from '../../outcomes/index.ts';
import { LiveMarket } from './live-market.ts';

const DAY_MS = 86_400_000;
const SCENARIO = { ...scenarioOf('drift'), impressions: 2_000, campaignsOf: 1 };

/** A market without trained agents, on a log in memory that a feedback agent reads. */
async function live() {
  const { world } = new Simulation({ seed: 1 }).boot('live', new Simulation({ seed: 1 }).disk());
  const ledger = await openLedger({
    store: sqliteStore(world.storage.openDatabase(':memory:')),
    clock: world.clock,
  });
  const records: OutcomeRecord[] = [];
  let polled = 0;
  const consumer = {
    poll: async ({ max }: { max: number }): Promise<readonly OutcomeEntry[]> => {
      const next = records.slice(polled, polled + max);
      polled += next.length;
      return next.map((record, index) => ({ partition: 0, offset: index, record }));
    },
    commit: () => Promise.resolve(),
    lag: () => Promise.resolve(records.length - polled),
    close: () => Promise.resolve(),
  };
  const tuning = { ...tunedFor('drift') };
  const team = new MixedTeam(new TeamPolicy({ schema: TEAM_SCHEMA, networks: {}, tuning, provenance: {} }));
  const log = { append: async (batch: readonly OutcomeRecord[]) => void records.push(...batch) };
  const market = new LiveMarket({ ledger, log, team });
  return { ledger, records, market, feedback: new FeedbackAgent({ consumer, periodMs: DAY_MS }) };
}

test('what the records of live days bill is what the ledger settled', async () => {
  const { ledger, records, market } = await live();
  const days = [await market.play(SCENARIO, 0), await market.play(SCENARIO, 1)];
  const billed = records.reduce(
    (sum, each) => sum + (each.kind === 'billing' ? each.cost.amountMicros : 0),
    0,
  );
  assert.ok(billed > 0);
  assert.equal(billed, days[0]!.billed + days[1]!.billed);
  assert.equal((await ledger.account('live'))!.settled, billed);
  assert.deepEqual((await ledger.audit()).violations, []);
  await ledger.close();
});

test('records come in the order of their time, each once, conversions when they are due', async () => {
  const { ledger, records, market } = await live();
  await market.play(SCENARIO, 0);
  const first = records.length;
  await market.play(SCENARIO, 1);
  for (const part of [records.slice(0, first), records.slice(first)])
    for (const [index, { at }] of part.entries()) assert.ok(index === 0 || at >= part[index - 1]!.at);
  assert.equal(new Set(records.map(({ id }) => id)).size, records.length);
  await ledger.close();
});

test('prices that others raise for good are found in the records, and about by how much', async () => {
  const { ledger, market, feedback } = await live();
  const still = { ...SCENARIO, levelSigma: 0.05, driftSigma: 0.02, regime: 0, elasticity: 0 };
  for (let day = 0; day < 6; day += 1) await market.play(still, day);
  await feedback.read();
  assert.equal(feedback.reason?.why, undefined);
  for (let day = 6; day < 13; day += 1) await market.play({ ...still, shift: { prices: 1.6, best: 1 } }, day);
  await feedback.read();
  const { reason } = feedback;
  assert.equal(reason?.why, 'drift');
  assert.ok(reason.shift.prices > 1.3 && reason.shift.prices < 1.9, `${reason.shift.prices}`);
  feedback.trainedFor(reason.shift);
  assert.equal(feedback.reason?.why, undefined);
  await ledger.close();
});
