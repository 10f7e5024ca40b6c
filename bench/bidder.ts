import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Contender, FOUR_AGENTS, startContenders } from './bidder-contenders.ts';
import type { LoadOptions, LoadResult } from './bidder-load.ts';
import { cpuMicros, hasProc, residentBytes, spawnOn } from './bidder-process.ts';
import { BODIES, bidBodies } from './bidder-traffic.ts';
import { type Spread, spread } from './stats.ts';

const CLOSED_CONNECTIONS = 16;
const OPEN_CONNECTIONS = 64;
const WARM_UP_SECONDS = 2;
const CLOSED_SECONDS = 2;
const OPEN_SECONDS = 2;
const ROUNDS = 5;

interface Figures {
  readonly built: string;
  readonly answersHash: string;
  readonly bids: number;
  readonly cpuMicrosPerRequest: Spread;
  readonly helperCpuMicrosPerRequest?: Spread;
  readonly requestsPerSecond: Spread;
  readonly openLoop: readonly object[];
  readonly residentMegabytes: number;
}

/** Samples of one contender, filled round by round. */
interface Samples {
  readonly cpu: number[];
  readonly helperCpu: number[];
  readonly rate: number[];
  readonly open: Map<number, LoadResult[]>;
}

/**
 * The same requests to our bid server and to its peers, one process each on one core, the load on the other. Row (a) is
 * the whole engine with its four agents; row (b) is the peers' decision with money, to which they are compared. `--ours MODULE` serves another application in
 * place of row (b), whose answers then may differ.
 */
export async function bidderBench(): Promise<object> {
  if (!hasProc) return { notRun: 'processor time per process is read from /proc, which this system lacks' };
  const { values } = parseArgs({
    options: {
      ours: { type: 'string' },
      rounds: { type: 'string', default: `${ROUNDS}` },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const contenders = await startContenders(values.ours);
  try {
    const { running, notRun } = contenders;
    const answers = new Map<Contender, { hash: string; bids: number }>();
    for (const contender of running) answers.set(contender, await answersOf(contender.server.port));
    // The four agents bid what they find right.
    const alike = [...answers].filter(([{ name }]) => name !== FOUR_AGENTS).map(([, answer]) => answer);
    const hashes = new Set(alike.map(({ hash }) => hash));
    if (hashes.size > 1 && values.ours === undefined)
      throw new Error(`the contenders answer differently: ${JSON.stringify(alike)}`);
    const samples = await measure(running, Number(values.rounds));
    const figures = running.map((contender): [string, Figures] => [
      contender.name,
      figuresOf(contender, answers.get(contender)!, samples.get(contender)!),
    ]);
    return {
      rows: `"${FOUR_AGENTS}" is row (a); "gavotte", with which the peers are compared, is ${values.ours ?? "row (b), the peers' decision"}`,
      requests: `${BODIES} OpenRTB 2.6 bodies, mean ${Math.round(bidBodies().reduce((sum, { length }) => sum + length, 0) / BODIES)} bytes`,
      sameAnswers: hashes.size === 1,
      contenders: Object.fromEntries(figures),
      notRun,
      timesOurCpu: ratios(running, samples),
    };
  } finally {
    contenders.stop();
  }
}

/** Answers to all bodies, as one hash of their canonical forms. */
async function answersOf(port: number): Promise<{ hash: string; bids: number }> {
  const hash = createHash('sha256');
  let bids = 0;
  for (const body of bidBodies()) {
    const answer = await fetch(`http://127.0.0.1:${port}/openrtb2/bid/bench`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    const content = await answer.text();
    if (answer.status === 200) bids += 1;
    hash.update(`${answer.status}:${content === '' ? '' : JSON.stringify(sorted(JSON.parse(content)))}\n`);
  }
  return { hash: hash.digest('hex').slice(0, 12), bids };
}

/** The value with the keys of every object in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

/** Interleaved, so that what the machine does meanwhile falls on all. */
async function measure(running: readonly Contender[], rounds: number): Promise<Map<Contender, Samples>> {
  const samples = new Map<Contender, Samples>();
  for (const contender of running) {
    process.stderr.write(`warming ${contender.name} up\n`);
    await load({
      port: contender.server.port,
      connections: CLOSED_CONNECTIONS,
      seconds: WARM_UP_SECONDS,
      rate: 0,
    });
    const open = new Map(contender.openRates.map((rate): [number, LoadResult[]] => [rate, []]));
    samples.set(contender, { cpu: [], helperCpu: [], rate: [], open });
  }
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    for (const contender of running) {
      const taken = samples.get(contender)!;
      await closedRound(contender, taken);
      for (const [rate, results] of taken.open) {
        const { port } = contender.server;
        results.push(await load({ port, connections: OPEN_CONNECTIONS, seconds: OPEN_SECONDS, rate }));
      }
    }
  }
  return samples;
}

async function closedRound({ server, helper }: Contender, samples: Samples): Promise<void> {
  const before = cpuMicros(server.process.pid!);
  const helperBefore = helper === undefined ? 0 : cpuMicros(helper.process.pid!);
  const result = await load({
    port: server.port,
    connections: CLOSED_CONNECTIONS,
    seconds: CLOSED_SECONDS,
    rate: 0,
  });
  samples.cpu.push((cpuMicros(server.process.pid!) - before) / result.requests);
  if (helper !== undefined)
    samples.helperCpu.push((cpuMicros(helper.process.pid!) - helperBefore) / result.requests);
  samples.rate.push(result.requests / result.seconds);
}

async function load(options: LoadOptions): Promise<LoadResult> {
  const child = spawnOn(
    1,
    process.execPath,
    [`${import.meta.dirname}/bidder-load.ts`, JSON.stringify(options)],
    {
      output: 'pipe',
    },
  );
  const [output] = await Promise.all([text(child.stdout!), once(child, 'exit')]);
  const result = JSON.parse(output) as LoadResult;
  const strange = Object.keys(result.statuses).filter((status) => status !== '200' && status !== '204');
  if (strange.length > 0) throw new Error(`answers of status ${strange.join(', ')} under load`);
  return result;
}

function figuresOf(
  { built, server, helper }: Contender,
  { hash, bids }: { hash: string; bids: number },
  { cpu, helperCpu, rate, open }: Samples,
): Figures {
  return {
    built,
    answersHash: hash,
    bids,
    cpuMicrosPerRequest: spread(cpu),
    ...(helper === undefined ? {} : { helperCpuMicrosPerRequest: spread(helperCpu) }),
    requestsPerSecond: spread(rate.map(Math.round)),
    openLoop: [...open].map(([perSecond, results]) => ({
      perSecond,
      answeredPerSecond: spread(results.map(({ requests, seconds }) => Math.round(requests / seconds))),
      unanswered: results.reduce((sum, { unanswered }) => sum + unanswered, 0),
      p50Micros: spread(results.map(({ micros }) => micros.p50)),
      p99Micros: spread(results.map(({ micros }) => micros.p99)),
      p999Micros: spread(results.map(({ micros }) => micros.p999)),
    })),
    residentMegabytes: Math.round(residentBytes(server.process.pid!) / 1e6),
  };
}

/** How much dearer each is than we are: by medians, and the least and most of the rounds' own ratios. */
function ratios(running: readonly Contender[], samples: ReadonlyMap<Contender, Samples>): object {
  const ours = running.find(({ name }) => name === 'gavotte');
  if (ours === undefined) return {};
  const our = samples.get(ours)!.cpu;
  return Object.fromEntries(
    running
      .filter((contender) => contender !== ours)
      .map((contender) => [
        contender.name,
        spread(samples.get(contender)!.cpu.map((cpu, round) => cpu / our[round]!)),
      ]),
  );
}
