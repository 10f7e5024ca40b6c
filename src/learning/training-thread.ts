/** A thread of `trainInThreads`: plays its shards and learns what all threads learn, in step with them. */
import { parentPort, workerData } from 'node:worker_threads';
import { GavotteError } from '../kernel/index.ts';
import { restore, stateOf } from './checkpoint.ts';
import { SharedGathering, shardsOf } from './gathering.ts';
import { trainerOf } from './team-training.ts';
import type { FromTrainingThread, TrainingTask } from './train-in-threads.ts';
import type { Trainer } from './trainer.ts';

const { training, sums, thread, from, every } = workerData as TrainingTask;
const gathering = new SharedGathering(sums, thread);

/** One thread speaks for all, as all know the same. */
function say(message: FromTrainingThread): void {
  if (thread === 0 || message.kind === 'failed') parentPort!.postMessage(message);
}

/** Whether any thread has heard that all should stop: all agree, as all sum the same. */
function isStopAgreed(shards: number): boolean {
  const heard = Float64Array.of(gathering.isAskedToStop ? 1 : 0);
  return gathering.sum(Array.from({ length: shards }, () => heard))[0]! > 0;
}

function sayState(trainer: Trainer): void {
  say({
    kind: 'state',
    state: stateOf(trainer),
    networks: Object.fromEntries(trainer.learners.map((each) => [each.role.name, each.stored()])),
  });
}

try {
  const own = shardsOf(sums, thread);
  const trainer = trainerOf(training, gathering, own);
  if (from !== null) restore(trainer, from);
  let isStopped = false;
  while (!trainer.isDone && !isStopped) {
    const figures = trainer.next();
    isStopped = isStopAgreed(own.length);
    say({ kind: 'iteration', figures });
    if (isStopped || trainer.isDone || figures.iteration % every === 0) sayState(trainer);
  }
} catch (error) {
  gathering.fail();
  say({ kind: 'failed', error: GavotteError.from(error).toJSON() });
}
