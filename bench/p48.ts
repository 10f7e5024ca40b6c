import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { P48_EPISODES, type P48Cell, p48Difference, p48Rows } from '../src/adauction/index.ts';
import type { P48Work } from './p48-worker.ts';

/** Days are played with these draws. */
const SEED = 'p48';
const OURS = 'resolver';

/**
 * Every candidate in every advertiser's place on every day of a set, against AuctionNet's published policies when
 * GAVOTTE_DATA names the folder of data, else among synthetic rivals. Held-out days are read by `gavotte evaluate --scenario p48` alone, which
 * records each use.
 */
export async function p48Bench(): Promise<object> {
  const { values } = parseArgs({
    options: {
      set: { type: 'string', default: 'validation' },
      candidates: { type: 'string' },
      opportunities: { type: 'string', default: '500000' },
      days: { type: 'string' },
      workers: { type: 'string', default: '2' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const { test: _, ...sets } = P48_EPISODES;
  const set = sets[values.set as keyof typeof sets];
  if (set === undefined) throw new Error(`--set must be one of ${Object.keys(sets).join(', ')}`);
  const last = values.days === undefined ? set.to : Math.min(set.to, set.from + Number(values.days) - 1);
  const work = {
    seed: SEED,
    opportunities: Number(values.opportunities),
    candidates: values.candidates?.split(',') ?? null,
  };
  const episodes = Array.from({ length: last - set.from + 1 }, (_none, n) => set.from + n);
  const cells = await playOnThreads(work, episodes, Number(values.workers));
  const rows = p48Rows(cells);
  const others = rows.map(({ candidate }) => candidate).filter((candidate) => candidate !== OURS);
  const isOurs = others.length < rows.length;
  return {
    rivals: process.env.GAVOTTE_DATA ? 'P48-local' : 'synthetic',
    set: values.set,
    episodes: [set.from, last],
    opportunities: work.opportunities,
    rows,
    differences: isOurs ? others.map((other) => p48Difference(cells, OURS, other)) : [],
  };
}

/** Gives days to threads one by one; each has a day of its own in memory, 96 MB. */
async function playOnThreads(
  work: Omit<P48Work, 'episode'>,
  episodes: readonly number[],
  threads: number,
): Promise<readonly P48Cell[]> {
  const waiting = [...episodes];
  const cells: P48Cell[] = [];
  const thread = async (): Promise<void> => {
    const worker = new Worker(new URL('./p48-worker.ts', import.meta.url));
    for (let episode = waiting.shift(); episode !== undefined; episode = waiting.shift()) {
      cells.push(...(await ask(worker, { ...work, episode })));
      process.stderr.write(`day ${episode}: ${brief(cells)}\n`);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: threads }, thread));
  return cells;
}

function ask(worker: Worker, work: P48Work): Promise<readonly P48Cell[]> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.postMessage(work);
  });
}

/** Mean expected scores so far. */
function brief(cells: readonly P48Cell[]): string {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { candidate, expectedScore } of cells) {
    const { sum, count } = sums.get(candidate) ?? { sum: 0, count: 0 };
    sums.set(candidate, { sum: sum + expectedScore, count: count + 1 });
  }
  return [...sums].map(([name, { sum, count }]) => `${name} ${(sum / count).toFixed(2)}`).join(', ');
}
