import { Worker } from 'node:worker_threads';
import { type ErrorInfo, GavotteError } from '../kernel/index.ts';
import type { StoredNetwork } from '../neural/index.ts';
import type { TrainerState } from './checkpoint.ts';
import { askToStop, type SharedSums, sharedSums } from './gathering.ts';
import { mostNumbers, type TeamTraining } from './team-training.ts';
import type { IterationFigures } from './trainer.ts';

/** What a thread is started with. */
export interface TrainingTask {
  readonly training: TeamTraining;
  readonly sums: SharedSums;
  readonly thread: number;
  readonly from: TrainerState | null;
  readonly every: number;
}

/** What threads say: the first for all of them, but for failures. */
export type FromTrainingThread =
  | { readonly kind: 'iteration'; readonly figures: IterationFigures }
  | {
      readonly kind: 'state';
      readonly state: TrainerState;
      readonly networks: Readonly<Record<string, StoredNetwork>>;
    }
  | { readonly kind: 'failed'; readonly error: ErrorInfo };

/** How to train, and whom to tell. */
export interface TrainInThreadsOptions {
  readonly threads: number;
  /** Where to go on; null to begin. */
  readonly from: TrainerState | null;
  /** Iterations between two states. The last one, and the one at a stop, is always told. */
  readonly every: number;
  /** Aborting it stops after the iteration that runs. */
  readonly signal: AbortSignal;
  readonly onIteration: (figures: IterationFigures) => void;
  readonly onState: (state: TrainerState, networks: Readonly<Record<string, StoredNetwork>>) => void;
}

/**
 * Trains a team in threads of its own; resolves when all have ended. The bytes it ends with do not depend on how many
 * threads there are.
 * @throws what a thread threw.
 */
export async function trainInThreads(training: TeamTraining, options: TrainInThreadsOptions): Promise<void> {
  const threads = Math.min(options.threads, training.shards);
  const sums = sharedSums(training.shards, threads, mostNumbers(training));
  const { from, every, signal } = options;
  const stop = () => askToStop(sums);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const workers = Array.from({ length: threads }, (_, thread) =>
    startThread({ training, sums, thread, from, every }),
  );
  try {
    await Promise.all(workers.map((worker) => ended(worker, options)));
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function startThread(workerData: TrainingTask): Worker {
  // A thread runs from the sources as well as from what is compiled from them.
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return new Worker(new URL(`./training-thread${extension}`, import.meta.url), { workerData });
}

function ended(worker: Worker, { onIteration, onState }: TrainInThreadsOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromTrainingThread) => {
      if (message.kind === 'iteration') onIteration(message.figures);
      else if (message.kind === 'state') onState(message.state, message.networks);
      else reject(errorFrom(message.error));
    });
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}

function errorFrom({ code, message, fix, details }: ErrorInfo): GavotteError {
  return new GavotteError(code, message, details === undefined ? { fix } : { fix, details });
}
