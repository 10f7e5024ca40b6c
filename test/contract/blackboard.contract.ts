import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Blackboard, BlackboardEntry } from '../../src/coordination/index.ts';
import { GavotteError } from '../../src/kernel/index.ts';
import { type CheckBoard, checkBoardOn, type PrepareBoard } from './blackboard.harness.ts';

const LONG_MS = 60_000;

/** Every promise of the `Blackboard` port. */
export function blackboardContract(kind: string, prepare: PrepareBoard): void {
  const check = checkBoardOn(kind, prepare);
  writeRules(check);
  raceRules(check);
  ageRules(check);
  readRules(check);
  watchRules(check);
  mirrorRules(check);
}

function writeRules(check: CheckBoard): void {
  check('what was written is read, with its version and time to live', async ({ open }) => {
    const board = await open();
    assert.equal(await board.read('pacing/a'), undefined);
    const { version } = await board.write('pacing/a', { rate: 0.5, tags: ['x', null] }, { ttlMs: LONG_MS });
    const entry = await board.read('pacing/a');
    assert.deepEqual(entry?.value, { rate: 0.5, tags: ['x', null] });
    assert.deepEqual(
      [entry.key, entry.version, entry.ttlMs, entry.isStale],
      ['pacing/a', version, LONG_MS, false],
    );
    assert.ok(entry.writtenAt > 1e12);
  });

  check('a reader cannot change what others read', async ({ open }) => {
    const board = await open();
    await board.write('k', { list: [1] }, { ttlMs: LONG_MS });
    ((await board.read('k'))!.value as { list: number[] }).list.push(2);
    assert.deepEqual((await board.read('k'))?.value, { list: [1] });
  });

  check('any JSON is read as it was written', async ({ open, run }) => {
    const board = await open();
    const property = fc.asyncProperty(fc.jsonValue(), async (value) => {
      await board.write('any', value, { ttlMs: LONG_MS });
      assert.equal(JSON.stringify((await board.read('any'))?.value), JSON.stringify(value));
    });
    await run(fc.assert(property, { numRuns: 50 }));
  });

  check(
    'fault/D16: what is too large, or no JSON, or has a bad key or TTL is refused and nothing changes',
    async ({ open }) => {
      const board = await open();
      await board.write('k', 'kept', { ttlMs: LONG_MS });
      const options = { ttlMs: LONG_MS };
      const refused: readonly (() => Promise<unknown>)[] = [
        () => board.write('k', 'x'.repeat(65_536), options),
        () => board.write('k', 'ü'.repeat(40_000), options),
        () => board.write('k', { price: Number.NaN }, options),
        () => board.write('k', { price: Number.POSITIVE_INFINITY }, options),
        () => board.write('k', undefined, options),
        () => board.write('k', { a: undefined }, options),
        () => board.write('k', { micros: 1n }, options),
        () => board.write('k', () => 1, options),
        () => board.write('k', circular(), options),
        () => board.write('', 1, options),
        () => board.write('a b', 1, options),
        () => board.write('a*', 1, options),
        () => board.write('k'.repeat(257), 1, options),
        () => board.write('k', 1, { ttlMs: 0 }),
        () => board.write('k', 1, { ttlMs: 1.5 }),
        () => board.write('k', 1, { ttlMs: Number.POSITIVE_INFINITY }),
        () => board.read('a\n'),
        () => board.list('*'),
        () => board.watch('[a]', () => {}),
      ];
      for (const attempt of refused) await assert.rejects(attempt, { code: 'GV_BAD_INPUT' }, String(attempt));
      assert.equal((await board.read('k'))?.value, 'kept');
      await board.write('k', 'x'.repeat(65_534), options);
    },
  );

  check(
    'versions of a key rise, also after it was removed, and of two keys they never mix',
    async ({ open }) => {
      const board = await open();
      let last = 0;
      for (let n = 0; n < 20; n += 1) {
        const { version } = await board.write('k', n, { ttlMs: LONG_MS });
        assert.ok(version > last && Number.isSafeInteger(version));
        last = version;
        if (n % 5 === 0) await board.remove('k');
      }
      assert.equal(await board.read('other'), undefined);
      assert.deepEqual((await board.read('k'))?.value, 19);
    },
  );

  check('a list holds a prefix and nothing else, by key', async ({ open }) => {
    const board = await open();
    for (const key of ['bid/b', 'bid/a', 'bid', 'bidder/a', 'x'])
      await board.write(key, key, { ttlMs: LONG_MS });
    assert.deepEqual(
      (await board.list('bid/')).map(({ key, value }) => [key, value]),
      [
        ['bid/a', 'bid/a'],
        ['bid/b', 'bid/b'],
      ],
    );
    assert.equal((await board.list('')).length, 5);
    assert.deepEqual(await board.list('none'), []);
  });
}

function circular(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

function raceRules(check: CheckBoard): void {
  check(
    'fault/D16: a write or removal at another version than is held changes nothing and says which is',
    async ({ open }) => {
      const board = await open();
      const first = await board.write('k', 1, { ttlMs: LONG_MS, ifVersion: 0 });
      const taken = {
        code: 'GV_VERSION_CONFLICT',
        details: { key: 'k', expected: 0, actual: first.version },
      };
      await assert.rejects(board.write('k', 2, { ttlMs: LONG_MS, ifVersion: 0 }), taken);
      const second = await board.write('k', 2, { ttlMs: LONG_MS, ifVersion: first.version });
      await assert.rejects(board.write('k', 3, { ttlMs: LONG_MS, ifVersion: first.version }), {
        code: 'GV_VERSION_CONFLICT',
      });
      await assert.rejects(board.remove('k', { ifVersion: first.version }), { code: 'GV_VERSION_CONFLICT' });
      assert.deepEqual((await board.read('k'))?.value, 2);
      await board.remove('k', { ifVersion: second.version });
      await assert.rejects(board.write('k', 3, { ttlMs: LONG_MS, ifVersion: second.version }), {
        code: 'GV_VERSION_CONFLICT',
        details: { key: 'k', expected: second.version, actual: 0 },
      });
      await board.remove('k');
    },
  );

  check(
    'fault/D16: of many that count up at once through several doors, no update is lost',
    async ({ open, run }) => {
      const doors = await Promise.all([open(), open(), open(), open()]);
      await doors[0]!.write('count', 0, { ttlMs: LONG_MS });
      await run(Promise.all(doors.flatMap((board) => [countUp(board, 10), countUp(board, 10)])));
      assert.equal((await doors[0]!.read('count'))?.value, 80);
    },
  );

  check('of many that create one key at once, one does', async ({ open }) => {
    const doors = await Promise.all([open(), open(), open()]);
    const attempts = Array.from({ length: 30 }, (_, n) =>
      doors[n % 3]!.write('leader', n, { ttlMs: LONG_MS, ifVersion: 0 }),
    );
    const results = await Promise.allSettled(attempts);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  });
}

async function countUp(board: Blackboard, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const { value, version } = (await board.read('count'))!;
    try {
      await board.write('count', (value as number) + 1, { ttlMs: LONG_MS, ifVersion: version });
      done += 1;
    } catch (error) {
      assert.equal(GavotteError.from(error).code, 'GV_VERSION_CONFLICT');
    }
  }
}

function ageRules(check: CheckBoard): void {
  check(
    'an entry over its time is read as stale, then it is gone; the next one has a later version',
    async ({ open, pass }) => {
      const board = await open();
      const { version } = await board.write('k', 1, { ttlMs: 300 });
      await pass(350);
      const stale = await board.read('k');
      assert.deepEqual([stale?.value, stale?.isStale, stale?.version], [1, true, version]);
      assert.ok(stale!.ageMs >= 350);
      await pass(350);
      assert.equal(await board.read('k'), undefined);
      assert.deepEqual(await board.list(''), []);
      const next = await board.write('k', 2, { ttlMs: 300, ifVersion: 0 });
      assert.ok(next.version > version);
    },
  );

  check('a write makes an old entry new', async ({ open, pass }) => {
    const board = await open();
    await board.write('k', 1, { ttlMs: 50 });
    await pass(60);
    await board.write('k', 1, { ttlMs: LONG_MS });
    assert.equal((await board.read('k'))?.isStale, false);
  });
}

function readRules(check: CheckBoard): void {
  check(
    'a read through another door follows a write: at least its version, waiting for it if need be',
    async ({ open, run }) => {
      const [writer, reader] = await Promise.all([open(), open()]);
      for (let n = 0; n < 10; n += 1) {
        const { version } = await writer.write('k', n, { ttlMs: LONG_MS });
        assert.equal((await run(reader.read('k', { atLeast: version })))?.value, n);
      }
      const { version } = (await writer.read('k'))!;
      const waiting = reader.read('k', { atLeast: version + 1, timeoutMs: 5_000 });
      await writer.write('k', 'later', { ttlMs: LONG_MS });
      assert.equal((await run(waiting))?.value, 'later');
    },
  );

  check('a read whose version does not come ends in time', async ({ open, run }) => {
    const board = await open();
    const { version } = await board.write('k', 1, { ttlMs: LONG_MS });
    await assert.rejects(run(board.read('k', { atLeast: version + 1_000_000_000, timeoutMs: 60 })), {
      code: 'GV_TIMEOUT',
    });
    await assert.rejects(run(board.read('other', { atLeast: 1, timeoutMs: 60 })), { code: 'GV_TIMEOUT' });
  });
}

/** Waits until `isSo`, as news may take a moment through a wire. */
async function until(
  { pass }: { pass(ms: number): Promise<void> },
  isSo: () => boolean,
  what: string,
): Promise<void> {
  for (let turn = 0; turn < 500; turn += 1) {
    if (isSo()) return;
    await pass(10);
  }
  assert.fail(`did not happen: ${what}`);
}

function watchRules(check: CheckBoard): void {
  check(
    'a watch hears what is there, then what changes under its prefix, with rising versions',
    async (world) => {
      const [writer, reader] = await Promise.all([world.open(), world.open()]);
      await writer.write('agents/a', 1, { ttlMs: LONG_MS });
      const heard: [string, BlackboardEntry | undefined][] = [];
      const stop = await reader.watch('agents/', (key, entry) => heard.push([key, entry]));
      assert.deepEqual(
        heard.map(([key, entry]) => [key, entry?.value]),
        [['agents/a', 1]],
      );
      await writer.write('other/a', 0, { ttlMs: LONG_MS });
      for (let n = 2; n < 20; n += 1) await writer.write('agents/a', n, { ttlMs: LONG_MS });
      await writer.remove('agents/a');
      await writer.write('agents/b', 'last', { ttlMs: LONG_MS });
      await until(world, () => heard.at(-1)?.[1]?.value === 'last', 'the last write is heard');
      assert.ok(heard.every(([key]) => key.startsWith('agents/')));
      assert.ok(heard.some(([key, entry]) => key === 'agents/a' && entry === undefined));
      const versions = heard.flatMap(([key, entry]) => (key === 'agents/a' && entry ? [entry.version] : []));
      assert.deepEqual(
        versions,
        [...new Set(versions)].sort((a, b) => a - b),
      );
      await stop();
      const { length } = heard;
      await writer.write('agents/c', 1, { ttlMs: LONG_MS });
      await world.pass(50);
      assert.equal(heard.length, length);
    },
  );

  check('two watches of one prefix both hear, and one goes on when the other stops', async (world) => {
    const board = await world.open();
    const heard = [0, 0];
    const stop = await board.watch('p/', () => {
      heard[0]! += 1;
    });
    await board.watch('p/', () => {
      heard[1]! += 1;
    });
    await board.write('p/a', 1, { ttlMs: LONG_MS });
    await until(world, () => heard[0] === 1 && heard[1] === 1, 'both hear');
    await stop();
    await board.write('p/a', 2, { ttlMs: LONG_MS });
    await until(world, () => heard[1] === 2, 'the other hears on');
    assert.equal(heard[0], 1);
  });
}

function mirrorRules(check: CheckBoard): void {
  check('a mirror has at once what was there, then what changes, and grows old by itself', async (world) => {
    const [writer, reader] = await Promise.all([world.open(), world.open()]);
    const { version } = await writer.write('bid/a', { cpm: 1 }, { ttlMs: 300 });
    const mirror = await reader.mirror('bid/');
    assert.deepEqual([mirror.get('bid/a')?.value, mirror.get('bid/a')?.version], [{ cpm: 1 }, version]);
    assert.equal(mirror.get('bid/b'), undefined);
    await writer.write('bid/b', 2, { ttlMs: LONG_MS });
    await until(world, () => mirror.get('bid/b')?.value === 2, 'the write is mirrored');
    await world.pass(350);
    assert.equal(mirror.get('bid/a')?.isStale, true);
    assert.ok(mirror.get('bid/a')!.ageMs >= 350);
    assert.equal(mirror.get('bid/b')?.isStale, false);
    await writer.remove('bid/b');
    await until(world, () => mirror.get('bid/b') === undefined, 'the removal is mirrored');
    await mirror.stop();
  });
}
