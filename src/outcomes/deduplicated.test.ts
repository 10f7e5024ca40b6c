import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EpochMs, Simulation } from '../kernel/index.ts';
import { Deduplicated } from './deduplicated.ts';
import type { OutcomeConsumer } from './log.ts';
import type { OutcomeRecord } from './record.ts';
import { billing } from './testing/records.ts';

const START = Date.UTC(2026, 10, 23);

/** A consumer that brings what it is told to, whatever was committed. */
function bringing(...polls: (readonly OutcomeRecord[])[]): OutcomeConsumer {
  const waiting = [...polls];
  return {
    poll: async () => (waiting.shift() ?? []).map((record, offset) => ({ partition: 0, offset, record })),
    commit: () => Promise.reject(new Error('the broker is away')),
    lag: async () => waiting.length,
    close: async () => {},
  };
}

function database() {
  const simulation = new Simulation({ seed: 1 });
  const opened = simulation.boot('p', simulation.disk()).world.storage.openDatabase('c.db');
  opened.exec('CREATE TABLE spent (micros INTEGER)');
  return opened;
}

const aged = (id: string, minutes: number) =>
  billing(id, { at: (START + minutes * 60_000) as EpochMs, micros: 10 });
const POLL = { max: 100, waitMs: 0 };

test('fault/D6: any mix of copies, in any order and over restarts, is counted once each', async () => {
  const ids = fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 20 }), { maxLength: 20 });
  const property = fc.asyncProperty(ids, async (polls) => {
    const books = database();
    for (const poll of polls) {
      const consumer = bringing(poll.map((id) => aged(`b${id}`, id)));
      const deduplicated = new Deduplicated({ consumer, database: books, name: 'c' });
      await deduplicated.next(POLL, ({ records }) => {
        for (const _record of records) books.prepare('INSERT INTO spent VALUES (10)').run();
      });
    }
    const spent = Number(books.prepare('SELECT count(*) AS n FROM spent').get()?.n);
    assert.equal(spent, new Set(polls.flat()).size);
  });
  await fc.assert(property, { numRuns: 60 });
});

test('what is done and what is remembered are one: a throw undoes both, and it comes again', async () => {
  const books = database();
  const consumer = bringing([aged('a', 1), aged('b', 2)]);
  const deduplicated = new Deduplicated({ consumer, database: books, name: 'c' });
  await assert.rejects(
    deduplicated.next(POLL, () => {
      books.prepare('INSERT INTO spent VALUES (1)').run();
      throw new Error('half done');
    }),
    /half done/,
  );
  assert.equal(books.prepare('SELECT count(*) AS n FROM spent').get()?.n, 0);
  const fresh = await deduplicated.next(POLL, () => {});
  assert.deepEqual(
    fresh.records.map(({ id }) => id),
    ['a', 'b'],
  );
});

test('fault/D12: old spend that is ingested again changes nothing, however long ago it was, and is told', async () => {
  const books = database();
  const all = Array.from({ length: 1_000 }, (_unused, minute) => aged(`b${minute}`, minute));
  const tens = Array.from({ length: 100 }, (_unused, ten) => all.slice(10 * ten, 10 * ten + 10));
  const consumer = bringing(...tens, ...tens);
  const deduplicated = new Deduplicated({ consumer, database: books, name: 'c', remember: 100 });
  const count = { records: 0, stale: 0, repeats: 0 };
  for (let poll = 0; poll < 200; poll += 1) {
    const fresh = await deduplicated.next(POLL, () => {});
    count.records += fresh.records.length;
    count.stale += fresh.stale.length;
    count.repeats += fresh.repeats;
    if (poll < 100) assert.equal(fresh.stale.length + fresh.repeats, 0);
  }
  assert.equal(count.records, 1_000);
  assert.ok(count.repeats >= 100 && count.repeats <= 107, `${count.repeats}`);
  assert.equal(count.stale, 1_000 - count.repeats);
  const rows = Number(books.prepare('SELECT count(*) AS n FROM outcome_ids').get()?.n);
  assert.ok(rows <= 107, `${rows} ids are remembered`);
});

test('the bound outlives a restart', async () => {
  const books = database();
  const all = Array.from({ length: 300 }, (_unused, minute) => aged(`b${minute}`, minute));
  const first = new Deduplicated({ consumer: bringing(all), database: books, name: 'c', remember: 100 });
  await first.next(POLL, () => {});
  const again = bringing([aged('b0', 0), aged('b299', 299), aged('new', 300)]);
  const second = new Deduplicated({ consumer: again, database: books, name: 'c', remember: 100 });
  const { records, stale, repeats } = await second.next(POLL, () => {});
  assert.deepEqual([records.map(({ id }) => id), stale.map(({ id }) => id), repeats], [['new'], ['b0'], 1]);
});

test('fault/D17: a clock that steps back an hour and forth again hides no record and counts none twice', async () => {
  const books = database();
  const minutes = [0, 1, 2, 62, 63, 3, 4, 5, 6, 64, 65];
  const records = minutes.map((minute) => aged(`b${minute}`, minute));
  const consumer = bringing(records, records);
  const deduplicated = new Deduplicated({ consumer, database: books, name: 'c' });
  assert.equal((await deduplicated.next(POLL, () => {})).records.length, records.length);
  assert.equal((await deduplicated.next(POLL, () => {})).repeats, records.length);
});
