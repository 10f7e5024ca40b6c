import { testKafka } from '../scripts/kafka.ts';
import { realClock } from '../src/kernel/index.ts';
import { type OutcomeRecord, openKafkaLog } from '../src/outcomes/index.ts';
import { win } from '../src/outcomes/testing/records.ts';
import { type Spread, spread } from './stats.ts';

const WARM_UP_RUNS = 2;
const RUNS = 7;
const MESSAGES = 200_000;
const PER_APPEND = 1_000;
const UNDER_WAY = 16;

interface KafkaFigures {
  readonly counted: string;
  readonly broker: string;
  readonly producedPerSecond: Spread;
  readonly targetProducedPerSecond: number;
  readonly producedCpuMicros: Spread;
  readonly readPerSecond: Spread;
}

/** Produce and consume on one broker beside us, or why there is none. */
export async function kafkaFigures(): Promise<KafkaFigures | { readonly notRun: string }> {
  let kafka: Awaited<ReturnType<typeof testKafka>>;
  try {
    kafka = await testKafka();
  } catch (error) {
    return { notRun: (error as Error).message };
  }
  try {
    const produced: number[] = [];
    const cpu: number[] = [];
    const read: number[] = [];
    for (let run = 0; run < WARM_UP_RUNS + RUNS; run += 1) {
      const figures = await oneRun(kafka.brokers, `gavotte-bench-${process.pid}-${run}`);
      if (run < WARM_UP_RUNS) continue;
      produced.push(figures.produced);
      cpu.push(figures.cpuMicros);
      read.push(figures.read);
    }
    return {
      counted:
        'one broker on this machine, 12 partitions, acknowledged by all replicas; CPU of this process alone',
      broker: kafka.source.replace(/^(found|fetched).*/, '$1'),
      producedPerSecond: spread(produced),
      targetProducedPerSecond: 80_000,
      producedCpuMicros: spread(cpu),
      readPerSecond: spread(read),
    };
  } finally {
    await kafka.close();
  }
}

async function oneRun(brokers: readonly string[], topic: string) {
  const log = await openKafkaLog({ clock: realClock, brokers, topic });
  const batches = Array.from({ length: MESSAGES / PER_APPEND }, (_unused, batch) =>
    Array.from({ length: PER_APPEND }, (_each, index) => record(batch * PER_APPEND + index)),
  );
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  for (let at = 0; at < batches.length; at += UNDER_WAY)
    await Promise.all(batches.slice(at, at + UNDER_WAY).map((batch) => log.append(batch)));
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const consumer = await log.consumer('bench');
  await consumer.poll({ max: 1, waitMs: 5_000 });
  const readingAt = performance.now();
  for (let done = 1; done < MESSAGES; ) done += (await consumer.poll({ max: 1_000, waitMs: 5_000 })).length;
  const readMs = performance.now() - readingAt;
  await log.close();
  return {
    produced: Math.round((MESSAGES * 1000) / ms),
    cpuMicros: (user + system) / MESSAGES,
    read: Math.round((MESSAGES * 1000) / readMs),
  };
}

function record(number: number): OutcomeRecord {
  const bid = `b1-${number.toString(36)}`;
  return win(`win:${bid}`, { parent: bid, campaign: `campaign-${number % 50}` });
}
