import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import { type OutcomeRecord, openSegmentedLog } from '../../outcomes/index.ts';
import { deliverSample, TROUBLES } from '../simulation/testing/sample-market.ts';
import { openAuditor } from './open-auditor.ts';

const LIMIT_MS = 86_400_000;

/** Two bidders, one of them killed, and notices that are copied, late, mixed up and forged. */
async function deliver(
  seed: number,
): Promise<{ readonly ledger: Ledger; readonly records: readonly OutcomeRecord[] }> {
  const records: OutcomeRecord[] = [];
  const log = { append: async (some: readonly OutcomeRecord[]) => void records.push(...some) };
  const { result, ledger } = await deliverSample({
    ...TROUBLES,
    seed,
    outcomes: { noBidsPerKept: 100, log },
  });
  assert.equal(result.kills, 1);
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
