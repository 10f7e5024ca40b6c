import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditorStatus } from '../../audit/index.ts';
import { money, type SimulatedProcess, Simulation } from '../../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../ledger/index.ts';
import { openSegmentedLog } from '../../outcomes/index.ts';
import { openAuditor } from './open-auditor.ts';

const LIMIT_MS = 86_400_000;
const CAUSE = 'plan:1';
const usd = (micros: number) => money(micros, 'USD');

/** A machine on which ledgers come and go, and one folder of outcomes stays. */
async function machine() {
  const simulation = new Simulation({ seed: 1 });
  const disk = simulation.disk();
  const run = <T>(work: Promise<T>) => simulation.run(work, LIMIT_MS);
  const process = simulation.boot('books', disk);
  const log = await run(openSegmentedLog({ world: process.world, folder: 'outcomes' }));
  return { run, log, process, boot: () => simulation.boot('auditor', disk) };
}

/** A ledger that has paid so many bills, each billed. */
async function paid(here: Awaited<ReturnType<typeof machine>>, path: string, bills: number): Promise<Ledger> {
  const { world } = here.process;
  const ledger = await openLedger({
    store: sqliteStore(world.storage.openDatabase(path)),
    clock: world.clock,
  });
  await ledger.open({ account: 'acme', cap: usd(9_000), cause: CAUSE });
  await ledger.reserve({ id: 'book', account: 'acme', amount: usd(9_000), memo: '', cause: CAUSE });
  for (let number = 0; number < bills; number += 1) {
    const bid = `${path}-${number}`;
    const amount = usd(5 + number);
    await ledger.pay({ id: `bill:adx:${bid}`, reservation: 'book', amount, cause: `bid:${bid}` });
    const of = { campaign: 'spring', exchange: 'adx', deal: '', creative: 'c1', at: world.clock.now() };
    await here.log.append([
      { version: 1, kind: 'billing', id: `billing:${bid}`, parent: bid, cost: amount, ...of },
    ]);
  }
  return ledger;
}

async function audit({ world }: SimulatedProcess, ledger: Ledger): Promise<AuditorStatus> {
  const opened = await openAuditor({ world, ledger, folders: ['outcomes'], state: 'outcomes/audit' });
  await opened.rounds.once({ isOver: true });
  const { status } = opened.auditor;
  await opened.close();
  return status;
}

test('a new ledger beside the outcomes of an old one is audited from its beginning, and nothing of the old one counts', async () => {
  const here = await machine();
  const old = await here.run(paid(here, 'old.db', 20));
  const before = await here.run(audit(here.boot(), old));
  assert.deepEqual([before.moneyEvents, before.differences], [21, []]);
  const next = await here.run(paid(here, 'new.db', 3));
  const { moneyEvents, billings, copies, differences, entry } = await here.run(audit(here.boot(), next));
  const entries = await here.run(next.entries());
  assert.deepEqual(
    { moneyEvents, billings, copies, differences, entry },
    { moneyEvents: 4, billings: 3, copies: 0, differences: [], entry: entries.length },
  );
});

test('an auditor of a ledger without an entry waits for the first one', async () => {
  const here = await machine();
  const { world } = here.process;
  const ledger = await openLedger({
    store: sqliteStore(world.storage.openDatabase('empty.db')),
    clock: world.clock,
  });
  assert.deepEqual((await here.run(audit(here.boot(), ledger))).differences, []);
  await here.run(ledger.open({ account: 'acme', cap: usd(9), cause: CAUSE }));
  const reserve = { id: 'book', account: 'acme', amount: usd(9), memo: '', cause: CAUSE };
  await here.run(ledger.reserve(reserve));
  assert.equal((await here.run(audit(here.boot(), ledger))).moneyEvents, 1);
});
