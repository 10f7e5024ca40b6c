import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_EXCHANGE, trafficSource } from '../src/adauction/index.ts';
import type { DeliveryPlan } from '../src/delivery/index.ts';
import { createRealWorld, type EpochMs, money } from '../src/kernel/index.ts';
import type { DecisionRun } from './decision-run.ts';
import { type BenchEngineOptions, benchFolder, prepareBenchEngine } from './engine.ts';
import { type Spread, spread } from './stats.ts';

const CAMPAIGNS = 1_000;
const DEALS = 20;
const REQUESTS = 8_192;
const USERS = 200_000;
const RUNS = 3;
const SEAT = 'acme-seat';
const TYPES = ['PG', 'PD', 'PA'] as const;

/**
 * The whole decision, bytes to bytes, in process: reading, rules, eligibility, four agents, money, markup, signature.
 * Each run is a process of its own with 1,000 campaigns, leases of a real ledger file, and notices for its bids.
 */
export async function decisionBench(): Promise<object> {
  const { values } = parseArgs({
    options: {
      campaigns: { type: 'string', default: `${CAMPAIGNS}` },
      runs: { type: 'string', default: `${RUNS}` },
      seconds: { type: 'string', default: '3' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const folder = benchFolder();
  try {
    const options = optionsIn(folder, Number(values.campaigns));
    const plan = await prepareBenchEngine(options);
    writeTraffic(join(folder, 'traffic.bin'), plan);
    const runs = Array.from({ length: Number(values.runs) }, (_none, index) => {
      process.stderr.write(`run ${index + 1} of ${values.runs}\n`);
      const seconds = Number(values.seconds);
      return {
        plain: runOnce(options, `bench-${index}`, seconds),
        recording: runOnce({ ...options, records: true }, `bench-${index}r`, seconds),
      };
    });
    return {
      campaigns: options.campaigns,
      ...summary(runs.map(({ plain }) => plain)),
      recording: recordingOf(runs),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function optionsIn(folder: string, campaigns: number): BenchEngineOptions {
  return {
    folder,
    campaigns,
    exchange: DEFAULT_EXCHANGE.name,
    asi: DEFAULT_EXCHANGE.domain,
    seat: SEAT,
    deals: Array.from({ length: DEALS }, (_none, index) => ({
      dealId: `deal-${index}`,
      type: TYPES[index % TYPES.length]!,
      cpm: money(4_000_000 + index * 500_000, 'USD'),
      format: null,
    })),
    now: createRealWorld().clock.now(),
  };
}

/** Requests, each after its length in four bytes. */
function writeTraffic(path: string, { deals }: DeliveryPlan): void {
  const traffic = trafficSource({
    seed: 'bench-decision',
    deals,
    users: USERS,
    exchanges: [{ ...DEFAULT_EXCHANGE, seats: [SEAT] }],
  });
  const time = Date.now() as EpochMs;
  const parts = Array.from({ length: REQUESTS }, (_none, n) => {
    const { bytes } = traffic.request(n, time);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  writeFileSync(path, Buffer.concat(parts.flat()));
}

function runOnce(options: BenchEngineOptions, holder: string, seconds: number): DecisionRun {
  const script = join(import.meta.dirname, 'decision-run.ts');
  const text = execFileSync(process.execPath, [script, JSON.stringify({ ...options, holder, seconds })], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(text) as DecisionRun;
}

/** What recording decisions costs: runs with and without it, one beside the other. */
function recordingOf(runs: readonly { plain: DecisionRun; recording: DecisionRun }[]): object {
  const cpu = ({ figures }: DecisionRun) => figures.cpuMicrosPerRequest;
  return {
    addedMicrosPerRequest: spread(runs.map(({ plain, recording }) => cpu(recording) - cpu(plain))),
    addedShare: spread(runs.map(({ plain, recording }) => cpu(recording) / cpu(plain) - 1)),
    recordBytes: spread(runs.map(({ recording }) => recording.figures.recordBytes)),
    aims: { addedMicrosPerRequest: 1, recordBytes: 200 },
  };
}

function summary(runs: readonly DecisionRun[]): Record<string, Spread | number | object> {
  const figures = Object.keys(runs[0]!.figures) as (keyof DecisionRun['figures'])[];
  return {
    ...Object.fromEntries(figures.map((name) => [name, spread(runs.map((run) => run.figures[name]))])),
    noBids: runs.at(-1)!.noBids,
    aims: { p50Micros: 15, p99Micros: 60, residentMegabytes: 150 },
  };
}
