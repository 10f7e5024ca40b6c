import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation } from '../kernel/index.ts';
import { InProcessBlackboard } from './in-process-blackboard.ts';

const world = (seed: number) => {
  const simulation = new Simulation({ seed });
  const { clock } = simulation.peer('board');
  return { simulation, clock, board: new InProcessBlackboard({ clock }) };
};

test('an entry turns stale after its TTL, is seen as such for as long again, and is then gone; versions rise on', async () => {
  const { simulation, board } = world(1);
  const first = await board.write('plan', { cpm: 2 }, { ttlMs: 100 });
  await simulation.pass(100);
  assert.equal((await board.read('plan'))?.isStale, false);
  await simulation.pass(1);
  const stale = await board.read('plan');
  assert.deepEqual([stale?.isStale, stale?.ageMs, stale?.version], [true, 101, first.version]);
  await simulation.pass(100);
  assert.equal(await board.read('plan'), undefined);
  const second = await board.write('plan', {}, { ttlMs: 100, ifVersion: 0 });
  assert.ok(second.version > first.version);
  await board.remove('plan', { ifVersion: second.version });
  const third = await board.write('plan', {}, { ttlMs: 100, ifVersion: 0 });
  assert.ok(third.version > second.version);
});

test('a mirror shows age without a call, and that the news is stale', async () => {
  const { simulation, board } = world(2);
  await board.write('bid/a', 7, { ttlMs: 50 });
  const mirror = await board.mirror('bid/');
  await simulation.pass(50);
  assert.deepEqual({ ...mirror.get('bid/a') }.ageMs, 50);
  assert.equal(mirror.get('bid/a')?.isStale, false);
  await simulation.pass(1);
  assert.equal(mirror.get('bid/a')?.isStale, true);
  await board.write('bid/a', 8, { ttlMs: 50 });
  const { value, ageMs, isStale } = mirror.get('bid/a')!;
  assert.deepEqual({ value, ageMs, isStale }, { value: 8, ageMs: 0, isStale: false });
  assert.equal(mirror.get('bid/b'), undefined);
});

test('a read waits for the version asked for, and says so when it does not come', async () => {
  const { simulation, board, clock } = world(3);
  const { version } = await board.write('k', 1, { ttlMs: 10_000 });
  const waiting = board.read('k', { atLeast: version + 1, timeoutMs: 500 });
  void clock.sleep(400).then(() => board.write('k', 2, { ttlMs: 10_000 }));
  assert.equal((await simulation.run(waiting, 1_000))?.value, 2);
  const vain = board.read('k', { atLeast: version + 2, timeoutMs: 500 });
  await assert.rejects(simulation.run(vain, 1_000), { code: 'GV_TIMEOUT' });
});

test('keys over their time are in no list', async () => {
  const { simulation, board } = world(4);
  for (let n = 0; n < 1_000; n += 1) await board.write(`k/${n}`, n, { ttlMs: 10 });
  await simulation.pass(21);
  for (let n = 0; n < 100; n += 1) await board.write('other', n, { ttlMs: 10 });
  assert.deepEqual(
    (await board.list('')).map(({ key }) => key),
    ['other'],
  );
});
