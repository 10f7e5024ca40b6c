import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Client, percentiles, wireRequests } from './bidder-load.ts';
import type { OursReport } from './bidder-ours.ts';
import { cpuMicros, hasProc, type Running, spawnOn, startServer } from './bidder-process.ts';
import { bidBodies } from './bidder-traffic.ts';
import { benchFolder } from './engine.ts';
import { FloodSender, ValidSender } from './malformed-senders.ts';
import { type MalformedKind, MalformedTraffic } from './malformed-traffic.ts';

const ROUNDS = 10;
const QUIET_SECONDS = 5;
/** Offered in each second: together well below what one process can answer, so that only interference takes from them. */
const VALID_PER_SECOND = 1_000;
const FLOOD_PER_SECOND = 3_000;
const TICK_MS = 2;
const ALLOWED_STATUSES = new Set([200, 204, 400, 413]);
/** Valid requests must be answered as fully as without the flood, up to this share. */
const LEAST_VALID_SHARE = 0.9;
/** What memory may seem to grow by: the collector's and the allocator's own ups and downs. */
const MOST_HEAP_GROWTH_BYTES = 8_000_000;
const MOST_RSS_GROWTH_BYTES = 32_000_000;

interface Phase {
  readonly seconds: number;
  /** Of one core, by the server. */
  readonly cpuShare: number;
  /** Answered as they are when nobody else is there: the bodies that are bid on with a 200, the others with a 204. */
  readonly right: number;
  readonly micros: ReturnType<typeof percentiles>;
}

/**
 * A flood of malformed requests beside valid ones at a steady rate, interleaved with times without flood; checks that
 * only 200, 204, 400 and 413 come back, that nothing crashes, that memory is flat and that valid traffic goes on.
 */
export async function malformedBench(): Promise<object> {
  if (!hasProc) return { notRun: 'memory of another process is read from /proc, which this system lacks' };
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      ours: { type: 'string' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const module = values.ours === undefined ? [] : [values.ours];
  const folder = benchFolder();
  const server = await startServer((port) =>
    spawnOn(
      0,
      process.execPath,
      ['--expose-gc', `${import.meta.dirname}/bidder-ours.ts`, `${port}`, ...module],
      {
        output: 'pipe',
        env: { BENCH_FOLDER: folder },
      },
    ),
  );
  try {
    return await new MalformedRun(server, new MalformedTraffic(values.seed)).run(Number(values.requests));
  } finally {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

class MalformedRun {
  readonly #server: Running;
  readonly #traffic: MalformedTraffic;
  readonly #valid = wireRequests(bidBodies());
  /** The status that each valid request gets on a quiet server. */
  #expected: readonly number[] = [];
  readonly #statuses: Partial<Record<MalformedKind, Record<string, number>>> = {};
  #unanswered = 0;
  #refusedValid: Record<string, number> = {};

  constructor(server: Running, traffic: MalformedTraffic) {
    this.#server = server;
    this.#traffic = traffic;
  }

  async run(requests: number): Promise<object> {
    this.#expected = await this.#learn();
    await this.#phase(QUIET_SECONDS, 0);
    // The first part of the flood warms up; what the process needs at most it has then seen.
    await this.#phase(0, Math.ceil(requests / 20));
    const quiet: Phase[] = [];
    const flooded: Phase[] = [];
    const memory: OursReport[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      process.stderr.write(`round ${round + 1} of ${ROUNDS}\n`);
      quiet.push(await this.#phase(QUIET_SECONDS, 0));
      flooded.push(await this.#phase(0, Math.ceil((requests * 0.95) / ROUNDS)));
      memory.push(await this.#report());
    }
    return this.#judge(requests, quiet, flooded, memory);
  }

  #judge(
    requests: number,
    quiet: readonly Phase[],
    flooded: readonly Phase[],
    memory: readonly OursReport[],
  ): object {
    const rate = (phases: readonly Phase[]) =>
      phases.reduce((sum, { right }) => sum + right, 0) /
      phases.reduce((sum, { seconds }) => sum + seconds, 0);
    const share = rate(flooded) / rate(quiet);
    const strange = Object.values(this.#statuses)
      .flatMap((counts) => Object.keys(counts))
      .filter((status) => !ALLOWED_STATUSES.has(Number(status)));
    const heapGrowth = growth(memory.map(({ heapUsed }) => heapUsed));
    const rssGrowth = growth(memory.map(({ rss }) => rss));
    const { exitCode } = this.#server.process;
    const violations = [
      ...(strange.length > 0 ? [`statuses ${[...new Set(strange)].join(', ')}`] : []),
      ...(this.#unanswered > 0 ? [`${this.#unanswered} requests without an answer`] : []),
      ...(exitCode === null ? [] : [`the server ended with ${exitCode}`]),
      ...(share < LEAST_VALID_SHARE ? [`valid traffic kept ${share.toFixed(3)} of its throughput`] : []),
      ...(heapGrowth > MOST_HEAP_GROWTH_BYTES ? [`the heap grew by ${heapGrowth} bytes`] : []),
      ...(rssGrowth > MOST_RSS_GROWTH_BYTES ? [`resident memory grew by ${rssGrowth} bytes`] : []),
    ];
    if (violations.length > 0) process.exitCode = 1;
    const round = (value: number) => Math.round(value * 1000) / 1000;
    return {
      requests,
      offeredPerSecond: { valid: VALID_PER_SECOND, malformed: FLOOD_PER_SECOND },
      malformedPerSecond: Math.round(
        (requests * 0.95) / flooded.reduce((sum, { seconds }) => sum + seconds, 0),
      ),
      statusesByKind: this.#statuses,
      unanswered: this.#unanswered,
      valid: {
        rightPerSecondQuiet: round(rate(quiet)),
        rightPerSecondFlooded: round(rate(flooded)),
        share: round(share),
        cpuShareQuiet: round(quiet.reduce((sum, { cpuShare }) => sum + cpuShare, 0) / quiet.length),
        cpuShareFlooded: round(flooded.reduce((sum, { cpuShare }) => sum + cpuShare, 0) / flooded.length),
        othersAnswered: this.#refusedValid,
        microsQuiet: quiet.map(({ micros }) => micros).at(-1),
        microsFlooded: flooded.map(({ micros }) => micros).at(-1),
      },
      memory: {
        rssMegabytes: memory.map(({ rss }) => Math.round(rss / 1e6)),
        heapMegabytes: memory.map(({ heapUsed }) => round(heapUsed / 1e6)),
        heapGrowthBytes: heapGrowth,
        rssGrowthBytes: rssGrowth,
      },
      server: memory.at(-1)?.stats,
      violations,
    };
  }

  /** One after another on a quiet server. */
  async #learn(): Promise<readonly number[]> {
    const expected: number[] = [];
    let answered = Promise.withResolvers<number>();
    const client = new Client(
      this.#server.port,
      (status) => answered.resolve(status),
      () => answered.reject(new Error('the server closed the connection of a valid request')),
    );
    for (const request of this.#valid) {
      answered = Promise.withResolvers();
      client.send(request, 0);
      expected.push(await answered.promise);
    }
    client.end();
    return expected;
  }

  /** Valid traffic for `seconds`, or for as long as a flood of so many takes. */
  async #phase(seconds: number, flood: number): Promise<Phase> {
    const valid = new ValidSender(this.#server.port, this.#valid, this.#expected);
    const malformed = new FloodSender(this.#server.port, this.#traffic, flood, (kind, status) =>
      this.#count(kind, status),
    );
    const startedAt = performance.now();
    const pid = this.#server.process.pid!;
    const cpuBefore = cpuMicros(pid);
    while (performance.now() < startedAt + seconds * 1000 || !malformed.isDone) {
      if (this.#server.process.exitCode !== null) break;
      const elapsed = (performance.now() - startedAt) / 1000;
      valid.sendUpTo(Math.floor(elapsed * VALID_PER_SECOND));
      malformed.sendUpTo(Math.floor(elapsed * FLOOD_PER_SECOND));
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    const elapsed = (performance.now() - startedAt) / 1000;
    const cpuShare = (cpuMicros(pid) - cpuBefore) / 1e6 / elapsed;
    this.#unanswered += malformed.lost;
    for (const [status, count] of Object.entries(valid.others))
      this.#refusedValid[status] = (this.#refusedValid[status] ?? 0) + count;
    valid.end();
    malformed.end();
    return { seconds: elapsed, cpuShare, right: valid.right, micros: percentiles(valid.latencies) };
  }

  #count(kind: MalformedKind, status: number): void {
    const counts = this.#statuses[kind] ?? {};
    this.#statuses[kind] = counts;
    counts[status] = (counts[status] ?? 0) + 1;
  }

  async #report(): Promise<OursReport> {
    const { process: child } = this.#server;
    child.kill('SIGUSR2');
    let text = '';
    // Its first line is its port.
    while (!text.endsWith('}\n')) text += String((await once(child.stdout!, 'data'))[0]);
    return JSON.parse(text.slice(text.indexOf('{'))) as OursReport;
  }
}

/** What the second half is above the first, by medians. */
function growth(values: readonly number[]): number {
  const half = values.length >> 1;
  const median = (part: readonly number[]) => [...part].sort((a, b) => a - b)[part.length >> 1] ?? 0;
  return Math.round(median(values.slice(half)) - median(values.slice(0, half)));
}
