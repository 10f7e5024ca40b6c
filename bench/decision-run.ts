/** One run of `bench/decision.ts`, a process of its own: `node bench/decision-run.ts OPTIONS` prints one JSON object. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BidResult, DeliveryEngine } from '../src/delivery/index.ts';
import { type BenchEngineOptions, noticesOf, startBenchEngine } from './engine.ts';

/** What one run found. */
export interface DecisionRun {
  readonly figures: {
    readonly p50Micros: number;
    readonly p99Micros: number;
    readonly p999Micros: number;
    readonly meanMicros: number;
    /** Processor time of the deciding thread, which other processes do not lengthen as they do the wall times above. */
    readonly cpuMicrosPerRequest: number;
    /** Of requests, those answered with bids. */
    readonly bidShare: number;
    readonly bidsPerAnswer: number;
    readonly residentMegabytes: number;
    readonly heapMegabytes: number;
    /** Bytes of the record of a decision beside its request; 0 where none are recorded. */
    readonly recordBytes: number;
    readonly paid: number;
    readonly lost: number;
  };
  readonly noBids: Readonly<Record<string, number>>;
}

/** Pacing opens the tap by steps, a second each. */
const WARM_UP_MS = 8_000;
const TICK_MS = 250;
/** Decided one after the other, before notices and timers have their turn. */
const BURST = 512;
/** One answer in so many is told what became of its bids; the bids of the others are lost without a word. */
const TOLD_OF = 4;
/** One bid of those in so many wins. */
const WINS_OF = 4;
const BID_NUMBER = /"id":"bench-\d+-([0-9a-z]+)"/g;
/** Notices that are not answered yet. */
const MOST_UNDER_WAY = 2_000;
/** Where a request names its transaction, which is another each time; imps have such a member too, earlier. */
const TRANSACTION = Buffer.from('"tid":"');
const TRANSACTION_DIGITS = 8;

interface Traffic {
  readonly bytes: Buffer;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

let transactions = 0;
let underWay = 0;
const options = JSON.parse(process.argv[2] ?? '{}') as BenchEngineOptions & {
  holder: string;
  seconds: number;
};
const traffic = readTraffic(join(options.folder, 'traffic.bin'));
const { engine, ledger } = await startBenchEngine(options, options.holder);
let [recordedDecisions, recordedBytes] = [0, 0];
const ticking = setInterval(() => {
  for (const each of engine.decisions?.take() ?? [])
    if (each.kind === 'decision') {
      recordedDecisions += 1;
      recordedBytes += each.bytes.length - each.bodyBytes;
    }
  engine.tick().catch(() => {});
}, TICK_MS);
await decide(WARM_UP_MS);
const result = await decide(options.seconds * 1000);
clearInterval(ticking);
while (underWay > 0) await new Promise((resolve) => setImmediate(resolve));
process.stdout.write(JSON.stringify(result));
await engine.close();
await ledger.close();

function readTraffic(path: string): Traffic {
  const bytes = readFileSync(path);
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < bytes.length; at = ends.at(-1)!) {
    starts.push(at + 4);
    ends.push(at + 4 + bytes.readUInt32LE(at));
  }
  return { bytes, starts, ends };
}

async function decide(ms: number): Promise<DecisionRun> {
  const { bytes, starts, ends } = traffic;
  const micros = new Float64Array(2 ** 20);
  const stopsAt = performance.now() + ms;
  let [count, cpuMicros, answers, bids, paid, lost] = [0, 0, 0, 0, 0, 0];
  while (performance.now() < stopsAt && count + BURST < micros.length) {
    const bodies: BidResult[] = [];
    for (let burst = 0; burst < BURST; burst += 1) {
      const at = (count + burst) % starts.length;
      nameTransaction(bytes.subarray(starts[at], ends[at]));
    }
    const cpuBefore = process.threadCpuUsage();
    for (let burst = 0; burst < BURST; burst += 1) {
      const at = count % starts.length;
      const before = performance.now();
      bodies.push(engine.bid(options.exchange, bytes, starts[at]!, ends[at]!));
      micros[count] = (performance.now() - before) * 1000;
      count += 1;
    }
    const { user, system } = process.threadCpuUsage(cpuBefore);
    cpuMicros += user + system;
    for (const result of bodies) {
      if (result.status !== 200) continue;
      answers += 1;
      const first = bids;
      bids += result.bids;
      if (answers % TOLD_OF > 0) {
        lose(result.body);
        continue;
      }
      const { bills, losses } = noticesOf(result.body, (bid) => (first + bid) % WINS_OF === 0);
      for (const target of [...losses, ...bills]) take(target);
      paid += bills.length;
      lost += losses.length;
    }
    do await new Promise((resolve) => setImmediate(resolve));
    while (underWay > MOST_UNDER_WAY);
  }
  const figures = figuresOf(micros.subarray(0, count), cpuMicros, answers, bids, paid, lost);
  return { figures, noBids: noBidsOf(engine) };
}

function lose(answer: Uint8Array): void {
  const text = Buffer.from(answer.buffer, answer.byteOffset, answer.length).toString('latin1');
  for (const [, number] of text.matchAll(BID_NUMBER)) engine.purse.lost(Number.parseInt(number!, 36));
}

function take(target: string): void {
  underWay += 1;
  engine
    .notice(target)
    .then(({ status }) => {
      underWay -= 1;
      if (status !== 204) throw new Error(`a notice was answered ${status}`);
    })
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    });
}

function nameTransaction(request: Buffer): void {
  const at = request.lastIndexOf(TRANSACTION) + TRANSACTION.length;
  transactions += 1;
  request.write(
    transactions.toString(16).padStart(TRANSACTION_DIGITS, '0'),
    at,
    TRANSACTION_DIGITS,
    'latin1',
  );
}

function figuresOf(
  micros: Float64Array,
  cpuMicros: number,
  answers: number,
  bids: number,
  paid: number,
  lost: number,
): DecisionRun['figures'] {
  const meanMicros = micros.reduce((sum, each) => sum + each, 0) / micros.length;
  micros.sort();
  const at = (share: number) => micros[Math.floor(micros.length * share)]!;
  const { rss, heapUsed } = process.memoryUsage();
  return {
    p50Micros: at(0.5),
    p99Micros: at(0.99),
    p999Micros: at(0.999),
    meanMicros,
    cpuMicrosPerRequest: cpuMicros / micros.length,
    bidShare: answers / micros.length,
    bidsPerAnswer: bids / answers,
    residentMegabytes: rss / 1e6,
    heapMegabytes: heapUsed / 1e6,
    recordBytes: recordedDecisions === 0 ? 0 : recordedBytes / recordedDecisions,
    paid,
    lost,
  };
}

function noBidsOf({ bidder, campaigns }: DeliveryEngine): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(
    bidder.reasons.entries().map(([reason, count]) => [`request: ${reason}`, count]),
  );
  for (const { reasons } of campaigns)
    for (const [reason, count] of reasons.entries()) counts[reason] = (counts[reason] ?? 0) + count;
  return counts;
}
