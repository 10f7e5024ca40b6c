import { after, describe, test } from 'node:test';
import { type TestKafka, testKafka } from '../../scripts/kafka.ts';
import { realClock } from '../../src/kernel/index.ts';
import { type OutcomeLog, openKafkaLog } from '../../src/outcomes/index.ts';
import { outcomeLogContract } from './outcomes.contract.ts';
import type { LogWorld } from './outcomes.harness.ts';
import { sendRaw } from './outcomes.kafka-raw.ts';

try {
  testOn(await testKafka());
} catch (error) {
  const reason = `no Kafka: ${(error as Error).message}`;
  // Without the broker the suite says so; where a machine must have one, that is a failure.
  test('outcome log on Kafka', { skip: process.env.CI === undefined ? reason : false }, () => {
    throw new Error(reason);
  });
}

function testOn({ brokers, close }: TestKafka): void {
  let topics = 0;
  after(close);
  /** A topic of its own for each test, as a broker that somebody gave us may hold others. */
  const fresh = async (): Promise<LogWorld> => {
    topics += 1;
    const topic = `gavotte-test-${process.pid}-${topics}`;
    const logs: OutcomeLog[] = [];
    const open = async () => {
      const log = await openKafkaLog({ clock: realClock, brokers, topic });
      logs.push(log);
      return log;
    };
    return {
      open,
      poison: async (body) => {
        // So that the topic is there.
        await (await open()).append([]);
        await sendRaw(brokers, topic, body);
      },
      run: (work) => work,
      waitMs: 3_000,
      // Also those that a failing test left open, as a member of a group keeps the process alive.
      dispose: async () => {
        await Promise.all(logs.map((log) => log.close()));
      },
    };
  };
  describe('outcome log on Kafka', { concurrency: 4 }, () => {
    outcomeLogContract('Kafka', fresh);
  });
}
