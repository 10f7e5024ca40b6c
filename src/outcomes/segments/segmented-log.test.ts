import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currency, type EpochMs, type Micros, Simulation, type World } from '../../kernel/index.ts';
import type { OutcomeSource } from '../log.ts';
import type { OutcomeRecord } from '../record.ts';
import type { SyncPolicy } from './segment-writer.ts';
import { openSegmentedLog, readSegmentedLog } from './segmented-log.ts';

const LIMIT_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const FOLDER = 'outcomes';

const billing = (id: string): OutcomeRecord => ({
  version: 1,
  kind: 'billing',
  id,
  parent: null,
  at: 1_795_000_000_000 as EpochMs,
  campaign: 'spring',
  exchange: 'adx',
  deal: '',
  creative: 'c',
  cost: { amountMicros: 1 as Micros, currency: currency('USD') },
});

/** A simulated machine whose process can be started again and again. */
function machine(seed: number) {
  const simulation = new Simulation({ seed });
  const disk = simulation.disk();
  return {
    simulation,
    disk,
    boot: (name = 'log') => simulation.boot(name, disk),
    run: <T>(work: Promise<T>) => simulation.run(work, LIMIT_MS),
  };
}

async function allIds(log: OutcomeSource): Promise<readonly string[]> {
  const reader = await log.consumer('all', { from: 'start' });
  const ids: string[] = [];
  for (;;) {
    const entries = await reader.poll({ max: 1_000, waitMs: 0 });
    if (entries.length === 0) return ids;
    ids.push(...entries.map(({ record }) => record.id));
  }
}

/** Appends one by one; `acknowledged` has what was durable by the log's word. */
async function appendAll(
  world: World,
  acknowledged: string[],
  sync: SyncPolicy,
  prefix = 'r',
): Promise<void> {
  const log = await openSegmentedLog({ world, folder: FOLDER, sync });
  for (let index = 0; index < 5; index += 1) {
    await log.append([billing(`${prefix}${index}`)]);
    acknowledged.push(`${prefix}${index}`);
  }
  await log.close();
}

test('fault/B1: a process that dies at any place loses nothing it acknowledged, and the next goes on', async () => {
  const { boot, run } = machine(1);
  const whole = boot();
  await run(appendAll(whole.world, [], 'batch'));
  assert.ok(whole.passed.length > 20, `${whole.passed.length} places`);
  for (let place = 0; place < whole.passed.length; place += 1) {
    const here = machine(place);
    const doomed = here.boot();
    doomed.crashWhen((_point, index) => index === place);
    const acknowledged: string[] = [];
    await here.run(Promise.race([appendAll(doomed.world, acknowledged, 'batch'), doomed.crashed]));
    const after = await here.run(openSegmentedLog({ world: here.boot().world, folder: FOLDER }));
    await here.run(after.append([billing('after')]));
    const ids = await here.run(allIds(after));
    const written = ids.slice(0, -1);
    assert.equal(ids.at(-1), 'after');
    // At most the one that was under way is there without having been acknowledged.
    assert.deepEqual(written.slice(0, acknowledged.length), acknowledged);
    assert.ok(written.length <= acknowledged.length + 1);
    assert.equal((await here.run(after.find('after')))?.id, 'after');
  }
});

test('fault/D6: a power cut takes nothing that was synced, and what it tears is never read', async () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const { simulation, disk, boot, run } = machine(seed);
    const doomed = boot();
    const places = 10 + simulation.random.int(30);
    doomed.crashWhen((_point, index) => index === places);
    const acknowledged: string[] = [];
    const sync: SyncPolicy = seed % 2 === 0 ? 'batch' : { groupMs: 5 };
    await run(Promise.race([appendAll(doomed.world, acknowledged, sync), doomed.crashed]));
    simulation.cutPower(disk);
    const second: string[] = [];
    await run(appendAll(boot().world, second, sync, 's'));
    const ids = await run(allIds(await readSegmentedLog({ world: boot().world, folder: FOLDER })));
    assert.deepEqual(ids.slice(0, acknowledged.length), acknowledged, `seed ${seed}`);
    assert.deepEqual(ids.slice(-5), second, `seed ${seed}`);
    assert.ok(ids.length <= acknowledged.length + 1 + 5);
  }
});

test('an offset that a consumer committed is never another record’s, though a power cut took the first', async () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const { simulation, disk, boot, run } = machine(seed);
    const first = boot();
    const log = await run(openSegmentedLog({ world: first.world, folder: FOLDER, sync: 'never' }));
    await run(log.append([billing('a'), billing('b'), billing('c')]));
    const reader = await run(log.consumer('reader'));
    await run(reader.poll({ max: 10, waitMs: 0 }));
    await run(reader.commit());
    first.crashWhen(() => true);
    await run(Promise.race([log.append([billing('d')]), first.crashed]));
    simulation.cutPower(disk);
    const again = await run(openSegmentedLog({ world: boot().world, folder: FOLDER }));
    await run(again.append([billing('e')]));
    const entries = await run((await run(again.consumer('reader'))).poll({ max: 10, waitMs: 0 }));
    assert.deepEqual(
      entries.map(({ record }) => record.id),
      ['e'],
      `seed ${seed}`,
    );
  }
});

test('a damaged record is set aside alone, in a segment that grows as in one that has ended', async () => {
  for (const isEnded of [false, true]) {
    const { simulation, disk, boot, run } = machine(3);
    const { world } = boot();
    const log = await run(openSegmentedLog({ world, folder: FOLDER }));
    await run(log.append(Array.from({ length: 50 }, (_unused, index) => billing(`r${index}`))));
    if (isEnded) {
      await simulation.pass(HOUR_MS);
      await run(log.append([billing('next')]));
    }
    const [file] = [...disk.growing.values()];
    file!.flip(Math.round(file!.size / 2));
    const ids = await run(allIds(log));
    assert.equal(ids.length, isEnded ? 50 : 49);
    const letters = await run(log.deadLetters());
    assert.equal(letters.length, 1);
    assert.match(letters[0]!.reason, /checksum/);
    assert.ok(!ids.includes(`r${letters[0]!.offset}`));
    await run(log.close());
    // A process that finds the damage when it starts reads on behind it as well.
    const again = await run(readSegmentedLog({ world: boot('later').world, folder: FOLDER }));
    assert.deepEqual(await run(allIds(again)), ids);
  }
});

test('damage that a start after a crash finds costs one record, not those behind it', async () => {
  const { disk, boot, run } = machine(3);
  const doomed = boot();
  const log = await run(openSegmentedLog({ world: doomed.world, folder: FOLDER, sync: 'batch' }));
  await run(log.append(Array.from({ length: 50 }, (_unused, index) => billing(`r${index}`))));
  doomed.crashWhen(() => true);
  await run(Promise.race([log.append([billing('lost')]), doomed.crashed]));
  const [file] = [...disk.growing.values()];
  file!.flip(Math.round(file!.size / 2));
  const again = await run(openSegmentedLog({ world: boot().world, folder: FOLDER }));
  assert.equal((await run(allIds(again))).length, 49);
  assert.equal((await run(again.deadLetters())).length, 1);
});

test('a log has one writer at a time; one that died is none', async () => {
  const { boot, run } = machine(1);
  const first = boot('first');
  const open = (world: World) => run(openSegmentedLog({ world, folder: FOLDER }));
  const log = await open(first.world);
  await assert.rejects(open(boot('second').world), { code: 'GV_BAD_INPUT', message: /another process/ });
  await run(log.close());
  const second = boot('second');
  await open(second.world);
  second.crashWhen(() => true);
  await Promise.race([second.world.storage.list('x'), second.crashed]);
  await open(boot('third').world);
});

test('retention removes whole segments, and a consumer that is behind goes on at the oldest', async () => {
  const { simulation, disk, boot, run } = machine(1);
  const { world } = boot();
  const retention = { maxBytes: 2_000, maxAgeMs: null };
  const log = await run(openSegmentedLog({ world, folder: FOLDER, retention }));
  const reader = await run(log.consumer('reader'));
  for (let hour = 0; hour < 10; hour += 1) {
    await run(log.append([billing(`a${hour}`), billing(`b${hour}`)]));
    await simulation.pass(HOUR_MS);
  }
  const files = [...disk.growing.keys()].filter((path) => path.endsWith('.log'));
  assert.ok(files.length >= 4 && files.length <= 6, `${files.length} segments`);
  const ids = (await run(reader.poll({ max: 100, waitMs: 0 }))).map(({ record }) => record.id);
  assert.equal(ids.at(-1), 'b9');
  assert.equal(ids.length, 2 * files.length);
  assert.equal(await run(log.find('a0')), undefined);

  const byAge = { maxBytes: 1e9, maxAgeMs: 2 * HOUR_MS };
  await run(log.close());
  const aged = await run(openSegmentedLog({ world, folder: FOLDER, retention: byAge }));
  await simulation.pass(10 * HOUR_MS);
  await run(aged.append([billing('new')]));
  assert.deepEqual(await run(allIds(aged)), ['new']);
});

test('fault/B20: a full disk rejects what it did not take; the log goes on when there is room', async () => {
  const { boot, run } = machine(1);
  const { world } = boot();
  let full = false;
  const fail = async (): Promise<never> => {
    throw new Error('ENOSPC: no space left on device');
  };
  const storage: World['storage'] = {
    ...world.storage,
    openFile: async (path, access) => {
      const file = await world.storage.openFile(path, access);
      return {
        ...file,
        append: (bytes) =>
          full ? file.append(bytes.subarray(0, bytes.length >> 1)).then(fail) : file.append(bytes),
      };
    },
  };
  const log = await run(openSegmentedLog({ world: { clock: world.clock, storage }, folder: FOLDER }));
  await run(log.append([billing('a')]));
  full = true;
  for (const id of ['b', 'c'])
    await assert.rejects(run(log.append([billing(id)])), {
      code: 'GV_OUTCOMES_UNAVAILABLE',
      message: /ENOSPC/,
    });
  full = false;
  await run(log.append([billing('d')]));
  assert.deepEqual(await run(allIds(log)), ['a', 'd']);
  await run(log.close());
  assert.deepEqual(await run(allIds(await readSegmentedLog({ world, folder: FOLDER }))), ['a', 'd']);
});

test('another process follows the log while it is written, through new segments and a restart', async () => {
  const { simulation, boot, run } = machine(1);
  const source = await run(readSegmentedLog({ world: boot('reader').world, folder: FOLDER }));
  const reader = await run(source.consumer('reader'));
  const seen: string[] = [];
  const look = async () => {
    const entries = await run(reader.poll({ max: 100, waitMs: 100 }));
    seen.push(...entries.map(({ record }) => record.id));
  };
  const wanted: string[] = [];
  for (let start = 0; start < 3; start += 1) {
    const log = await run(openSegmentedLog({ world: boot('writer').world, folder: FOLDER }));
    for (let hour = 0; hour < 3; hour += 1) {
      const id = `${start}-${hour}`;
      await run(log.append([billing(id)]));
      wanted.push(id);
      await look();
      assert.equal((await run(source.find(id)))?.id, id);
      await simulation.pass(HOUR_MS);
    }
    await run(log.close());
  }
  assert.deepEqual(seen, wanted);
});

test('fault/D16: a segment of a version we do not know is refused, not guessed at', async () => {
  const { boot, run } = machine(1);
  const { world } = boot();
  const file = await run(world.storage.openFile(`${FOLDER}/segments/0000000000000000.log`, 'append'));
  await run(file.append(Buffer.from('GVTLOG99 and what it wrote')));
  await assert.rejects(run(openSegmentedLog({ world, folder: FOLDER })), {
    code: 'GV_OUTCOME_REFUSED',
    message: /GVTLOG99/,
  });
});

test('a log of a hundred segments is read and searched with few files open', async () => {
  const { simulation, boot, run } = machine(1);
  const { world } = boot();
  let open = 0;
  let most = 0;
  const storage: World['storage'] = {
    ...world.storage,
    openFile: async (path, access) => {
      const file = await world.storage.openFile(path, access);
      open += 1;
      most = Math.max(most, open);
      return {
        ...file,
        close: async () => {
          open -= 1;
        },
      };
    },
  };
  const log = await run(openSegmentedLog({ world: { clock: world.clock, storage }, folder: FOLDER }));
  const wanted = Array.from({ length: 100 }, (_unused, hour) => `r${hour}`);
  for (const id of wanted) {
    await run(log.append([billing(id)]));
    await simulation.pass(HOUR_MS);
  }
  assert.deepEqual(await run(allIds(log)), wanted);
  for (const id of ['r0', 'r50', 'r99']) assert.equal((await run(log.find(id)))?.id, id);
  assert.ok(most >= 60 && most <= 70, `${most} files were open`);
  await run(log.close());
  assert.equal(open, 0);
});

test('a segment whose index did not fit on the disk is ended later, and removed in its time', async () => {
  const { simulation, disk, boot, run } = machine(1);
  const { world } = boot();
  let full = false;
  const storage: World['storage'] = {
    ...world.storage,
    openFile: async (path, access) => {
      const file = await world.storage.openFile(path, access);
      return {
        ...file,
        append: (bytes) => (full ? Promise.reject(new Error('ENOSPC')) : file.append(bytes)),
      };
    },
    writeBytes: (path, bytes) =>
      full ? Promise.reject(new Error('ENOSPC')) : world.storage.writeBytes(path, bytes),
  };
  const retention = { maxBytes: 1e9, maxAgeMs: HOUR_MS };
  const log = await run(
    openSegmentedLog({ world: { clock: world.clock, storage }, folder: FOLDER, retention }),
  );
  await run(log.append([billing('a')]));
  full = true;
  await assert.rejects(run(log.append([billing('b')])), { code: 'GV_OUTCOMES_UNAVAILABLE' });
  full = false;
  await run(log.append([billing('c')]));
  assert.deepEqual(await run(allIds(log)), ['a', 'c']);
  await simulation.pass(3 * HOUR_MS);
  await run(log.append([billing('d')]));
  await simulation.pass(3 * HOUR_MS);
  await run(log.append([billing('e')]));
  // The segment of `d` ended only now.
  assert.deepEqual(await run(allIds(log)), ['d', 'e']);
  assert.equal([...disk.growing.keys()].filter((path) => path.endsWith('.log')).length, 2);
});

test('a dead letter that a crash cut short does not spoil the next', async () => {
  const { disk, boot, run } = machine(1);
  const { world } = boot();
  const dead = await run(world.storage.openFile(`${FOLDER}/dead-letters/all.ndjson`, 'append'));
  await run(dead.append(Buffer.from('{"consumer":"all","off')));
  const log = await run(openSegmentedLog({ world, folder: FOLDER }));
  await run(log.append([billing('a'), billing('b'), billing('c')]));
  const segment = disk.growing.get(`${FOLDER}/segments/0000000000000000.log`)!;
  segment.flip(segment.size >> 1);
  assert.deepEqual(await run(allIds(log)), ['a', 'c']);
  assert.deepEqual(
    (await run(log.deadLetters())).map(({ offset }) => offset),
    [1],
  );
});
