import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InProcessBlackboard } from '../../coordination/index.ts';
import { GavotteError, Simulation } from '../../kernel/index.ts';
import { LevelBoard } from './level-board.ts';

test('a bidder hears what the others bid for a campaign, and takes the mean', async () => {
  const { clock } = new Simulation({ seed: 1 }).peer('board');
  const board = new InProcessBlackboard({ clock });
  const [first, second] = [new LevelBoard(board, 'b1', clock), new LevelBoard(board, 'b2', clock)];
  assert.equal(first.level('c1'), 0);
  await first.publish({ c1: 4_000_000 });
  await second.publish({ c1: 2_000_000, c2: 1_000_000 });
  await Promise.resolve();
  assert.deepEqual([second.level('c1'), second.level('c2')], [3_000_000, 1_000_000]);
  await board.close();
});

test('fault/D16 what another version left there is not looked at', async () => {
  const { clock } = new Simulation({ seed: 1 }).peer('board');
  const board = new InProcessBlackboard({ clock });
  const levels = new LevelBoard(board, 'b1', clock);
  await board.write('bid-level/b0', { c1: 'dear', c2: -5 }, { ttlMs: 10_000 });
  await board.write('bid-level/b9', 'nothing', { ttlMs: 10_000 });
  await levels.publish({ c1: 4_000_000 });
  assert.deepEqual([levels.level('c1'), levels.level('c2')], [4_000_000, 0]);
  await board.close();
});

test('a bidder that fell silent counts no more', async () => {
  const simulation = new Simulation({ seed: 1 });
  const { clock } = simulation.peer('board');
  const board = new InProcessBlackboard({ clock });
  const [living, dead] = [new LevelBoard(board, 'b1', clock), new LevelBoard(board, 'b2', clock)];
  await living.publish({ c1: 4_000_000 });
  await dead.publish({ c1: 2_000_000 });
  await simulation.pass(8_000);
  await living.publish({ c1: 4_000_000 });
  assert.equal(living.level('c1'), 3_000_000);
  await simulation.pass(8_000);
  assert.equal(living.level('c1'), 4_000_000);
  await board.close();
});

test('fault/D5 a blackboard that was away at first is heard when it is there', async () => {
  const { clock } = new Simulation({ seed: 1 }).peer('board');
  const board = new InProcessBlackboard({ clock });
  const levels = new LevelBoard(board, 'b1', clock);
  const { watch } = board;
  board.watch = () => Promise.reject(new GavotteError('GV_BLACKBOARD_UNAVAILABLE', 'away'));
  await assert.rejects(levels.publish({ c1: 4_000_000 }));
  board.watch = watch.bind(board);
  await levels.publish({ c1: 4_000_000 });
  assert.equal(levels.level('c1'), 4_000_000);
  await board.close();
});
