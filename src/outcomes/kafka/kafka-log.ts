import { type Clock, GavotteError } from '../../kernel/index.ts';
import { CONSUMER_NAME, type DeadLetter, MAX_DEAD_LETTERS, type OutcomeLog } from '../log.ts';
import type { OutcomeRecord } from '../record.ts';
import { readOutcome, writeOutcome } from '../record-text.ts';
import { KafkaCluster } from './kafka-cluster.ts';
import { KafkaConsumer } from './kafka-consumer.ts';
import { importKafka } from './kafka-package.ts';
import { KafkaProducer } from './kafka-producer.ts';
import { type KafkaEntry, KafkaReader } from './kafka-reader.ts';

/** Of a topic that we make: how many consumers of one name can share the work. */
const PARTITIONS = 12;

/**
 * The outcome log on Apache Kafka 4, for any number of processes. Records of one campaign are in one partition; `append`
 * resolves when every replica in sync has them. What a consumer cannot read goes to the topic `TOPIC.dead-letters`. A
 * consumer's partitions are shared with others of its name.
 *
 * `find` reads the topic through: keep a log in segments beside it where ids are looked up often.
 * A broker is not needed yet when it opens.
 * @throws GV_BAD_INPUT for brokers that are no `HOST:PORT`, GV_PACKAGE_MISSING without the package `@platformatic/kafka`.
 */
export async function openKafkaLog(options: {
  readonly clock: Clock;
  /** `HOST:PORT` of some of the brokers. */
  readonly brokers: readonly string[];
  /** Made, with 12 partitions, when it is not there. @defaultValue 'gavotte.outcomes' */
  readonly topic?: string;
}): Promise<OutcomeLog> {
  const { topic = 'gavotte.outcomes', brokers } = options;
  const wrong = brokers.find((broker) => !/^[^\s:/]+:\d{1,5}$/.test(broker));
  if (wrong !== undefined || brokers.length === 0)
    throw new GavotteError(
      'GV_BAD_INPUT',
      `the Kafka broker ${JSON.stringify(wrong ?? '')} is no HOST:PORT`,
      {
        fix: 'Write brokers as kafka-1.example:9092.',
      },
    );
  const deadTopic = `${topic}.dead-letters`;
  const kafka = await importKafka(() => import('@platformatic/kafka'));
  const cluster = new KafkaCluster(kafka, brokers, options.clock);
  // When it is first used, as a spool may be there before its broker is.
  const ready = once(() => cluster.createTopics([topic, deadTopic], PARTITIONS));
  const producer = new KafkaProducer(cluster);
  const consumers: KafkaConsumer[] = [];
  const setAside = (letter: DeadLetter) =>
    producer.send([{ topic: deadTopic, key: letter.consumer, value: JSON.stringify(letter) }]);
  return {
    append: async (records) => {
      const values = records.map(writeOutcome);
      await ready();
      await producer.send(values.map((value, index) => ({ topic, key: records[index]!.campaign, value })));
    },
    consumer: async (name, { from = 'committed' } = {}) => {
      if (!CONSUMER_NAME.test(name))
        throw new GavotteError('GV_BAD_INPUT', `the consumer's name ${JSON.stringify(name)} does not fit`, {
          fix: 'Use 1 to 100 small letters, digits, dots, dashes and underscores.',
        });
      const consumer = new KafkaConsumer({ cluster, ready, topic, name, from, setAside });
      consumers.push(consumer);
      return consumer;
    },
    find: async (id) => {
      await ready();
      return findIn(cluster, topic, id);
    },
    deadLetters: async () => {
      await ready();
      const letters: DeadLetter[] = [];
      for await (const entries of readThrough(cluster, deadTopic))
        letters.push(...entries.map(({ value }) => JSON.parse(value) as DeadLetter));
      return letters.slice(-MAX_DEAD_LETTERS);
    },
    close: async () => {
      await Promise.all(consumers.map((consumer) => consumer.close()));
      await producer.close();
    },
  };
}

async function findIn(cluster: KafkaCluster, topic: string, id: string): Promise<OutcomeRecord | undefined> {
  const mark = JSON.stringify(id);
  let found: OutcomeRecord | undefined;
  for await (const entries of readThrough(cluster, topic))
    for (const { value } of entries) {
      // Most records are passed over without being parsed.
      const read = value.includes(mark) ? readOutcome(value) : undefined;
      if (read?.ok === true && read.record.id === id) found = read.record;
    }
  return found;
}

/** All that is in a topic now, some at a time. */
async function* readThrough(cluster: KafkaCluster, topic: string): AsyncGenerator<readonly KafkaEntry[]> {
  const consumer = cluster.consumer(`${topic}.reader`);
  try {
    const reader = new KafkaReader(cluster, consumer, topic);
    const positions = await reader.earliest();
    const ends = await reader.latest();
    for (;;) {
      for (const [partition, end] of ends) if (positions.get(partition)! >= end) positions.delete(partition);
      if (positions.size === 0) return;
      yield await reader.read(positions, 0);
    }
  } finally {
    await cluster.close(consumer);
  }
}

/** What is done once, by whoever is first; again when it failed. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}
