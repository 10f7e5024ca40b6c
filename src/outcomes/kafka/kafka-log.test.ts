import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realClock } from '../../kernel/index.ts';
import { billing } from '../testing/records.ts';
import { openKafkaLog } from './kafka-log.ts';

test('a broker that is no HOST:PORT is refused by name', async () => {
  for (const brokers of [[], ['kafka'], ['kafka-1:9092', 'http://kafka:9092'], ['kafka:9092 ']])
    await assert.rejects(
      openKafkaLog({ clock: realClock, brokers }),
      { code: 'GV_BAD_INPUT' },
      String(brokers),
    );
});

test('a log whose broker is not there opens, and says so when it is used', async () => {
  // Nobody listens on port 1.
  const log = await openKafkaLog({ clock: realClock, brokers: ['127.0.0.1:1'] });
  await assert.rejects(log.append([billing('a')]), {
    code: 'GV_OUTCOMES_UNAVAILABLE',
    message: /ECONNREFUSED|127\.0\.0\.1:1/,
    fix: /127\.0\.0\.1:1/,
  });
  await log.close();
});
