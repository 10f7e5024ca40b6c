import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type PrivateRedis, privateRedis } from '../../scripts/redis.ts';
import {
  type Blackboard,
  type BlackboardEntry,
  type ContractNetKind,
  ContractNetManager,
  ContractNetWorker,
  redisBlackboard,
} from '../../src/coordination/index.ts';
import { type ErrorCode, GavotteError, realClock } from '../../src/kernel/index.ts';

const LONG_MS = 60_000;
/** A command fails within half a second; the rest is for a busy machine. */
const FAILS_WITHIN_MS = 1_500;

const AGAIN: ContractNetKind<string, string> = {
  net: 'again',
  readTask: (value) => String(value),
  readResult: (value) => String(value),
};

/** What the blackboard promises while its server fails; on a server that may be killed. */
export async function redisFaults(): Promise<void> {
  let redis = await privateRedis();
  const doors: Blackboard[] = [];
  after(async () => {
    for (const admin of admins) admin.disconnect();
    await Promise.all(doors.map((board) => board.close()));
    await redis.close();
  });
  const setting = {
    open: async (namespace: string) => {
      const board = await redisBlackboard({ url: redis.url, clock: realClock, namespace });
      doors.push(board);
      return board;
    },
    server: () => redis,
    restart: async () => {
      const { port } = redis;
      await redis.close();
      return async () => {
        redis = await privateRedis({ port });
      };
    },
  };
  crashes(setting);
  hangs(setting);
  losses(setting);
  refusals(setting);
}

interface Setting {
  open(namespace: string): Promise<Blackboard>;
  server(): PrivateRedis;
  /** Kills the server with all it held; what it returns starts another on its port. */
  restart(): Promise<() => Promise<void>>;
}

const admins: Redis[] = [];

/** Somebody at the server's own command line. */
function adminOf({ url }: PrivateRedis): Redis {
  const admin = new Redis(url, { retryStrategy: () => null });
  admin.on('error', () => {});
  admins.push(admin);
  return admin;
}

/** The code with which `work` failed, or undefined; it must have ended in time. */
async function failureOf(work: Promise<unknown>): Promise<ErrorCode | undefined> {
  const begun = realClock.monotonic();
  const code = await work.then(
    () => undefined,
    (error: unknown) => GavotteError.from(error).code,
  );
  const ms = realClock.monotonic() - begun;
  assert.ok(ms < FAILS_WITHIN_MS, `took ${ms} ms`);
  return code;
}

/** Tries until it works, at most five seconds. */
async function eventually<T>(work: () => Promise<T> | T, what: string): Promise<T> {
  for (const until = realClock.monotonic() + 5_000; ; await sleep(20)) {
    try {
      return await work();
    } catch (error) {
      if (realClock.monotonic() > until) throw new Error(`did not happen: ${what}`, { cause: error });
    }
  }
}

function crashes({ open, restart }: Setting): void {
  test('fault/D4 Redis blackboard: killed, it refuses at once and mirrors age on; restarted, watches catch up and versions rise on', async () => {
    const [writer, reader] = await Promise.all([open('crash'), open('crash')]);
    const { version } = await writer.write('a', 1, { ttlMs: LONG_MS });
    await writer.write('b', 1, { ttlMs: LONG_MS });
    const mirror = await reader.mirror('');
    const heard: [string, BlackboardEntry | undefined][] = [];
    await reader.watch('', (key, entry) => heard.push([key, entry]));
    const start = await restart();
    assert.equal(await failureOf(writer.read('a')), 'GV_BLACKBOARD_UNAVAILABLE');
    assert.equal(await failureOf(writer.write('a', 2, { ttlMs: LONG_MS })), 'GV_BLACKBOARD_UNAVAILABLE');
    assert.equal(await failureOf(reader.watch('', () => {})), 'GV_BLACKBOARD_UNAVAILABLE');
    assert.equal(await failureOf(open('crash')), 'GV_BLACKBOARD_UNAVAILABLE');
    const age = mirror.get('a')!.ageMs;
    assert.equal(mirror.get('a')?.value, 1);
    await sleep(20);
    assert.ok(mirror.get('a')!.ageMs > age);
    await start();
    // Everything was lost; who had read before does not win.
    const conflict = () => writer.write('a', 2, { ttlMs: LONG_MS, ifVersion: version });
    await eventually(() => assert.rejects(conflict, { code: 'GV_VERSION_CONFLICT' }), 'the writer is back');
    const next = await writer.write('a', 3, { ttlMs: LONG_MS, ifVersion: 0 });
    assert.ok(next.version > version, `${next.version} after ${version}`);
    await eventually(() => {
      assert.equal(mirror.get('a')?.value, 3);
      assert.equal(mirror.get('b'), undefined);
      assert.ok(heard.some(([key, entry]) => key === 'b' && entry === undefined));
    }, 'the mirror has caught up');
    await writer.write('c', 1, { ttlMs: LONG_MS });
    await eventually(() => assert.equal(mirror.get('c')?.value, 1), 'the mirror hears again');
  });

  test('fault/D4 fault/D15 contract net on Redis: a server that is killed on the way, with all it held, costs a round and no second executor', async () => {
    const [managing, working] = await Promise.all([open('net-crash'), open('net-crash')]);
    const results: boolean[] = [];
    const manager = new ContractNetManager({
      blackboard: managing,
      clock: realClock,
      kind: AGAIN,
      limitOf: () => 9,
    });
    const lost = new ContractNetWorker({ blackboard: working, kind: AGAIN, worker: 'lost' });
    const running = manager.run('t1', 'work', { deadlineMs: 500 });
    await eventually(async () => {
      assert.ok((await working.list('net/again/task/')).length === 1);
    }, 'announced');
    await lost.propose({ taskId: 't1', round: 1, deadlineMs: 500 }, 5);
    const claim = await eventually(async () => {
      const found = await lost.claim('t1');
      assert.ok(found !== undefined);
      return found;
    }, 'claimed');
    const other = new ContractNetWorker({ blackboard: working, kind: AGAIN, worker: 'other' });
    await other.serve({ valueOf: () => 1, execute: async () => 'done' });
    await (await restart())();
    await eventually(async () => results.push(await lost.inform(claim, 'late')), 'the worker is back');
    const outcome = await running;
    assert.deepEqual(results, [false]);
    assert.ok(outcome.kind === 'done');
    assert.deepEqual([outcome.worker, outcome.result], ['other', 'done']);
    assert.ok(outcome.fence > claim.fence);
  });
}

function hangs({ open, server }: Setting): void {
  test('fault/D5 Redis blackboard: hung, every call ends in time; going on, watches catch up', async () => {
    const [writer, reader] = await Promise.all([open('hang'), open('hang')]);
    const { version } = await writer.write('a', 1, { ttlMs: LONG_MS });
    const mirror = await reader.mirror('');
    server().server.kill('SIGSTOP');
    try {
      const codes = await Promise.all([
        failureOf(writer.read('a')),
        failureOf(writer.write('a', 2, { ttlMs: LONG_MS, ifVersion: version })),
        failureOf(reader.list('')),
      ]);
      // Unknown is not a second try: the write may have happened, and here it will.
      assert.deepEqual(codes, ['GV_TIMEOUT', 'GV_TIMEOUT', 'GV_TIMEOUT']);
      for (let n = 0; n < 5; n += 1) assert.notEqual(await failureOf(writer.read('a')), undefined);
      assert.notEqual(await failureOf(open('hang')), undefined);
      assert.notEqual(await failureOf(reader.watch('', () => {})), undefined);
      assert.equal(mirror.get('a')?.value, 1);
    } finally {
      server().server.kill('SIGCONT');
    }
    const entry = await eventually(() => writer.read('a'), 'the writer is back');
    assert.equal(entry?.value, 2);
    await writer.write('b', 3, { ttlMs: LONG_MS });
    await eventually(() => assert.equal(mirror.get('b')?.value, 3), 'the mirror hears again');
    // Keys are heard each for itself, in no order.
    await eventually(() => assert.equal(mirror.get('a')?.value, 2), 'and of what it had missed');
  });
}

function losses({ open, server }: Setting): void {
  test('fault/D5 Redis blackboard: flushed, it is empty, refuses who had read before, and its versions rise on', async () => {
    const board = await open('flush');
    const { version } = await board.write('a', 1, { ttlMs: LONG_MS });
    const admin = adminOf(server());
    await admin.flushall();
    assert.equal(await board.read('a'), undefined);
    await assert.rejects(board.write('a', 2, { ttlMs: LONG_MS, ifVersion: version }), {
      code: 'GV_VERSION_CONFLICT',
      details: { key: 'a', expected: version, actual: 0 },
    });
    const next = await board.write('a', 2, { ttlMs: LONG_MS, ifVersion: 0 });
    assert.ok(next.version > version);
    await admin.script('FLUSH');
    assert.equal((await board.read('a'))?.value, 2);
  });

  test('Redis blackboard: a connection cut by the server heals, and what was written meanwhile is heard', async () => {
    const [writer, reader] = await Promise.all([open('cut'), open('cut')]);
    const mirror = await reader.mirror('');
    const admin = adminOf(server());
    for (let n = 0; n < 3; n += 1) {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await writer.write('a', n, { ttlMs: LONG_MS });
      await eventually(() => assert.equal(mirror.get('a')?.value, n), `write ${n} is heard`);
    }
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually(() => writer.write('a', 'healed', { ttlMs: LONG_MS }), 'the writer is back');
    await eventually(() => assert.equal(mirror.get('a')?.value, 'healed'), 'the last write is heard');
  });
}

function refusals({ open, server }: Setting): void {
  test('fault/D5 Redis blackboard: what others keep under its names, or say on its channel, is refused and left as it is', async () => {
    const board = await open('type');
    const admin = adminOf(server());
    await admin.set('{type}:entry:text', 'not ours');
    await admin.hset('{type}:entry:shapeless', { v: 'x', d: '1', w: '1', t: '1' });
    await admin.hset('{type}:entry:broken', { v: '5', d: '{', w: '1', t: '1' });
    for (const key of ['text', 'shapeless', 'broken'])
      await assert.rejects(board.read(key), { code: 'GV_RESPONSE_INVALID' }, key);
    await assert.rejects(board.write('text', 1, { ttlMs: LONG_MS }), { code: 'GV_RESPONSE_INVALID' });
    await assert.rejects(board.list(''), { code: 'GV_RESPONSE_INVALID' });
    assert.equal(await admin.get('{type}:entry:text'), 'not ours');
    const mirror = await board.mirror('good/');
    for (const text of [
      '',
      'nonsense',
      '1 2 3',
      '9 9 9 good/a {',
      '99999999999999999999 1 1 good/a 1',
      '1 1 1 good/a',
    ])
      await admin.publish('{type}:news', text);
    await board.write('good/a', 'ours', { ttlMs: LONG_MS });
    await eventually(() => assert.equal(mirror.get('good/a')?.value, 'ours'), 'the write is heard');
    await admin.set('{type}:version', 'no number');
    await assert.rejects(board.write('good/a', 2, { ttlMs: LONG_MS }), { code: 'GV_RESPONSE_INVALID' });
  });

  test('fault/D5 Redis blackboard: full, it refuses writes, changes nothing and still reads', async () => {
    const board = await open('full');
    await board.write('a', 1, { ttlMs: LONG_MS });
    const admin = adminOf(server());
    await admin.config('SET', 'maxmemory', '1');
    try {
      assert.equal(await failureOf(board.write('a', 2, { ttlMs: LONG_MS })), 'GV_BLACKBOARD_UNAVAILABLE');
      assert.equal((await board.read('a'))?.value, 1);
    } finally {
      await admin.config('SET', 'maxmemory', '0');
    }
    await board.write('a', 2, { ttlMs: LONG_MS });
  });

  test('Redis blackboard: a wrong URL or password says what to correct, and never what it was', async () => {
    const admin = adminOf(server());
    await admin.config('SET', 'requirepass', 'secret');
    try {
      const url = server().url.replace('//', '//:wrong-word@');
      const wrong = redisBlackboard({ url, clock: realClock });
      await assert.rejects(wrong, (error: GavotteError) => {
        assert.equal(error.code, 'GV_BAD_INPUT');
        assert.ok(!JSON.stringify(error).includes('wrong-word'));
        return true;
      });
      assert.equal(await failureOf(redisBlackboard({ url: server().url, clock: realClock })), 'GV_BAD_INPUT');
    } finally {
      await admin.config('SET', 'requirepass', '');
    }
    for (const url of ['http://a', 'redis', ''])
      await assert.rejects(redisBlackboard({ url, clock: realClock }), { code: 'GV_BAD_INPUT' });
  });
}
