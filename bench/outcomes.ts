import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRealWorld } from '../src/kernel/index.ts';
import {
  Deduplicated,
  type OutcomeLog,
  type OutcomeRecord,
  type OutcomeSource,
  openSegmentedLog,
  readSegmentedLog,
} from '../src/outcomes/index.ts';
import { win } from '../src/outcomes/testing/records.ts';
import { type FeedbackFigures, feedbackFigures } from './outcomes-feedback.ts';
import { kafkaFigures } from './outcomes-kafka.ts';
import { type Spread, spread } from './stats.ts';

/** The compiler has settled after this one; each run begins with an empty folder. */
const WARM_UP_RUNS = 1;
const RUNS = 7;
const BATCHED = 1_000_000;
const PER_APPEND = 1_000;
/** Appends under way at once, as those who append do not wait for one another. */
const UNDER_WAY = 8;
const GROUPED_WRITERS = 200;
const PER_WRITER = 200;
const LARGE = 10_000_000;
const FINDS = 200;
const COUNTED = 200_000;

interface OutcomesFigures {
  readonly counted: string;
  readonly recordBytes: number;
  readonly batchedPerSecond: Spread;
  readonly targetBatchedPerSecond: number;
  readonly batchedCpuMicros: Spread;
  readonly syncedGroupsPerSecond: Spread;
  readonly targetSyncedGroupsPerSecond: number;
  readonly readPerSecond: Spread;
  readonly countedOncePerSecond: number;
  readonly largeRecords: number;
  readonly openLargeMs: number;
  readonly findInLargeMs: Spread;
  readonly findByReaderMs: Spread;
  readonly firstFindByReaderMs: number;
  readonly targetFindMs: number;
  readonly feedback: FeedbackFigures;
  readonly kafka: object;
}

/**
 * The outcome log in segments on the disk of the checkout, and on a Kafka broker of our own on this machine. Records
 * are made before the clock starts; checking them, their JSON, checksums and the index of ids are in the figures.
 */
export async function outcomesBench(): Promise<OutcomesFigures> {
  const perSecond: number[] = [];
  const cpu: number[] = [];
  const grouped: number[] = [];
  const read: number[] = [];
  for (let run = 0; run < WARM_UP_RUNS + RUNS; run += 1) {
    const figures = await withFolder(oneRun);
    if (run < WARM_UP_RUNS) continue;
    perSecond.push(figures.perSecond);
    cpu.push(figures.cpuMicros);
    grouped.push(figures.grouped);
    read.push(figures.read);
  }
  const large = await withFolder(largeLog);
  return {
    counted: `one record = one win of ${JSON.stringify(record(0)).length} bytes of JSON, checked, written with its checksum and in the index of ids`,
    recordBytes: JSON.stringify(record(0)).length,
    batchedPerSecond: spread(perSecond),
    targetBatchedPerSecond: 500_000,
    batchedCpuMicros: spread(cpu),
    syncedGroupsPerSecond: spread(grouped),
    targetSyncedGroupsPerSecond: 20_000,
    readPerSecond: spread(read),
    countedOncePerSecond: await withFolder(countOnce),
    ...large,
    targetFindMs: 100,
    feedback: await feedbackFigures(),
    kafka: await kafkaFigures(),
  };
}

function record(number: number): OutcomeRecord {
  const bid = `b1-${number.toString(36)}`;
  return win(`win:${bid}`, { parent: bid, campaign: `campaign-${number % 50}` });
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const parent = join(import.meta.dirname, '..', 'node_modules', '.cache', 'gavotte');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const world = createRealWorld();

/** Appends records from..to; returns the milliseconds without those in which they were made. */
async function fill(log: OutcomeLog, from: number, to: number): Promise<number> {
  let making = 0;
  let underWay: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let at = from; at < to; at += PER_APPEND) {
    const before = performance.now();
    const records = Array.from({ length: PER_APPEND }, (_unused, index) => record(at + index));
    making += performance.now() - before;
    underWay.push(log.append(records));
    if (underWay.length < UNDER_WAY) continue;
    await Promise.all(underWay);
    underWay = [];
  }
  await Promise.all(underWay);
  return performance.now() - startedAt - making;
}

async function oneRun(folder: string) {
  const log = await openSegmentedLog({ world, folder: `${folder}/a`, sync: 'never' });
  const cpuBefore = process.cpuUsage();
  const ms = await fill(log, 0, BATCHED);
  const { user, system } = process.cpuUsage(cpuBefore);
  const read = await readAll(log, BATCHED);
  await log.close();
  const synced = await openSegmentedLog({ world, folder: `${folder}/b`, sync: { groupMs: 2 } });
  const startedAt = performance.now();
  let number = 0;
  await Promise.all(
    Array.from({ length: GROUPED_WRITERS }, async () => {
      for (let each = 0; each < PER_WRITER; each += 1) await synced.append([record(number++)]);
    }),
  );
  const groupedMs = performance.now() - startedAt;
  await synced.close();
  return {
    perSecond: Math.round((BATCHED * 1000) / ms),
    // Of all threads, records made included.
    cpuMicros: (user + system) / BATCHED,
    grouped: Math.round((number * 1000) / groupedMs),
    read,
  };
}

async function readAll(log: OutcomeSource, count: number): Promise<number> {
  const consumer = await log.consumer('bench');
  const startedAt = performance.now();
  for (let done = 0; done < count; ) done += (await consumer.poll({ max: 1_000, waitMs: 1_000 })).length;
  return Math.round((count * 1000) / (performance.now() - startedAt));
}

/** Each record once, its id remembered in the consumer's own database, synced with every poll. */
async function countOnce(folder: string): Promise<number> {
  const log = await openSegmentedLog({ world, folder, sync: 'never' });
  await fill(log, 0, COUNTED);
  const database = world.storage.openDatabase(`${folder}/counted.db`);
  const deduplicated = new Deduplicated({ consumer: await log.consumer('once'), database, name: 'once' });
  const startedAt = performance.now();
  for (let done = 0; done < COUNTED; )
    done += (await deduplicated.next({ max: 5_000, waitMs: 1_000 }, () => {})).records.length;
  const ms = performance.now() - startedAt;
  database.close();
  await log.close();
  return Math.round((COUNTED * 1000) / ms);
}

async function largeLog(folder: string) {
  process.stderr.write(`writing ${LARGE} records\n`);
  const log = await openSegmentedLog({ world, folder, sync: 'never' });
  await fill(log, 0, LARGE);
  const findInLargeMs = await findMany(log);
  const reader = await readSegmentedLog({ world, folder });
  const first = performance.now();
  await reader.find(record(1).id);
  const firstFindByReaderMs = performance.now() - first;
  const findByReaderMs = await findMany(reader);
  await reader.close();
  await log.close();
  const opening = performance.now();
  await (await openSegmentedLog({ world, folder })).close();
  const openLargeMs = performance.now() - opening;
  return {
    largeRecords: LARGE,
    openLargeMs: Math.round(openLargeMs),
    findInLargeMs,
    findByReaderMs,
    firstFindByReaderMs: Math.round(firstFindByReaderMs),
  };
}

/** Milliseconds to find one of records that are spread over the whole log. */
async function findMany(log: OutcomeSource): Promise<Spread> {
  const ms: number[] = [];
  for (let each = 0; each < FINDS; each += 1) {
    const { id } = record(Math.floor(((each + 0.5) * LARGE) / FINDS));
    const startedAt = performance.now();
    const found = await log.find(id);
    ms.push(performance.now() - startedAt);
    if (found?.id !== id) throw new Error(`${id} was not found`);
  }
  return spread(ms);
}
