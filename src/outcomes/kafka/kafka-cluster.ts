import type { Admin, Consumer, Producer } from '@platformatic/kafka';
import { type Clock, GavotteError, withDeadline } from '../../kernel/index.ts';
import { MAX_RECORD_BYTES } from '../record-text.ts';
import type { KafkaPackage } from './kafka-package.ts';

/** A broker that is alive answers a request within this time, also one that waits for replicas. */
const REQUEST_MS = 5_000;
const CONNECT_MS = 2_000;
/** The driver asks again itself, as leaders move; more is for whoever called. */
const RETRIES = 2;
const RETRY_MS = 200;
/** Whatever the driver does, nobody waits longer than for all of its tries. */
const DEADLINE_MS = 20_000;
/** A member that says nothing for so long is dead, and its partitions go to others. */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 1_000;
const CLOSE_MS = 2_000;
/** What a record has around it in a batch. */
const RECORD_ROOM_BYTES = 4_096;

/** Clients of one cluster, made when they are needed. */
export class KafkaCluster {
  readonly clock: Clock;
  readonly #package: KafkaPackage;
  readonly #options: {
    readonly clientId: string;
    readonly bootstrapBrokers: string[];
    readonly connectTimeout: number;
    readonly requestTimeout: number;
    readonly retries: number;
    readonly retryDelay: number;
    readonly autocreateTopics: boolean;
  };

  constructor(kafka: KafkaPackage, brokers: readonly string[], clock: Clock) {
    this.clock = clock;
    this.#package = kafka;
    this.#options = {
      clientId: 'gavotte',
      bootstrapBrokers: [...brokers],
      connectTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      retries: RETRIES,
      retryDelay: RETRY_MS,
      autocreateTopics: false,
    };
  }

  admin(): Admin {
    return new this.#package.Admin(this.#options);
  }

  producer(): Producer<string, string, string, string> {
    const text = (value?: string) => (value === undefined ? undefined : Buffer.from(value));
    const serializers = { key: text, value: text, headerKey: text, headerValue: text };
    return new this.#package.Producer({ ...this.#options, serializers });
  }

  /** A member of a group, once it joins; without joining it can read all the same. */
  consumer(groupId: string): Consumer {
    const consumer = new this.#package.Consumer({
      ...this.#options,
      groupId,
      autocommit: false,
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
    });
    // A member that could not join again says so here; the next poll joins it.
    consumer.on('error', () => {});
    return consumer;
  }

  /** Makes `topics` unless they are there, and waits until what was made is served. */
  async createTopics(topics: readonly string[], partitions: number): Promise<void> {
    const admin = this.admin();
    const configs = [
      // The broker's time, as it refuses records that a clock ahead of its own has stamped.
      { name: 'message.timestamp.type', value: 'LogAppendTime' },
      { name: 'max.message.bytes', value: String(MAX_RECORD_BYTES + RECORD_ROOM_BYTES) },
    ];
    try {
      for (const topic of topics)
        try {
          await this.ask(() => admin.createTopics({ topics: [topic], partitions, replicas: -1, configs }));
          await this.#untilServed(topic);
        } catch (error) {
          if (!hasApiError(error, 'TOPIC_ALREADY_EXISTS')) throw error;
        }
    } finally {
      await this.close(admin);
    }
  }

  /** A partition has no leader for a moment; what is sent meanwhile goes to some of them, and then to all again. */
  async #untilServed(topic: string): Promise<void> {
    const consumer = this.consumer(`${topic}.created`);
    const until = this.clock.monotonic() + DEADLINE_MS;
    try {
      for (;;)
        try {
          await this.ask(() => consumer.listOffsets({ topics: [topic] }));
          return;
        } catch (error) {
          if (this.clock.monotonic() > until) throw error;
          await this.clock.sleep(RETRY_MS);
        }
    } finally {
      await this.close(consumer);
    }
  }

  /** Waits for the driver, but not for ever. @throws GV_OUTCOMES_UNAVAILABLE */
  async ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(this.clock, DEADLINE_MS, undefined, work);
    } catch (cause) {
      throw new GavotteError('GV_OUTCOMES_UNAVAILABLE', `Kafka did not answer: ${reasonOf(cause)}`, {
        fix: `Look whether the brokers at ${this.#options.bootstrapBrokers.join(', ')} run and can be reached.`,
        cause,
      });
    }
  }

  /** Closes a client; one whose broker is away is left behind. */
  async close(client: Admin | Consumer | Producer<string, string, string, string>): Promise<void> {
    const isConsumer = client instanceof this.#package.Consumer;
    const closing = () => (isConsumer ? client.close(true) : client.close());
    await withDeadline(this.clock, CLOSE_MS, undefined, closing).catch(() => {});
  }
}

/** The driver nests what went wrong in lists of tries; the innermost says most. */
function reasonOf(thrown: unknown): string {
  const { message = String(thrown), errors, cause } = thrown as Partial<AggregateError> & { cause?: unknown };
  if (Array.isArray(errors) && errors.length > 0) return reasonOf(errors.at(-1));
  return cause === undefined ? message : `${message} (${reasonOf(cause)})`;
}

function hasApiError(error: unknown, id: string): boolean {
  const { apiId, errors, cause } = error as { apiId?: unknown; errors?: unknown[]; cause?: unknown };
  if (apiId === id) return true;
  return [...(errors ?? []), cause].some(
    (each) => each !== undefined && each !== null && hasApiError(each, id),
  );
}
