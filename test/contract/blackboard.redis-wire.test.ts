import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type PrivateRedis, privateRedis } from '../../scripts/redis.ts';
import { type Blackboard, redisBlackboard } from '../../src/coordination/index.ts';
import { type GavotteError, realClock } from '../../src/kernel/index.ts';
import { type BreakableWire, breakableWire } from './breakable-wire.ts';

const LONG_MS = 60_000;
/** What a busy machine may add. */
const SLACK_MS = 5_000;

try {
  // It would wait for more replicas before it serves one.
  testOn(await privateRedis({ settings: ['--repl-diskless-sync-delay', '0'] }));
} catch (error) {
  const reason = `no Redis: ${(error as Error).message}`;
  test('blackboard on Redis behind a wire', { skip: process.env.CI === undefined ? reason : false }, () => {
    throw new Error(reason);
  });
}

interface Setting {
  readonly wire: BreakableWire;
  /** A board behind the wire. */
  readonly far: Blackboard;
  /** The same board without the wire. */
  readonly near: Blackboard;
}

function testOn(server: PrivateRedis): void {
  after(() => server.close());
  let boards = 0;
  const check = (name: string, body: (setting: Setting) => Promise<void>) =>
    void test(`blackboard on Redis behind a wire: ${name}`, async (context) => {
      boards += 1;
      const namespace = `wire-${boards}`;
      const wire = await breakableWire(server.port);
      context.after(() => wire.close());
      const far = await openAt(wire.port, namespace, context);
      await body({ wire, far, near: await openAt(server.port, namespace, context) });
    });
  wireFaults(check);
  test('fault/D4 blackboard on Redis: a failover that lost writes shows what is left, and versions rise past what was lost', (context) =>
    failover(context, server));
}

async function openAt(port: number, namespace: string, context: TestContext): Promise<Blackboard> {
  const board = await redisBlackboard({ url: `redis://127.0.0.1:${port}`, clock: realClock, namespace });
  context.after(() => board.close());
  return board;
}

/** Tries until it holds, at most five seconds. */
async function eventually<T>(work: () => Promise<T> | T, what: string): Promise<T> {
  for (const until = realClock.monotonic() + 5_000; ; await sleep(20)) {
    try {
      return await work();
    } catch (error) {
      if (realClock.monotonic() > until) throw new Error(`did not happen: ${what}`, { cause: error });
    }
  }
}

function wireFaults(check: (name: string, body: (setting: Setting) => Promise<void>) => void): void {
  check('fault/D5 slow by 100 ms each way, all works, and no age is shown too small', async (setting) => {
    const { wire, far, near } = setting;
    wire.delayMs = 100;
    const { version } = await near.write('a', 1, { ttlMs: LONG_MS });
    const writtenAt = realClock.monotonic();
    const mirror = await far.mirror('');
    const all = await Promise.all(Array.from({ length: 50 }, () => far.read('a', { atLeast: version })));
    assert.ok(all.every((entry) => entry?.value === 1));
    assert.ok(mirror.get('a')!.ageMs >= realClock.monotonic() - writtenAt - 5, 'as old as it is, or older');
    const { version: next } = await far.write('a', 2, { ttlMs: LONG_MS, ifVersion: version });
    await near.write('b', 3, { ttlMs: LONG_MS });
    const bWrittenAt = realClock.monotonic();
    await eventually(() => assert.equal(mirror.get('b')?.value, 3), 'the mirror hears');
    assert.ok(mirror.get('b')!.ageMs >= realClock.monotonic() - bWrittenAt - 5, 'the wire’s time counts');
    assert.equal((await near.read('a'))?.version, next);
  });

  check(
    'fault/D5 a write whose answer is lost is unknown, happened once, and is not sent again',
    async (setting) => {
      const { wire, far, near } = setting;
      const { version } = await near.write('a', 1, { ttlMs: LONG_MS });
      await far.read('a');
      wire.cutAtNextAnswer();
      await assert.rejects(far.write('a', 2, { ttlMs: LONG_MS, ifVersion: version }), {
        code: 'GV_BLACKBOARD_UNAVAILABLE',
        outcome: 'unknown',
      });
      const after = await near.read('a');
      assert.equal(after?.value, 2);
      await sleep(300);
      assert.equal((await near.read('a'))?.version, after?.version);
      await eventually(() => far.read('a'), 'the board is back');
      await assert.rejects(far.write('a', 2, { ttlMs: LONG_MS, ifVersion: version }), {
        code: 'GV_VERSION_CONFLICT',
      });
    },
  );

  check(
    'fault/D5 where nothing arrives any more and nobody is told, every call ends in time and all heals',
    async (setting) => {
      const { wire, far, near } = setting;
      await near.write('a', 1, { ttlMs: LONG_MS });
      const mirror = await far.mirror('');
      wire.isBlackHole = true;
      const begun = realClock.monotonic();
      const ends = await Promise.allSettled([
        far.read('a'),
        far.list(''),
        far.write('a', 2, { ttlMs: LONG_MS }),
        far.read('a', { atLeast: Number.MAX_SAFE_INTEGER, timeoutMs: 200 }),
        far.watch('', () => {}),
      ]);
      assert.ok(realClock.monotonic() - begun < 1_500 + SLACK_MS, 'in time');
      for (const end of ends) {
        assert.equal(end.status, 'rejected');
        assert.ok(/^GV_(?:TIMEOUT|BLACKBOARD_UNAVAILABLE)$/.test((end.reason as GavotteError).code));
      }
      await near.write('a', 'meanwhile', { ttlMs: LONG_MS });
      assert.equal(mirror.get('a')?.value, 1);
      wire.isBlackHole = false;
      await eventually(() => far.read('a'), 'the board is back');
      await eventually(() => assert.equal(mirror.get('a')?.value, 'meanwhile'), 'the mirror catches up');
    },
  );

  check(
    'fault/D5 flushed while it watches, a mirror does not go on showing what is lost',
    async (setting) => {
      const { far, near } = setting;
      await near.write('a', 1, { ttlMs: LONG_MS });
      await near.write('b', 1, { ttlMs: LONG_MS });
      const mirror = await far.mirror('');
      assert.equal(mirror.get('b')?.value, 1);
      const admin = new Redis(setting.wire.port);
      await admin.flushall();
      admin.disconnect();
      const { version } = await near.write('a', 2, { ttlMs: LONG_MS, ifVersion: 0 });
      await eventually(() => {
        assert.equal(mirror.get('a')?.version, version);
        assert.equal(mirror.get('b'), undefined);
      }, 'the mirror shows what is left');
    },
  );

  check(
    'an entry that is over leaves the mirrors too, so that they do not grow for ever',
    async (setting) => {
      const { far, near } = setting;
      const mirror = await far.mirror('');
      for (let n = 0; n < 5; n += 1) await near.write(`short/${n}`, n, { ttlMs: 20 });
      await near.write('long', 1, { ttlMs: LONG_MS });
      await eventually(() => assert.equal(mirror.get('long')?.value, 1), 'all is heard');
      await eventually(() => {
        for (let n = 0; n < 5; n += 1) assert.equal(mirror.get(`short/${n}`), undefined);
      }, 'what is over is forgotten');
    },
  );
}

async function failover(context: TestContext, server: PrivateRedis): Promise<void> {
  const settings = ['--replicaof', '127.0.0.1', String(server.port)];
  const replica = await privateRedis({ settings });
  context.after(() => replica.close());
  const wire = await breakableWire(server.port);
  context.after(() => wire.close());
  const board = await openAt(wire.port, 'failover', context);
  const mirror = await board.mirror('');
  const kept = await board.write('a', 'kept', { ttlMs: LONG_MS });
  const admin = new Redis(replica.port);
  context.after(() => admin.disconnect());
  await eventually(async () => assert.equal(await admin.exists('{failover}:entry:a'), 1), 'replicated');
  // The replica becomes a primary of its own; what the old one acknowledges from now on will be lost.
  await admin.replicaof('NO', 'ONE');
  const lost = await board.write('a', 'lost', { ttlMs: LONG_MS, ifVersion: kept.version });
  await board.write('b', 'lost', { ttlMs: LONG_MS });
  await eventually(() => assert.equal(mirror.get('b')?.value, 'lost'), 'heard before it was lost');
  wire.switchTo(replica.port);
  const entry = await eventually(() => board.read('a'), 'the board is back');
  assert.deepEqual([entry?.value, entry?.version], ['kept', kept.version]);
  await assert.rejects(board.write('a', 'on', { ttlMs: LONG_MS, ifVersion: lost.version }), {
    code: 'GV_VERSION_CONFLICT',
  });
  await eventually(() => {
    assert.equal(mirror.get('a')?.value, 'kept');
    assert.equal(mirror.get('b'), undefined);
  }, 'the mirror shows what is left');
  const next = await board.write('a', 'next', { ttlMs: LONG_MS, ifVersion: kept.version });
  assert.ok(next.version > lost.version, 'a fence given out by the lost primary is never given again');
  await eventually(() => assert.equal(mirror.get('a')?.value, 'next'), 'the mirror goes on');
}
