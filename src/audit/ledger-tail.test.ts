import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimulatedProcess } from '../kernel/index.ts';
import type { MoneyOutcome, OutcomeRecord } from '../outcomes/index.ts';
import { LedgerTail } from './ledger-tail.ts';
import { allRecords, machine, moveMoney, openAccounts } from './testing/machine.ts';

const PATH = 'money/ledger-tail.json';
const ROUNDS = 3;

type Machine = ReturnType<typeof machine>;

/** A ledger in which each move was made, some more than once, and all that was due has expired. */
async function withMoves(here: Machine) {
  const books = here.boot('books');
  const ledger = await here.ledgerOf(books);
  await openAccounts(ledger);
  for (let round = 0; round < ROUNDS; round += 1) await moveMoney(ledger, round, books.world.clock.now());
  await books.world.clock.sleep(10);
  await ledger.expire({ cause: 'rule:time' });
  return ledger;
}

async function carryAll(here: Machine, process: SimulatedProcess): Promise<void> {
  const [ledger, log] = [await here.ledgerOf(process), await here.logOf(process)];
  const tail = await LedgerTail.open({ ledger, log, storage: process.world.storage, path: PATH });
  while ((await tail.next()) > 0);
  await log.close();
}

async function recordsOf(here: Machine): Promise<readonly OutcomeRecord[]> {
  const log = await here.run(here.logOf(here.boot('reader')));
  const records = await here.run(allRecords(log));
  await here.run(log.close());
  return records;
}

/** The records as a reader takes them: in the order of `after`, each id once. */
function once(records: readonly OutcomeRecord[]): readonly MoneyOutcome[] {
  const byId = new Map<string, MoneyOutcome>();
  for (const record of records) {
    assert.ok(record.kind === 'money');
    const first = byId.get(record.id);
    if (first !== undefined) assert.deepEqual(record, first, 'a copy has the same bytes');
    byId.set(record.id, record);
  }
  return [...byId.values()];
}

test('each entry that moved money is one record, in order, each naming the one before it', async () => {
  const here = machine(1);
  const ledger = await here.run(withMoves(here));
  await here.run(carryAll(here, here.boot('tail')));
  const records = once(await recordsOf(here));
  const entries = await here.run(ledger.entries());
  const moving = entries.filter(({ postings }) => postings.length > 0);
  assert.deepEqual(
    records.map(({ entry, move }) => [entry, move]),
    moving.map(({ seq, command }) => [seq, command.kind]),
  );
  assert.deepEqual(
    records.map(({ after }) => after),
    [0, ...records.map(({ entry }) => entry)].slice(0, -1),
  );
  const spend = records.find(({ bill }) => bill === 'bill:adx:s-1')!;
  assert.deepEqual(
    { ...spend, entry: 0, after: 0, at: 0, id: '' },
    {
      version: 1,
      kind: 'money',
      id: '',
      parent: 's-1',
      at: 0,
      campaign: '',
      move: 'spend',
      account: 'acme/spring/deal-1',
      amount: { amountMicros: 700, currency: 'USD' },
      bill: 'bill:adx:s-1',
      entry: 0,
      after: 0,
      changes: [{ account: 'acme/spring/deal-1', reserved: 0, leased: -700, settled: 700 }],
    },
  );
});

test('the changes add up to the ledger’s own balances', async () => {
  const here = machine(2);
  const ledger = await here.run(withMoves(here));
  await here.run(carryAll(here, here.boot('tail')));
  const changes = once(await recordsOf(here)).flatMap((record) => record.changes);
  for (const { id, reserved, leased, settled } of await here.run(ledger.accounts())) {
    const below = changes.filter(({ account }) => account === id || account.startsWith(`${id}/`));
    const sum = (of: 'reserved' | 'leased' | 'settled') => below.reduce((total, each) => total + each[of], 0);
    assert.deepEqual([sum('reserved'), sum('leased'), sum('settled')], [reserved, leased, settled], id);
  }
});

test('fault/D6: killed at every place of its way, a tail leaves nothing out, and what it repeats has the same id', async () => {
  let places = 0;
  for (let index = 0; ; index += 1) {
    const here = machine(3);
    await here.run(withMoves(here));
    const victim = here.boot('victim');
    victim.crashWhen((_point, at) => at === index);
    // What a dead process throws nobody hears.
    const carried = carryAll(here, victim).catch(() => victim.crashed);
    const died = await here.run(Promise.race([carried, victim.crashed]));
    await here.run(carryAll(here, here.boot('next')));
    const records = once(await recordsOf(here));
    assert.deepEqual(
      records.map(({ after }) => after),
      [0, ...records.map(({ entry }) => entry)].slice(0, -1),
      `killed at place ${index}`,
    );
    assert.equal(records.length, 37, `killed at place ${index}`);
    if (died === undefined) break;
    places += 1;
  }
  assert.ok(places > 20, `${places} places were tried`);
});

test('a tail carries nothing twice when it is opened again, and goes on with what is new', async () => {
  const here = machine(4);
  const ledger = await here.run(withMoves(here));
  await here.run(carryAll(here, here.boot('tail')));
  await here.run(carryAll(here, here.boot('tail')));
  const before = (await recordsOf(here)).length;
  const { clock } = here.boot('later').world;
  await here.run(moveMoney(ledger, ROUNDS, clock.now()));
  await here.run(carryAll(here, here.boot('tail')));
  const records = await recordsOf(here);
  assert.equal(once(records).length, records.length);
  assert.ok(records.length > before);
});

test('a file that says nothing of a position is refused', async () => {
  const here = machine(5);
  const process = here.boot('tail');
  await here.run(process.world.storage.writeText(PATH, '{"entry":"1"}'));
  await assert.rejects(here.run(carryAll(here, process)), { code: 'GV_BAD_INPUT' });
});
