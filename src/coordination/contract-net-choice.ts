import { sha256 } from '../kernel/index.ts';

/** What a worker says that it would bring: the more, the better. It need not be true. */
export interface Proposal {
  readonly worker: string;
  readonly value: unknown;
}

/** A proposal as it counts: no more than the worker's record allows. */
export interface CountedProposal {
  readonly worker: string;
  readonly value: number;
}

/**
 * The best proposal, or undefined when none counts. A value that is not a number of 0 or more does not count, and none
 * counts for more than `limitOf` its worker: so who claims 10^12 gets what its verified record earns (fault/D15). A
 * limit that is not a number is 0. Equal ones are decided by a hash of task, round and worker: the same everywhere, and
 * nobody's by name.
 */
export function bestProposal(
  taskId: string,
  round: number,
  proposals: readonly Proposal[],
  limitOf: (worker: string) => number,
): CountedProposal | undefined {
  const counted = proposals.flatMap(({ worker, value }) => {
    const bound = countedValue(value, limitOf(worker));
    return bound === undefined ? [] : [{ worker, value: bound, lot: sha256(`${taskId}/${round}/${worker}`) }];
  });
  const [best] = counted.sort((a, b) => b.value - a.value || (a.lot < b.lot ? -1 : 1));
  return best === undefined ? undefined : { worker: best.worker, value: best.value };
}

function countedValue(value: unknown, limit: number): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  // Adding 0 makes -0 a plain 0, of which it is no less.
  return Math.min(value, limit > 0 ? limit : 0) + 0;
}
