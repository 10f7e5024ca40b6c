import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money, Simulation } from '../../kernel/index.ts';
import { BillSpool } from './bill-spool.ts';
import type { Bill } from './bills.ts';

function billOf(id: string): Bill {
  const amount = money(1_000, 'USD');
  return { id, account: 'a', holder: 'h', epoch: 1, amount, isLate: false, late: 'late:a', cause: 'bid' };
}

function newDatabase() {
  const simulation = new Simulation({ seed: 1 });
  return simulation.boot('bidder', simulation.disk()).world.storage.openDatabase('spool.db');
}

test('the spool knows how many bills wait without counting them, copies and all', () => {
  const counted: string[] = [];
  const database = newDatabase();
  const spool = new BillSpool({
    exec: (sql) => database.exec(sql),
    transaction: (work) => database.transaction(work),
    close: () => database.close(),
    prepare: (sql) => {
      if (/count\(/.test(sql)) counted.push(sql);
      return database.prepare(sql);
    },
  });
  assert.equal(counted.length, 2, 'once, when it is opened');
  const bills = ['b2', 'b1', 'b3'].map(billOf);
  spool.add(bills);
  spool.add(bills.slice(1));
  assert.deepEqual([spool.size, spool.next(2).map(({ id }) => id)], [3, ['b1', 'b2']]);
  assert.deepEqual(spool.remove([billOf('b1'), billOf('b9')]), [billOf('b1')]);
  spool.dispute([billOf('b1'), billOf('b1')]);
  assert.deepEqual([spool.size, spool.disputes], [2, 1]);
  spool.resolve([billOf('b1'), billOf('b1')]);
  assert.deepEqual([spool.disputes, counted.length], [0, 2]);
});

test('bills outlive their process', () => {
  const database = newDatabase();
  const spool = new BillSpool(database);
  spool.add([billOf('b1'), billOf('b2')]);
  spool.dispute([billOf('b3')]);
  const next = new BillSpool(database);
  assert.deepEqual([next.size, next.disputed()], [2, [billOf('b3')]]);
});
