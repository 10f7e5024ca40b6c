import type { Consumer } from '@platformatic/kafka';
import type { KafkaCluster } from './kafka-cluster.ts';

/** What Kafka calls them in ListOffsets. */
const EARLIEST = -2n;
const LATEST = -1n;
const NO_EPOCH = -1;
const MAX_BYTES_PER_PARTITION = 1_048_576;
/** The broker holds a request without records for so long. */
const MAX_WAIT_MS = 1_000;

/** A message as it was read. */
export interface KafkaEntry {
  readonly partition: number;
  readonly offset: bigint;
  readonly value: string;
}

/** Where to read on, by partition. */
export type Positions = Map<number, bigint>;

/** Reads partitions of a topic from positions that are ours alone: nothing is fetched that was not asked for. */
export class KafkaReader {
  readonly #cluster: KafkaCluster;
  readonly #consumer: Consumer;
  readonly #topic: string;

  constructor(cluster: KafkaCluster, consumer: Consumer, topic: string) {
    this.#cluster = cluster;
    this.#consumer = consumer;
    this.#topic = topic;
    consumer.topics.track(topic);
  }

  /** The oldest offset of every partition. */
  earliest(): Promise<Positions> {
    return this.#offsets(EARLIEST);
  }

  /** The offset after the last of every partition. */
  latest(): Promise<Positions> {
    return this.#offsets(LATEST);
  }

  /** What follows `positions`, which are moved on; waits a while for the first. */
  async read(positions: Positions, waitMs: number): Promise<readonly KafkaEntry[]> {
    const topics = [this.#topic];
    const { topics: known } = await this.#cluster.ask(() => this.#consumer.metadata({ topics }));
    const { id, partitions } = known.get(this.#topic)!;
    const byNode = new Map<number, number[]>();
    for (const partition of positions.keys()) {
      const { leader } = partitions[partition]!;
      byNode.set(leader, [...(byNode.get(leader) ?? []), partition]);
    }
    const maxWaitTime = Math.max(0, Math.min(waitMs, MAX_WAIT_MS));
    const answers = await Promise.all(
      [...byNode].map(([node, of]) =>
        this.#cluster.ask(() =>
          this.#consumer.fetch({ node, topics: [requestOf(id, of, positions)], maxWaitTime, minBytes: 1 }),
        ),
      ),
    );
    return answers.flatMap(({ responses }) =>
      responses.flatMap((response) =>
        response.partitions.flatMap(({ partitionIndex, records }) =>
          entriesOf(partitionIndex, records ?? [], positions),
        ),
      ),
    );
  }

  async #offsets(timestamp: bigint): Promise<Positions> {
    const options = { topics: [this.#topic], timestamp };
    const offsets = await this.#cluster.ask(() => this.#consumer.listOffsets(options));
    return new Map(offsets.get(this.#topic)!.map((offset, partition) => [partition, offset]));
  }
}

function requestOf(topicId: string, partitions: readonly number[], positions: Positions) {
  return {
    topicId,
    partitions: partitions.map((partition) => ({
      partition,
      fetchOffset: positions.get(partition)!,
      currentLeaderEpoch: NO_EPOCH,
      lastFetchedEpoch: NO_EPOCH,
      partitionMaxBytes: MAX_BYTES_PER_PARTITION,
    })),
  };
}

interface Batch {
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly records: readonly { readonly offsetDelta: number; readonly value: Buffer | null }[];
}

function entriesOf(
  partition: number,
  batches: readonly Batch[],
  positions: Positions,
): readonly KafkaEntry[] {
  const wanted = positions.get(partition);
  // Of a partition that was not asked for, as it may linger in the session.
  if (wanted === undefined) return [];
  const entries: KafkaEntry[] = [];
  for (const { firstOffset, lastOffsetDelta, records } of batches) {
    for (const { offsetDelta, value } of records) {
      const offset = firstOffset + BigInt(offsetDelta);
      // A batch begins before the position when that is inside it.
      if (offset >= wanted) entries.push({ partition, offset, value: value?.toString() ?? '' });
    }
    const end = firstOffset + BigInt(lastOffsetDelta) + 1n;
    if (end > positions.get(partition)!) positions.set(partition, end);
  }
  return entries;
}
