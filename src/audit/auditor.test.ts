import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MoneyOutcome } from '../outcomes/index.ts';
import { UNDER_WAY_MS } from './auditor.ts';
import { moneyOutcome } from './money-outcome.ts';
import { type Alert, audited } from './testing/audited.ts';
import { allRecords, moveMoney, usd } from './testing/machine.ts';

const SECOND_MS = 1_000;

type World = Awaited<ReturnType<typeof audited>>;

/** Pays and bills some impressions, as it should be. */
async function deliver(here: World, from: number, count: number): Promise<void> {
  for (let number = from; number < from + count; number += 1) {
    await here.pay(`b1-${number}`, 2_000 + number);
    await here.bill(`b1-${number}`, 2_000 + number);
  }
}

async function moneyRecords(here: World): Promise<readonly MoneyOutcome[]> {
  const records = await here.run(allRecords(here.log));
  return records.filter((record) => record.kind === 'money');
}

function only(alerts: readonly Alert[]): Alert {
  assert.equal(alerts.length, 1, JSON.stringify(alerts));
  return alerts[0]!;
}

test('where ledger and log agree the auditor is silent, whatever moves while it looks', async () => {
  const here = await audited(1);
  const watch = await here.watch();
  for (let round = 0; round < 20; round += 1) {
    await deliver(here, round * 5, 5);
    await here.run(moveMoney(here.ledger, round, here.clock.now()));
    await here.bill(`s-${round}`, 700);
    await here.bill(`p-${round}`, 300);
    await here.simulation.pass(377);
    await here.run(here.ledger.expire({ cause: 'rule:time' }));
  }
  await here.simulation.pass(3 * UNDER_WAY_MS);
  await watch.stop();
  assert.deepEqual([here.alerts, watch.troubles], [[], []]);
  const { billings, moneyEvents, underWay, checks, copies } = watch.auditor.status;
  assert.deepEqual({ billings, underWay, copies }, { billings: 140, underWay: 0, copies: 0 });
  assert.ok(moneyEvents > 300 && checks > 500);
});

test('a balance that was changed behind the journal is an alert within a second', async () => {
  const here = await audited(2);
  const watch = await here.watch();
  await deliver(here, 0, 10);
  await here.simulation.pass(5 * SECOND_MS);
  const database = here.boot('thief').world.storage.openDatabase('ledger.db');
  database.exec(`UPDATE ledger_accounts SET settled = settled - 1 WHERE id = 'acme/spring'`);
  const planted = here.now();
  await here.simulation.pass(5 * SECOND_MS);
  const alert = only(here.alerts);
  assert.deepEqual([alert.kind, alert.about], ['balance', 'acme/spring']);
  assert.ok(alert.foundAt - planted <= SECOND_MS, `${alert.foundAt - planted} ms`);
  database.exec(`UPDATE ledger_accounts SET settled = settled + 1 WHERE id = 'acme/spring'`);
  await here.simulation.pass(SECOND_MS);
  assert.deepEqual(watch.auditor.status.differences, [], 'put right');
  await watch.stop();
});

test('a payment of another amount than was billed is an alert within a second, whichever comes first', async () => {
  const here = await audited(3);
  const watch = await here.watch();
  await here.bill('b1-1', 2_500);
  await here.simulation.pass(SECOND_MS);
  await here.pay('b1-1', 2_501);
  await here.simulation.pass(SECOND_MS);
  await here.pay('b1-2', 700);
  await here.bill('b1-2', 699);
  const planted = here.now();
  await here.simulation.pass(SECOND_MS);
  assert.deepEqual(here.kinds(), ['other-amount bill:adx:b1-1', 'other-amount bill:adx:b1-2']);
  assert.ok(here.alerts[1]!.foundAt - planted <= SECOND_MS);
  await watch.stop();
});

test('inv/I7 a bill that is paid twice is an alert within a second', async () => {
  const here = await audited(4);
  const watch = await here.watch();
  await deliver(here, 0, 3);
  await here.simulation.pass(SECOND_MS);
  // A ledger that pays twice keeps its own books in order; only its journal tells.
  const last = (await moneyRecords(here)).at(-1)!;
  const again = { ...last, id: 'money:x', entry: last.entry + 1, after: last.entry };
  await here.append([again]);
  const planted = here.now();
  await here.simulation.pass(SECOND_MS);
  assert.ok(here.kinds().includes(`paid-twice ${last.bill}`), here.kinds().join());
  for (const { foundAt } of here.alerts) assert.ok(foundAt - planted <= SECOND_MS);
  await watch.stop();
});

test('fault/D7 a billing that nobody paid, and a payment that nobody billed, are alerts once a minute has passed', async () => {
  const here = await audited(5);
  const watch = await here.watch();
  await here.simulation.pass(2 * UNDER_WAY_MS);
  await here.bill('b1-1', 2_500);
  await here.pay('b1-2', 2_600);
  const planted = here.now();
  await here.simulation.pass(UNDER_WAY_MS - SECOND_MS);
  assert.deepEqual(here.alerts, [], 'it may be under way');
  assert.equal(watch.auditor.status.underWay, 2);
  await here.simulation.pass(2 * SECOND_MS);
  assert.deepEqual(here.kinds(), ['unpaid-billing bill:adx:b1-1', 'unbilled-payment bill:adx:b1-2']);
  for (const { foundAt } of here.alerts) assert.ok(foundAt - planted <= UNDER_WAY_MS + SECOND_MS);
  assert.equal(watch.auditor.status.underWay, 0, 'what somebody was told of is under way no more');
  await here.pay('b1-1', 2_500);
  await here.bill('b1-2', 2_600);
  await here.simulation.pass(SECOND_MS);
  assert.deepEqual(watch.auditor.status.differences, [], 'put right');
  await watch.stop();
});

test('fault/D7 a notice that comes a thousand times, out of order, is one billing and one payment', async () => {
  const here = await audited(6);
  const watch = await here.watch();
  for (let copy = 0; copy < 1_000; copy += 1) {
    await here.bill('b1-1', 2_500);
    if (copy % 100 === 0) await here.pay('b1-1', 2_500);
  }
  await here.simulation.pass(3 * UNDER_WAY_MS);
  assert.deepEqual(here.alerts, []);
  assert.deepEqual([watch.auditor.status.billings, watch.auditor.status.copies], [1, 999]);
  await watch.stop();
});

test('fault/D12 old spend that is ingested again changes no balance, and is an alert within a second', async () => {
  const here = await audited(7);
  const watch = await here.watch();
  await deliver(here, 0, 1_200);
  await here.simulation.pass(2 * SECOND_MS);
  const old = (await here.run(allRecords(here.log))).slice(0, 300);
  const before = watch.auditor.status;
  await here.append(old);
  for (let number = 0; number < 100; number += 1) await here.pay(`b1-${number}`, 2_000 + number);
  const planted = here.now();
  await here.simulation.pass(3 * UNDER_WAY_MS);
  const alert = only(here.alerts);
  assert.equal(alert.kind, 'replayed');
  assert.ok(alert.foundAt - planted <= SECOND_MS, `${alert.foundAt - planted} ms`);
  const { moneyEvents, billings, copies } = watch.auditor.status;
  assert.deepEqual({ moneyEvents, billings }, { moneyEvents: before.moneyEvents, billings: before.billings });
  assert.equal(copies, before.copies + old.length);
  await watch.stop();
});

test('what is paid at its booking and again by bills is an alert', async () => {
  const here = await audited(8);
  const watch = await here.watch();
  await deliver(here, 0, 2);
  const { ledger } = here;
  const reserve = { id: 'book-1', account: 'acme/spring', amount: usd(9_000), memo: '', cause: 'plan:1' };
  await here.run(ledger.reserve(reserve));
  await here.run(ledger.settle({ id: 'book-1', amount: usd(9_000), cause: 'plan:1' }));
  await here.simulation.pass(SECOND_MS);
  assert.deepEqual(here.kinds(), ['booked-and-billed acme/spring']);
  await watch.stop();
});

test('inv/I1 an account above its cap is an alert', async () => {
  const here = await audited(9);
  const watch = await here.watch();
  const database = here.boot('thief').world.storage.openDatabase('ledger.db');
  database.exec('PRAGMA ignore_check_constraints = 1');
  database.exec(`UPDATE ledger_accounts SET cap = 4999999 WHERE id = 'acme/spring'`);
  await here.simulation.pass(SECOND_MS);
  assert.deepEqual(here.kinds(), ['over-cap acme/spring']);
  await watch.stop();
});

test('a move that the log lacks is an alert, and so is a lie about one', async () => {
  const here = await audited(10);
  const watch = await here.watch();
  await here.simulation.pass(SECOND_MS);
  const { entry } = (await moneyRecords(here)).at(-1)!;
  await here.append([
    {
      version: 1,
      kind: 'money',
      id: 'money:lie',
      parent: null,
      at: here.clock.now(),
      campaign: '',
      move: 'reserve',
      account: 'acme/spring',
      amount: usd(5),
      bill: null,
      entry: entry + 1,
      after: entry,
      changes: [{ account: 'acme/spring', reserved: 5, leased: 0, settled: 0 }],
    },
  ]);
  const planted = here.now();
  await here.simulation.pass(SECOND_MS);
  assert.deepEqual(here.kinds(), ['balance acme', 'balance acme/spring']);
  for (const { foundAt } of here.alerts) assert.ok(foundAt - planted <= SECOND_MS);
  await watch.stop();
});

test('a ledger that is away is trouble and no difference; what waited meanwhile has a minute to be paid', async () => {
  const here = await audited(11);
  const real = here.ledger.time;
  const watch = await here.watch();
  here.ledger.time = () => Promise.reject(new Error('the ledger is away'));
  await here.bill('b1-1', 2_500);
  await here.simulation.pass(10 * UNDER_WAY_MS);
  here.ledger.time = real;
  await here.simulation.pass(UNDER_WAY_MS / 2);
  await here.pay('b1-1', 2_500);
  await here.simulation.pass(2 * UNDER_WAY_MS);
  assert.deepEqual(here.alerts, []);
  assert.ok(watch.troubles.every((message) => message === 'the ledger is away'));
  await watch.stop();
});

test('records whose ids name no ledger, as they once did, are read on', async () => {
  const here = await audited(13);
  const entries = await here.run(here.ledger.entries());
  const old = entries.flatMap((entry) => moneyOutcome(entry, 0, '') ?? []);
  const [{ entry }] = old as [MoneyOutcome];
  await here.append(old.map((record) => ({ ...record, id: `money:${record.entry}` })));
  const position = JSON.stringify({ entry, moved: entry });
  await here.run(here.boot('before').world.storage.writeText('money/ledger-tail.json', position));
  const watch = await here.watch();
  await deliver(here, 0, 3);
  await here.simulation.pass(3 * UNDER_WAY_MS);
  const { moneyEvents, copies } = watch.auditor.status;
  assert.deepEqual({ moneyEvents, copies, alerts: here.alerts }, { moneyEvents: 4, copies: 0, alerts: [] });
  await watch.stop();
});

test('killed at any place, the next auditor goes on from the books of the last and counts nothing twice', async () => {
  for (let index = 0; index < 40; index += 1) {
    const here = await audited(12);
    await deliver(here, 0, 5);
    const victim = await here.watch('victim');
    const { length } = victim.process.passed;
    victim.process.crashWhen((_point, at) => at === length + index);
    await here.run(victim.process.crashed);
    await deliver(here, 5, 5);
    const next = await here.watch('next');
    await here.simulation.pass(3 * UNDER_WAY_MS);
    const { billings, moneyEvents, differences } = next.auditor.status;
    const counted = { billings, moneyEvents, differences };
    assert.deepEqual(counted, { billings: 10, moneyEvents: 11, differences: [] }, `killed at place ${index}`);
    await next.stop();
  }
});
