import assert from 'node:assert/strict';
import { type ContractNetKind, ContractNetManager, ContractNetWorker } from '../../src/coordination/index.ts';
import {
  type BlackboardWorld,
  type CheckBoard,
  checkBoardOn,
  type PrepareBoard,
} from './blackboard.harness.ts';

/** Long enough that on a busy machine whoever is alive is heard. */
const DEADLINE_MS = 400;

interface Tranche {
  readonly campaignId: string;
  readonly amountMicros: number;
}

const TRANCHES: ContractNetKind<Tranche, { readonly spent: number }> = {
  net: 'tranches',
  readTask: (value) => {
    assert.equal(typeof (value as Tranche).campaignId, 'string');
    return value as Tranche;
  },
  readResult: (value) => {
    assert.equal(typeof (value as { spent: number }).spent, 'number');
    return value as { spent: number };
  },
};
const TASK: Tranche = { campaignId: 'c1', amountMicros: 5_000_000 };

/** Every promise of the contract net, over one kind of blackboard. */
export function contractNetContract(kind: string, prepare: PrepareBoard): void {
  const check = checkBoardOn(kind, prepare);
  executorRules(check);
  lossRules(check);
  liarRules(check);
  raceRules(check);
}

async function managerIn(world: BlackboardWorld, limit: (worker: string) => number = () => 100) {
  const blackboard = await world.open();
  return new ContractNetManager({ blackboard, clock: world.clock, kind: TRANCHES, limitOf: limit });
}

async function workerIn(world: BlackboardWorld, worker: string) {
  return new ContractNetWorker({ blackboard: await world.open(), kind: TRANCHES, worker });
}

/** A worker that serves, and notes each task that it does. */
async function serving(
  world: BlackboardWorld,
  worker: string,
  value: number,
  done: string[],
  execute?: () => Promise<{ spent: number }>,
) {
  const role = await workerIn(world, worker);
  return role.serve({
    valueOf: () => value,
    execute: async ({ fence }) => {
      done.push(`${worker}:${fence}`);
      return execute === undefined ? { spent: 1 } : execute();
    },
  });
}

function executorRules(check: CheckBoard): void {
  check('contract net: the best proposal does the task, and the manager has its result', async (world) => {
    const done: string[] = [];
    for (const [worker, value] of [
      ['w1', 1],
      ['w2', 3],
      ['w3', 2],
    ] as const)
      await serving(world, worker, value, done);
    const manager = await managerIn(world);
    const outcome = await world.run(manager.run('t1', TASK, { deadlineMs: DEADLINE_MS }));
    assert.ok(outcome.kind === 'done');
    assert.deepEqual([outcome.worker, outcome.result, outcome.rounds], ['w2', { spent: 1 }, 1]);
    assert.deepEqual(done, [`w2:${outcome.fence}`]);
    const again = await world.run(manager.run('t1', TASK, { deadlineMs: DEADLINE_MS }));
    assert.deepEqual(again, outcome);
    assert.equal(done.length, 1);
  });

  check('fault/D15 contract net: with no proposals there is no executor', async (world) => {
    const manager = await managerIn(world);
    const outcome = await world.run(manager.run('t1', TASK, { deadlineMs: DEADLINE_MS / 4 }));
    assert.deepEqual(outcome, { kind: 'none', reason: 'nobody proposed in round 1', rounds: 1 });
  });

  check('fault/D15 contract net: a tie has one winner, the same one for every manager', async (world) => {
    const winners = new Set<string | undefined>();
    for (let n = 0; n < 3; n += 1) {
      const other = await world.open();
      for (const { key } of await other.list('net/')) await other.remove(key);
      const manager = await managerIn(world);
      await manager.announce('tie', TASK, { deadlineMs: 60_000 });
      for (const name of ['w3', 'w1', 'w2'])
        await (await workerIn(world, name)).propose({ taskId: 'tie', round: 1, deadlineMs: 60_000 }, 5);
      const standing = await manager.award('tie');
      winners.add(standing?.state.kind === 'awarded' ? standing.state.worker : undefined);
    }
    assert.equal(winners.size, 1);
    assert.ok(!winners.has(undefined));
  });
}

function lossRules(check: CheckBoard): void {
  check(
    'fault/D15 contract net: a winner that dies is replaced within 2 deadlines of its announcement',
    async (world) => {
      const done: string[] = [];
      // It proposes and is never heard of again.
      const dead = await workerIn(world, 'dead');
      const manager = await managerIn(world);
      await manager.announce('t1', TASK, { deadlineMs: DEADLINE_MS });
      await dead.propose({ taskId: 't1', round: 1, deadlineMs: DEADLINE_MS }, 9);
      const announcedAt = world.clock.monotonic();
      let againAt = 0;
      const board = await world.open();
      const stop = await board.watch('net/tranches/task/t1', (_key, entry) => {
        if ((entry!.value as { round: number }).round === 2 && againAt === 0)
          againAt = world.clock.monotonic();
      });
      await serving(world, 'alive', 1, done);
      const outcome = await world.run(manager.run('t1', TASK, { deadlineMs: DEADLINE_MS }));
      assert.ok(outcome.kind === 'done');
      assert.deepEqual([outcome.worker, outcome.rounds, done.length], ['alive', 2, 1]);
      assert.ok(againAt - announcedAt <= 2 * DEADLINE_MS + world.slackMs, `${againAt - announcedAt} ms`);
      await stop();
    },
  );

  check(
    'fault/D15 contract net: a winner that claims and dies is replaced, and its late result is refused',
    async (world) => {
      const done: string[] = [];
      const hung = await workerIn(world, 'hung');
      const manager = await managerIn(world);
      await manager.announce('t1', TASK, { deadlineMs: DEADLINE_MS });
      await hung.propose({ taskId: 't1', round: 1, deadlineMs: DEADLINE_MS }, 9);
      await manager.award('t1');
      const claim = await hung.claim('t1');
      assert.ok(claim !== undefined);
      await serving(world, 'alive', 1, done);
      const outcome = await world.run(manager.run('t1', TASK, { deadlineMs: DEADLINE_MS }));
      assert.ok(outcome.kind === 'done');
      assert.equal(outcome.worker, 'alive');
      assert.ok(outcome.fence > claim.fence, 'a later claim has a higher fence');
      assert.equal(await hung.inform(claim, { spent: 9 }), false);
      assert.equal(await hung.fail(claim, 'too late'), false);
      assert.equal(await hung.claim('t1'), undefined);
    },
  );

  check(
    'contract net: a winner that fails is replaced at once; one that brings no result too',
    async (world) => {
      const done: string[] = [];
      await serving(world, 'breaks', 9, done, () => Promise.reject(new Error('no money')));
      await serving(world, 'lies', 8, done, () => Promise.resolve({} as { spent: number }));
      await serving(world, 'works', 1, done);
      const outcome = await world.run((await managerIn(world)).run('t1', TASK, { deadlineMs: DEADLINE_MS }));
      assert.ok(outcome.kind === 'done');
      assert.deepEqual([outcome.worker, outcome.rounds], ['works', 3]);
      assert.deepEqual(
        done.map((each) => each.split(':')[0]),
        ['breaks', 'lies', 'works'],
      );
    },
  );

  check('contract net: another manager goes on where one died', async (world) => {
    const done: string[] = [];
    await serving(world, 'w1', 1, done);
    const first = await managerIn(world);
    await first.announce('t1', TASK, { deadlineMs: DEADLINE_MS });
    const second = await managerIn(world);
    const outcome = await world.run(second.run('t1', TASK, { deadlineMs: DEADLINE_MS }));
    assert.deepEqual([outcome.kind, outcome.rounds, done.length], ['done', 1, 1]);
  });
}

function liarRules(check: CheckBoard): void {
  check(
    'fault/D15 contract net: what a worker claims counts up to its verified limit; what is no number, not',
    async (world) => {
      const limits: Readonly<Record<string, number>> = { liar: 2, honest: 10, broken: Number.NaN };
      const manager = await managerIn(world, (worker) => limits[worker] ?? 0);
      const board = await world.open();
      await manager.announce('t1', TASK, { deadlineMs: 60_000 });
      const values = {
        liar: 1e12,
        honest: 3,
        broken: 5,
        text: '9e99',
        nothing: null,
        minus: -1,
        list: [1e12],
      };
      for (const [worker, value] of Object.entries(values))
        await board.write(
          `net/tranches/proposal/t1/1/${worker}`,
          { value, more: 'of a later version' },
          { ttlMs: 60_000 },
        );
      await board.write('net/tranches/proposal/t1/1/shapeless', 7, { ttlMs: 60_000 });
      await board.write('net/tranches/proposal/t1/1/empty', null, { ttlMs: 60_000 });
      const standing = await manager.award('t1');
      assert.ok(standing?.state.kind === 'awarded');
      assert.equal(standing.state.worker, 'honest');
      const role = await workerIn(world, 'honest');
      await assert.rejects(role.propose({ taskId: 't2', round: 1, deadlineMs: 60_000 }, Number.NaN), {
        code: 'GV_BAD_INPUT',
      });
    },
  );

  check(
    'fault/D16 contract net: a state that is none of ours is refused and left as it is',
    async (world) => {
      const board = await world.open();
      await board.write('net/tranches/task/t1', { kind: 'dancing' }, { ttlMs: 60_000 });
      const manager = await managerIn(world);
      await assert.rejects(world.run(manager.run('t1', TASK, { deadlineMs: 100 })), {
        code: 'GV_RESPONSE_INVALID',
      });
      assert.deepEqual((await board.read('net/tranches/task/t1'))?.value, { kind: 'dancing' });
      await assert.rejects(manager.run('a/b', TASK, { deadlineMs: 100 }), { code: 'GV_BAD_INPUT' });
      await assert.rejects(manager.run('t2', TASK, { deadlineMs: 0 }), { code: 'GV_BAD_INPUT' });
    },
  );
}

function raceRules(check: CheckBoard): void {
  check('fault/D15 contract net: of several managers that award at once, one award stands', async (world) => {
    const managers = await Promise.all(Array.from({ length: 6 }, () => managerIn(world)));
    await managers[0]!.announce('t1', TASK, { deadlineMs: 60_000 });
    for (const name of ['w1', 'w2', 'w3'])
      await (await workerIn(world, name)).propose(
        { taskId: 't1', round: 1, deadlineMs: 60_000 },
        name.length,
      );
    const standings = await Promise.all(managers.map((manager) => manager.award('t1')));
    assert.equal(new Set(standings.map((standing) => standing?.version)).size, 1);
    const claims = await Promise.all(
      ['w1', 'w2', 'w3'].map(async (name) => (await workerIn(world, name)).claim('t1')),
    );
    assert.equal(claims.filter((claim) => claim !== undefined).length, 1);
  });

  check('contract net: several managers run one task at once, and it is done once', async (world) => {
    const done: string[] = [];
    for (const name of ['w1', 'w2', 'w3', 'w4']) await serving(world, name, 5, done);
    const managers = await Promise.all(Array.from({ length: 3 }, () => managerIn(world)));
    const outcomes = await world.run(
      Promise.all(managers.map((manager) => manager.run('t1', TASK, { deadlineMs: DEADLINE_MS }))),
    );
    assert.equal(done.length, 1);
    for (const outcome of outcomes) assert.deepEqual(outcome, outcomes[0]);
  });

  check(
    'contract net: a claim or a result whose answer was lost is the same when asked again',
    async (world) => {
      const manager = await managerIn(world);
      const worker = await workerIn(world, 'w1');
      await manager.announce('t1', TASK, { deadlineMs: 60_000 });
      await worker.propose({ taskId: 't1', round: 1, deadlineMs: 60_000 }, 1);
      await manager.award('t1');
      const claim = await worker.claim('t1');
      assert.deepEqual(await worker.claim('t1'), claim);
      assert.equal(await worker.inform(claim!, { spent: 1 }), true);
      assert.equal(await worker.inform(claim!, { spent: 1 }), true);
      assert.equal(await worker.claim('t1'), undefined);
    },
  );
}
