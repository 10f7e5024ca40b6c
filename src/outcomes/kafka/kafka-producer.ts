import { GavotteError } from '../../kernel/index.ts';
import type { KafkaCluster } from './kafka-cluster.ts';

/** One message of a topic. */
export interface Message {
  readonly topic: string;
  /** Messages of one key go to one partition. */
  readonly key: string;
  readonly value: string;
}

/** All messages of a request may go to one partition, and a topic that we have not made takes a batch of a megabyte. */
const MAX_SEND_BYTES = 900_000;
/** What a message has beside its key and value. */
const MESSAGE_BYTES = 32;
/** A broker that is this far behind is as one that is away. */
const MAX_WAITING_BYTES = 64 * 1_048_576;
/** Every replica that is in sync has it. */
const ACKS_ALL = -1;

interface Waiting {
  readonly messages: readonly Message[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Sends messages in the order they come, one request at a time, so that no retry overtakes another. */
export class KafkaProducer {
  readonly #cluster: KafkaCluster;
  #producer: ReturnType<KafkaCluster['producer']> | undefined;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(cluster: KafkaCluster) {
    this.#cluster = cluster;
  }

  /** Resolves when every replica in sync has them. @throws GV_OUTCOMES_UNAVAILABLE */
  send(messages: readonly Message[]): Promise<void> {
    if (this.#closed) return Promise.reject(unavailable('the log is closed'));
    if (messages.length === 0) return Promise.resolve();
    if (this.#bytes > MAX_WAITING_BYTES)
      return Promise.reject(unavailable('too much waits for Kafka already'));
    this.#bytes += messages.reduce((sum, message) => sum + sizeOf(message), 0);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ messages, resolve, reject });
    this.#running ??= this.#run();
    return promise;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#drop();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Whoever sends in this turn of the event loop still belongs to this request.
      await Promise.resolve();
      const batch = this.#waiting;
      this.#waiting = [];
      this.#bytes = 0;
      await this.#sendAll(batch);
    }
    this.#running = undefined;
  }

  /** Sends a batch in as few requests as there may be; what a failed one was part of is rejected, and all behind it. */
  async #sendAll(batch: readonly Waiting[]): Promise<void> {
    const messages = batch.flatMap((each) => each.messages);
    let sent = 0;
    let failed: unknown;
    try {
      while (sent < messages.length) {
        const end = endOfRequest(messages, sent);
        await this.#request(messages.slice(sent, end));
        sent = end;
      }
    } catch (error) {
      failed = error;
      await this.#drop();
    }
    let end = 0;
    for (const each of batch) {
      end += each.messages.length;
      if (end <= sent) each.resolve();
      else each.reject(failed);
    }
  }

  async #request(messages: Message[]): Promise<void> {
    this.#producer ??= this.#cluster.producer();
    const producer = this.#producer;
    await this.#cluster.ask(() => producer.send({ messages, acks: ACKS_ALL }));
  }

  /** What a client that failed still has on its way is not waited for; the next request has a new one. */
  async #drop(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    if (producer !== undefined) await this.#cluster.close(producer);
  }
}

function endOfRequest(messages: readonly Message[], start: number): number {
  let bytes = 0;
  let end = start;
  while (end < messages.length) {
    bytes += sizeOf(messages[end]!);
    if (bytes > MAX_SEND_BYTES && end > start) break;
    end += 1;
  }
  return end;
}

function sizeOf({ key, value }: Message): number {
  return MESSAGE_BYTES + Buffer.byteLength(key) + Buffer.byteLength(value);
}

function unavailable(message: string): GavotteError {
  return new GavotteError('GV_OUTCOMES_UNAVAILABLE', message, { fix: 'Append again later.' });
}
