import type { Consumer } from '@platformatic/kafka';
import type { DeadLetter, OutcomeConsumer, OutcomeEntry } from '../log.ts';
import { readOutcome } from '../record-text.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import { type KafkaEntry, KafkaReader, type Positions } from './kafka-reader.ts';

/** How long to wait before a broker that failed is asked again. */
const RETRY_MS = 200;
const NO_EPOCH = -1;

/**
 * A member of a group that shares the partitions of a topic. Whenever the group changes it goes on from what is committed,
 * whatever it had fetched: a record may come twice, none is passed over.
 */
export class KafkaConsumer implements OutcomeConsumer {
  readonly #cluster: KafkaCluster;
  readonly #topicIsThere: () => Promise<void>;
  readonly #topic: string;
  readonly #name: string;
  readonly #setAside: (letter: DeadLetter) => Promise<void>;
  readonly #consumer: Consumer;
  readonly #reader: KafkaReader;
  #fromStart: boolean;
  /** How often the group has given us partitions. */
  #assigned = 0;
  /** The one of those times that `#positions` are for; a poll after another begins anew. */
  #settled = 0;
  #positions: Positions = new Map();
  /** Fetched, not yet polled. */
  #ready: KafkaEntry[] = [];
  /** The offset after the last that was polled, by partition. */
  readonly #polled: Positions = new Map();

  constructor(options: {
    readonly cluster: KafkaCluster;
    /** Resolves when the topic is there. */
    readonly ready: () => Promise<void>;
    readonly topic: string;
    readonly name: string;
    readonly from: 'committed' | 'start';
    readonly setAside: (letter: DeadLetter) => Promise<void>;
  }) {
    this.#cluster = options.cluster;
    this.#topicIsThere = options.ready;
    this.#topic = options.topic;
    this.#name = options.name;
    this.#fromStart = options.from === 'start';
    this.#setAside = options.setAside;
    this.#consumer = options.cluster.consumer(`${options.topic}.${options.name}`);
    // The driver knows its generation before it knows its partitions, and tells of both here.
    this.#consumer.on('consumer:group:join', () => {
      this.#assigned += 1;
    });
    this.#reader = new KafkaReader(options.cluster, this.#consumer, options.topic);
  }

  async poll(options: { readonly max: number; readonly waitMs: number }): Promise<readonly OutcomeEntry[]> {
    const { clock } = this.#cluster;
    const until = clock.monotonic() + options.waitMs;
    for (;;) {
      const left = until - clock.monotonic();
      try {
        await this.#settle();
        if (this.#ready.length === 0) this.#ready = [...(await this.#reader.read(this.#positions, left))];
        const entries = await this.#take(options.max);
        if (entries.length > 0 || left <= 0) return entries;
        // A member without partitions has nothing to ask for.
        if (this.#positions.size === 0) await clock.sleep(Math.min(left, RETRY_MS));
      } catch (error) {
        this.#settled = -1;
        if (left <= RETRY_MS) throw error;
        await clock.sleep(RETRY_MS);
      }
    }
  }

  async commit(): Promise<void> {
    if (this.#polled.size === 0) return;
    const offsets = [...this.#polled].map(([partition, offset]) => ({
      topic: this.#topic,
      partition,
      offset,
      leaderEpoch: NO_EPOCH,
    }));
    await this.#cluster.ask(() => this.#consumer.commit({ offsets }));
    this.#polled.clear();
  }

  async lag(): Promise<number> {
    await this.#settle();
    const latest = await this.#reader.latest();
    return [...this.#positions].reduce(
      (sum, [partition, position]) => sum + Number((latest.get(partition) ?? position) - position),
      this.#ready.length,
    );
  }

  close(): Promise<void> {
    return this.#cluster.close(this.#consumer);
  }

  /** Joins the group, and finds where to go on in the partitions that are now ours. */
  async #settle(): Promise<void> {
    const consumer = this.#consumer;
    await this.#topicIsThere();
    if (!consumer.isActive()) await this.#cluster.ask(() => consumer.joinGroup({}));
    if (this.#settled === this.#assigned) return;
    const assigned = this.#assigned;
    const partitions = consumer.assignments?.find(({ topic }) => topic === this.#topic)?.partitions ?? [];
    this.#ready = [];
    this.#polled.clear();
    this.#positions = partitions.length === 0 ? new Map() : await this.#committed(partitions);
    this.#settled = assigned;
    this.#fromStart = false;
  }

  async #committed(partitions: number[]): Promise<Positions> {
    const topics = [{ topic: this.#topic, partitions }];
    const [earliest, latest] = [await this.#reader.earliest(), await this.#reader.latest()];
    const committed = this.#fromStart
      ? undefined
      : (await this.#cluster.ask(() => this.#consumer.listCommittedOffsets({ topics }))).get(this.#topic);
    return new Map(
      partitions.map((partition) => {
        const offset = committed?.[partition] ?? -1n;
        const oldest = earliest.get(partition)!;
        // What retention took is gone; and of a topic that was made anew all is unread.
        const isThere = offset >= oldest && offset <= latest.get(partition)!;
        return [partition, isThere ? offset : oldest];
      }),
    );
  }

  async #take(max: number): Promise<readonly OutcomeEntry[]> {
    const entries: OutcomeEntry[] = [];
    const polled: Positions = new Map();
    let taken = 0;
    for (const { partition, offset, value } of this.#ready) {
      if (entries.length === max) break;
      const read = readOutcome(value);
      const place = { partition, offset: Number(offset) };
      if (read.ok) entries.push({ ...place, record: read.record });
      else await this.#setAside({ consumer: this.#name, ...place, reason: read.reason, body: value });
      polled.set(partition, offset + 1n);
      taken += 1;
    }
    this.#ready.splice(0, taken);
    for (const [partition, offset] of polled) this.#polled.set(partition, offset);
    return entries;
  }
}
