import { Worker } from 'node:worker_threads';
import type { Clock } from '../../kernel/index.ts';
import type { Problem } from './problem.ts';
import type { SolverReply, SolverTask } from './solver-messages.ts';

/** What the worker may take beyond its limit before it is stopped, ms: loading the solver, and finishing a step. */
const GRACE_MS = 1_500;

export interface SolveOptions {
  readonly clock: Clock;
  readonly timeLimitMs: number;
  readonly signal?: AbortSignal;
  /** Items that may be bought. */
  readonly allowed: readonly number[];
  /** A choice to begin with. */
  readonly start: readonly number[] | null;
}

/**
 * Solves a problem with HiGHS in a thread of its own, which is gone when this returns: at the answer, at the
 * time limit, or when `signal` aborts. Never throws; a solver that fails says so.
 */
export async function solveInWorker(problem: Problem, options: SolveOptions): Promise<SolverReply> {
  const { clock, timeLimitMs, signal } = options;
  if (signal?.aborted) return { kind: 'failed', message: 'cancelled' };
  // The worker runs from the sources as well as from what is compiled from them.
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(`./solver-worker${extension}`, import.meta.url), {
    workerData: makeTask(problem, options),
  });
  const timer = new AbortController();
  try {
    return await new Promise<SolverReply>((resolve) => {
      const fail = (message: string) => resolve({ kind: 'failed', message });
      worker.once('message', resolve);
      worker.once('error', (error: Error) => fail(error.message));
      worker.once('exit', (code) => fail(`the solver ended with code ${code}`));
      signal?.addEventListener('abort', () => fail('cancelled'), { once: true, signal: timer.signal });
      clock.sleep(timeLimitMs + GRACE_MS, timer.signal).then(
        () => fail('the time was over'),
        () => {},
      );
    });
  } finally {
    timer.abort();
    await worker.terminate();
  }
}

function makeTask(problem: Problem, { allowed, start, timeLimitMs }: SolveOptions): SolverTask {
  const { values, rows, groups, groupCount, slots } = problem;
  const size = values.length;
  const starts: number[] = [0];
  const indices: number[] = [];
  const coefficients: number[] = [];
  const limits: number[] = [];
  const addRow = (coefficientOf: (item: number) => number, limit: number) => {
    for (let item = 0; item < size; item += 1) {
      const coefficient = coefficientOf(item);
      if (coefficient === 0) continue;
      indices.push(item);
      coefficients.push(coefficient);
    }
    starts.push(indices.length);
    limits.push(limit);
  };
  for (const row of rows) addRow((item) => row.coefficients[item]!, row.limit);
  addRow(() => 1, slots);
  for (let group = 0; group < groupCount; group += 1) addRow((item) => (groups[item] === group ? 1 : 0), 1);
  return {
    values,
    starts: Int32Array.from(starts),
    indices: Int32Array.from(indices),
    coefficients: Float64Array.from(coefficients),
    limits: Float64Array.from(limits),
    upper: mask(size, allowed),
    start: start === null ? new Float64Array(0) : mask(size, start),
    timeLimitSeconds: timeLimitMs / 1000,
  };
}

function mask(size: number, items: readonly number[]): Float64Array {
  const result = new Float64Array(size);
  for (const item of items) result[item] = 1;
  return result;
}
