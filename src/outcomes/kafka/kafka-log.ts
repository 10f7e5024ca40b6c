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
 * @throws GV_PACKAGE_MISSING without the package `@platformatic/kafka`, GV_OUTCOMES_UNAVAILABLE when no broker answers.
 */
export async function openKafkaLog(options: {
  readonly clock: Clock;
  /** `HOST:PORT` of some of the brokers. */
  readonly brokers: readonly string[];
  /** Made, with 12 partitions, when it is not there. @defaultValue 'gavotte.outcomes' */
  readonly topic?: string;
}): Promise<OutcomeLog> {
  const { topic = 'gavotte.outcomes' } = options;
  const deadTopic = `${topic}.dead-letters`;
  const kafka = await importKafka(() => import('@platformatic/kafka'));
  const cluster = new KafkaCluster(kafka, options.brokers, options.clock);
  await cluster.createTopics([topic, deadTopic], PARTITIONS);
  const producer = new KafkaProducer(cluster);
  const consumers: KafkaConsumer[] = [];
  const setAside = (letter: DeadLetter) =>
    producer.send([{ topic: deadTopic, key: letter.consumer, value: JSON.stringify(letter) }]);
  return {
    append: async (records) => {
      const values = records.map(writeOutcome);
      await producer.send(values.map((value, index) => ({ topic, key: records[index]!.campaign, value })));
    },
    consumer: async (name, { from = 'committed' } = {}) => {
      if (!CONSUMER_NAME.test(name))
        throw new GavotteError('GV_BAD_INPUT', `the consumer's name ${JSON.stringify(name)} does not fit`, {
          fix: 'Use 1 to 100 small letters, digits, dots, dashes and underscores.',
        });
      const consumer = new KafkaConsumer({ cluster, topic, name, from, setAside });
      consumers.push(consumer);
      return consumer;
    },
    find: (id) => findIn(cluster, topic, id),
    deadLetters: async () => {
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
