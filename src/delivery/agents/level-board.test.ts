import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InProcessBlackboard } from '../../coordination/index.ts';
import { Simulation } from '../../kernel/index.ts';
import { LevelBoard } from './level-board.ts';

test('a bidder hears what the others bid for a campaign, and takes the mean', async () => {
  const { clock } = new Simulation({ seed: 1 }).peer('board');
  const board = new InProcessBlackboard({ clock });
  const [first, second] = [new LevelBoard(board, 'b1'), new LevelBoard(board, 'b2')];
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
  const levels = new LevelBoard(board, 'b1');
  await board.write('bid-level/b0', { c1: 'dear', c2: -5 }, { ttlMs: 10_000 });
  await board.write('bid-level/b9', 'nothing', { ttlMs: 10_000 });
  await levels.publish({ c1: 4_000_000 });
  assert.deepEqual([levels.level('c1'), levels.level('c2')], [4_000_000, 0]);
  await board.close();
});
