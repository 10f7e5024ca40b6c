import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Blackboard,
  type ContractNetKind,
  ContractNetManager,
  ContractNetWorker,
  InProcessBlackboard,
} from '../../src/coordination/index.ts';
import { type EpochMs, GavotteError } from '../../src/kernel/index.ts';

const LONG_MS = 60_000;
const DEADLINE_MS = 1_000;

interface Task {
  readonly campaignId: string;
}

const KIND: ContractNetKind<Task, { readonly by: string }> = {
  net: 'tranches',
  readTask: (value) => value as Task,
  readResult: (value) => value as { by: string },
};

const clock = {
  now: () => Date.UTC(2026, 10, 23) as EpochMs,
  monotonic: () => 0,
  sleep: () => Promise.resolve(),
};

/** What becomes of a question to the board: it may be lost on the way there, or the answer on the way back. */
type Fate = 'heard' | 'question lost' | 'answer lost';
const fates = fc.infiniteStream(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Fate>('heard') },
    { weight: 1, arbitrary: fc.constant<Fate>('question lost') },
    { weight: 1, arbitrary: fc.constant<Fate>('answer lost') },
  ),
);

/** The board at the end of a wire on which questions and answers of all processes overtake one another. */
function farBoard(board: Blackboard, schedule: fc.Scheduler, fate: () => Fate): Blackboard {
  const over = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    const now = fate();
    await schedule.schedule(Promise.resolve(), `${name} (${now})`);
    if (now === 'question lost') throw new GavotteError('GV_BLACKBOARD_UNAVAILABLE', 'the question was lost');
    const answer = await act().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await schedule.schedule(Promise.resolve(), `answer to ${name}`);
    if (now === 'answer lost') throw new GavotteError('GV_BLACKBOARD_UNAVAILABLE', 'the answer was lost');
    if ('error' in answer) throw answer.error;
    return answer.value;
  };
  return {
    write: (key, value, options) => over(`write ${key}`, () => board.write(key, value, options)),
    read: (key, options) => over(`read ${key}`, () => board.read(key, options)),
    list: (prefix) => over(`list ${prefix}`, () => board.list(prefix)),
    remove: (key, options) => over(`remove ${key}`, () => board.remove(key, options)),
    watch: (prefix, listener) => board.watch(prefix, listener),
    mirror: (prefix) => board.mirror(prefix),
    close: () => Promise.resolve(),
  };
}

/** Adds one until that is known to be done, or cannot be known; returns how it ended. */
async function addOne(board: Blackboard): Promise<'done' | 'unknown' | 'not done'> {
  for (;;) {
    let version: number;
    let value: number;
    try {
      const entry = await board.read('count');
      version = entry?.version ?? 0;
      value = (entry?.value as number | undefined) ?? 0;
    } catch {
      return 'not done';
    }
    try {
      await board.write('count', value + 1, { ttlMs: LONG_MS, ifVersion: version });
      return 'done';
    } catch (error) {
      if (GavotteError.from(error).code !== 'GV_VERSION_CONFLICT') return 'unknown';
    }
  }
}

test('fault/D16 in any order of questions and answers, lost ones among them, no update is lost or done twice', () =>
  fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fates,
      fc.integer({ min: 2, max: 6 }),
      async (schedule, stream, processes) => {
        const board = new InProcessBlackboard({ clock });
        const far = farBoard(board, schedule, () => stream.next().value);
        const all = Promise.all(Array.from({ length: processes }, () => addOne(far)));
        await schedule.waitFor(all);
        const ends = await all;
        const count = ((await board.read('count'))?.value as number | undefined) ?? 0;
        const done = ends.filter((end) => end === 'done').length;
        const unknown = ends.filter((end) => end === 'unknown').length;
        assert.ok(count >= done && count <= done + unknown, `${count} of ${done} + ${unknown}`);
      },
    ),
    { numRuns: 300 },
  ));

test('fault/D16 in any order of writes and messages, a mirror ends with what the board holds', () =>
  fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.tuple(fc.constantFrom('m/a', 'm/b', 'm/c'), fc.boolean()), { maxLength: 20 }),
      async (schedule, steps) => {
        const board = new InProcessBlackboard({ clock });
        const far = farBoard(board, schedule, () => 'heard');
        const writing = Promise.all(
          steps.map(([key, isKept], n) =>
            isKept ? far.write(key, n, { ttlMs: LONG_MS }) : far.remove(key).catch(() => {}),
          ),
        );
        const mirroring = schedule.schedule(Promise.resolve(), 'mirror').then(() => board.mirror('m/'));
        await schedule.waitFor(Promise.all([writing, mirroring]));
        const mirror = await mirroring;
        for (const key of ['m/a', 'm/b', 'm/c']) {
          const held = await board.read(key);
          assert.deepEqual([mirror.get(key)?.value, mirror.get(key)?.version], [held?.value, held?.version]);
        }
      },
    ),
    { numRuns: 300 },
  ));

/** Tries again while it is not known what happened. */
async function insist<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (GavotteError.from(error).recovery !== 'transient' || tries > 50) throw error;
    }
  }
}

test('fault/D15 in any order of questions and answers, lost ones among them, at most one worker executes', () =>
  fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fates,
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 4 }),
      async (schedule, stream, values) => {
        const board = new InProcessBlackboard({ clock });
        const far = () => farBoard(board, schedule, () => stream.next().value);
        // Announced already: the race is between awards, late proposals and claims.
        const first = new ContractNetManager({ blackboard: board, clock, kind: KIND, limitOf: () => 9 });
        await first.announce('t1', { campaignId: 'c1' }, { deadlineMs: DEADLINE_MS });
        const executed: { name: string; fence: number }[] = [];
        const taken: string[] = [];
        const manage = async () => {
          const manager = new ContractNetManager({ blackboard: far(), clock, kind: KIND, limitOf: () => 9 });
          await insist(() => manager.award('t1'));
        };
        const work = async (name: string, value: number) => {
          const worker = new ContractNetWorker({ blackboard: far(), kind: KIND, worker: name });
          await insist(() => worker.propose({ taskId: 't1', round: 1, deadlineMs: DEADLINE_MS }, value));
          for (let tries = 0; tries < 15; tries += 1) {
            const claim = await insist(() => worker.claim('t1'));
            if (claim === undefined) continue;
            executed.push({ name, fence: claim.fence });
            if (await insist(() => worker.inform(claim, { by: name }))) taken.push(name);
            return;
          }
        };
        const all = Promise.all([
          manage(),
          manage(),
          manage(),
          ...values.map((value, n) => work(`w${n}`, value)),
        ]);
        await schedule.waitFor(all);
        assert.ok(executed.length <= 1, JSON.stringify(executed));
        assert.deepEqual(
          taken,
          executed.map(({ name }) => name),
        );
      },
    ),
    { numRuns: 120 },
  ));

test('fault/D15 in any order, a worker whose task is taken back while it works hands in nothing', () =>
  fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.boolean(), async (schedule, isFailure) => {
      const board = new InProcessBlackboard({ clock });
      const far = () => farBoard(board, schedule, () => 'heard');
      const manager = new ContractNetManager({ blackboard: board, clock, kind: KIND, limitOf: () => 1 });
      const first = new ContractNetWorker({ blackboard: far(), kind: KIND, worker: 'first' });
      const twin = new ContractNetWorker({ blackboard: far(), kind: KIND, worker: 'first' });
      const setUp = async () => {
        await manager.announce('t1', { campaignId: 'c1' }, { deadlineMs: DEADLINE_MS });
        await first.propose({ taskId: 't1', round: 1, deadlineMs: DEADLINE_MS }, 1);
        await manager.award('t1');
        return (await first.claim('t1'))!;
      };
      const settingUp = setUp();
      await schedule.waitFor(settingUp);
      const claim = await settingUp;
      // Two moves from one state, through two connections: only one of them can be.
      const moves = Promise.all([
        first.inform(claim, { by: 'first' }),
        isFailure ? twin.fail(claim, 'gave up') : twin.inform(claim, { by: 'first' }),
      ]);
      await schedule.waitFor(moves);
      const [informed, other] = await moves;
      const { kind } = (await board.read('net/tranches/task/t1'))!.value as { kind: string };
      if (isFailure) {
        assert.notEqual(informed, other);
        assert.equal(kind, informed ? 'done' : 'failed');
      } else assert.deepEqual([informed, other, kind], [true, true, 'done']);
    }),
    { numRuns: 200 },
  ));
