import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TestRedis, testRedis } from '../../scripts/redis.ts';
import { type Blackboard, redisBlackboard } from '../../src/coordination/index.ts';
import { realClock } from '../../src/kernel/index.ts';
import { blackboardContract } from './blackboard.contract.ts';
import type { BlackboardWorld } from './blackboard.harness.ts';
import { redisFaults } from './blackboard.redis-faults.ts';
import { contractNetContract } from './contract-net.contract.ts';
import { sharedAgentsContract } from './shared-agents.contract.ts';

/** What a busy machine may take between a moment and what is done at it. */
const SLACK_MS = 300;

try {
  testOn(await testRedis());
  await redisFaults();
} catch (error) {
  const reason = `no Redis: ${(error as Error).message}`;
  // Without the server the suite says so; where a machine must have one, that is a failure.
  test('blackboard on Redis', { skip: process.env.CI === undefined ? reason : false }, () => {
    throw new Error(reason);
  });
}

function testOn({ url, close }: TestRedis): void {
  let boards = 0;
  after(close);
  /** A namespace of its own for each test, as a server that somebody gave us may hold other things. */
  const fresh = async (): Promise<BlackboardWorld> => {
    boards += 1;
    const namespace = `gavotte-test-${process.pid}-${boards}`;
    const doors: Blackboard[] = [];
    return {
      clock: realClock,
      slackMs: SLACK_MS,
      open: async () => {
        const board = await redisBlackboard({ url, clock: realClock, namespace });
        doors.push(board);
        return board;
      },
      run: (work) => work,
      pass: (ms) => sleep(ms),
      dispose: async () => {
        await Promise.all(doors.map((board) => board.close()));
      },
    };
  };
  // They mostly wait, each in a namespace of its own.
  describe('blackboard on Redis', { concurrency: 4 }, () => {
    blackboardContract('blackboard on Redis', fresh);
    contractNetContract('blackboard on Redis', fresh);
    sharedAgentsContract('agents over Redis', fresh);
  });
}
