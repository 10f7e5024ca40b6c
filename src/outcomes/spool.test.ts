import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EpochMs, Simulation, type World } from '../kernel/index.ts';
import { Deduplicated } from './deduplicated.ts';
import type { OutcomeLog, OutcomeSource } from './log.ts';
import type { OutcomeRecord } from './record.ts';
import { openSegmentedLog } from './segments/segmented-log.ts';
import { openSpooledLog } from './spool.ts';
import { awayLog } from './testing/away-log.ts';
import { billing, win } from './testing/records.ts';

const LIMIT_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A broker on a machine of its own, and a machine whose process appends through a spool. */
async function worldWithBroker(seed: number) {
  const simulation = new Simulation({ seed });
  const run = <T>(work: Promise<T>) => simulation.run(work, LIMIT_MS);
  const { world } = simulation.boot('broker', simulation.disk());
  const held = await run(openSegmentedLog({ world, folder: 'broker', sync: 'never' }));
  const broker = awayLog({ ...held, close: async () => {} }, simulation.random.split('weather'));
  const disk = simulation.disk();
  return { simulation, run, held, broker, disk, boot: () => simulation.boot('bidder', disk) };
}

function open(world: World, target: OutcomeLog) {
  return openSpooledLog({ world, folder: 'spool', target });
}

async function allRecords(log: OutcomeSource): Promise<readonly OutcomeRecord[]> {
  const reader = await log.consumer('all', { from: 'start' });
  const records: OutcomeRecord[] = [];
  for (;;) {
    const entries = await reader.poll({ max: 1_000, waitMs: 0 });
    if (entries.length === 0) return records;
    records.push(...entries.map(({ record }) => record));
  }
}

test('records reach the log behind the spool in order, and are found meanwhile', async () => {
  const { run, held, broker, boot, simulation } = await worldWithBroker(1);
  const log = await run(open(boot().world, broker));
  broker.isAway = true;
  await run(log.append([billing('a'), win('w1'), billing('b')]));
  assert.equal((await run(log.find('b')))?.id, 'b');
  await simulation.pass(MINUTE_MS);
  assert.deepEqual(await run(log.status()), {
    money: 2,
    news: 1,
    newsLost: 0,
    trouble: 'the broker is away',
  });
  broker.isAway = false;
  await run(log.append([billing('c'), win('w2')]));
  await run(log.close());
  const ids = (await run(allRecords(held))).map(({ id }) => id);
  assert.deepEqual(
    ids.filter((id) => !id.startsWith('w')),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(
    ids.filter((id) => id.startsWith('w')),
    ['w1', 'w2'],
  );
});

test('fault/D6: the broker is away for 10 minutes, kills and power cuts meanwhile: every micro arrives, once, within 5 minutes', async () => {
  let repeats = 0;
  for (let seed = 0; seed < 5; seed += 1) {
    const here = await worldWithBroker(seed);
    const { simulation, run, broker, disk } = here;
    broker.isAway = true;
    broker.unheard = 20;
    const acknowledged: string[] = [];
    for (let minute = 0; minute < 10; minute += 1) {
      const process = here.boot();
      const log = await run(open(process.world, broker));
      const end = simulation.scheduler.elapsedMs + MINUTE_MS;
      process.crashWhen(() => simulation.scheduler.elapsedMs >= end);
      const work = async () => {
        for (let index = 0; ; index += 1) {
          const ids = [0, 1, 2].map((each) => `bill-${minute}-${index}-${each}`);
          await log.append(ids.map((id) => billing(id, { micros: 7 })));
          acknowledged.push(...ids);
          await process.world.clock.sleep(200);
        }
      };
      await run(Promise.race([work(), process.crashed]));
      if (minute % 2 === 0) simulation.cutPower(disk);
    }
    assert.ok(acknowledged.length > 5_000, `${acknowledged.length}`);
    broker.isAway = false;
    const back = simulation.scheduler.elapsedMs;
    const log = await run(open(here.boot().world, broker));
    while ((await run(log.status())).money > 0) await simulation.pass(1_000);
    assert.ok(simulation.scheduler.elapsedMs - back < 5 * MINUTE_MS);
    const known = new Set(acknowledged);
    const counted = await run(countOnce(here.held, here.boot().world));
    repeats += counted.repeats;
    // A batch that a crash cut off may have been written whole or in part without having been acknowledged.
    const extra = new Set(counted.ids.filter((id) => !known.has(id)));
    assert.ok(extra.size <= 10 * 3, `${extra.size} unacknowledged`);
    assert.deepEqual(
      counted.ids.filter((id) => !extra.has(id)),
      acknowledged,
    );
    assert.equal(counted.micros, 7 * counted.ids.length);
    await run(log.close());
  }
  assert.ok(repeats > 0, `the weather made only ${repeats} copies`);
});

/** Adds up in a database of its own what the broker has. */
async function countOnce(held: OutcomeSource, world: World) {
  const database = world.storage.openDatabase('auditor.db');
  database.exec('CREATE TABLE IF NOT EXISTS bills (id TEXT, micros INTEGER)');
  const consumer = await held.consumer('auditor');
  const deduplicated = new Deduplicated({ consumer, database, name: 'auditor' });
  const insert = database.prepare('INSERT INTO bills VALUES (?, ?)');
  let repeats = 0;
  for (;;) {
    const fresh = await deduplicated.next({ max: 500, waitMs: 0 }, ({ records }) => {
      for (const record of records)
        if (record.kind === 'billing') insert.run(record.id, record.cost.amountMicros);
    });
    if (fresh.records.length + fresh.repeats === 0) break;
    repeats += fresh.repeats;
    assert.equal(fresh.stale.length, 0);
  }
  const rows = database.prepare('SELECT id, micros FROM bills ORDER BY rowid').all();
  return {
    ids: rows.map(({ id }) => String(id)),
    micros: rows.reduce((sum, { micros }) => sum + Number(micros), 0),
    repeats,
  };
}

test('a disk that fails refuses money, and only counts what news it lost', async () => {
  const { run, broker, boot } = await worldWithBroker(1);
  const { world } = boot();
  let broken = false;
  const storage: World['storage'] = {
    ...world.storage,
    openFile: async (path, access) => {
      const file = await world.storage.openFile(path, access);
      return {
        ...file,
        append: (bytes) => (broken ? Promise.reject(new Error('EIO')) : file.append(bytes)),
      };
    },
  };
  const log = await run(
    openSpooledLog({ world: { clock: world.clock, storage }, folder: 's', target: broker }),
  );
  broken = true;
  await assert.rejects(run(log.append([billing('a')])), { code: 'GV_OUTCOMES_UNAVAILABLE' });
  await run(log.append([win('w')]));
  assert.equal((await run(log.status())).newsLost, 1);
  await assert.rejects(run(log.append([{ ...win('x'), at: -1 as EpochMs }])), { code: 'GV_OUTCOME_REFUSED' });
});

test('what the log behind has is removed from the disk, what it has not is kept', async () => {
  const { simulation, run, broker, disk, boot } = await worldWithBroker(1);
  const log = await run(open(boot().world, broker));
  const segments = () => [...disk.growing.keys()].filter((path) => path.includes('money/segments'));
  const hourly = async (hours: number) => {
    for (let hour = 0; hour < hours; hour += 1) {
      await run(log.append([billing(`${simulation.scheduler.elapsedMs}`)]));
      await simulation.pass(60 * MINUTE_MS);
    }
  };
  await hourly(5);
  assert.ok(segments().length <= 2, `${segments().length} segments`);
  broker.isAway = true;
  await hourly(5);
  assert.ok(segments().length >= 5, `${segments().length} segments`);
});
