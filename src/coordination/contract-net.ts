import { GavotteError } from '../kernel/index.ts';

/**
 * What a net is about. Tasks and results cross processes as JSON, perhaps from another version of us, so each is
 * checked where it is read.
 */
export interface ContractNetKind<Task, Result> {
  /** Names the net; 1 to 64 letters, digits and `. _ : @ -`, as are the ids of tasks and workers. */
  readonly net: string;
  /** @throws when the value is no task; the worker then leaves it alone. */
  readTask(value: unknown): Task;
  /** @throws when the value is no result; the manager then takes the work for failed. */
  readResult(value: unknown): Result;
}

/**
 * Where a task stands: one entry of the blackboard, moved on by compare-and-set only. So of two managers that award,
 * or of a worker that claims while its award is taken back, one moves and the other learns that it did not.
 */
export type TaskState =
  | TaskRound<'announced'>
  | (TaskRound<'awarded'> & Winner)
  /** The version of this entry is the fencing number. */
  | (TaskRound<'claimed'> & Winner)
  | (TaskRound<'failed'> & Winner & { readonly reason: string })
  | (TaskRound<'done'> & Winner & { readonly fence: number; readonly result: unknown })
  | (TaskRound<'none'> & { readonly reason: string });

interface TaskRound<Kind> {
  readonly kind: Kind;
  readonly round: number;
  readonly task: unknown;
  readonly deadlineMs: number;
  /** Workers that won an earlier round and brought nothing. */
  readonly excluded: readonly string[];
}

interface Winner {
  readonly worker: string;
}

/** What part of the deadline a winner has to claim, and again to inform: together they end before the next deadline. */
export const WINNER_SHARE = 0.45;
/** How long a state stays readable after it was written, in deadlines; a manager that died may be replaced until then. */
const STATE_TTL_DEADLINES = 20;
const MAX_DEADLINE_MS = 3_600_000;

const NAME = /^[A-Za-z0-9._:@-]{1,64}$/;
const KINDS: ReadonlySet<unknown> = new Set(['announced', 'awarded', 'claimed', 'failed', 'done', 'none']);
const WITH_WINNER: ReadonlySet<unknown> = new Set(['awarded', 'claimed', 'failed', 'done']);

/** @throws GV_BAD_INPUT */
export function checkName(what: string, name: string): void {
  if (NAME.test(name)) return;
  throw new GavotteError(
    'GV_BAD_INPUT',
    `${what} ${JSON.stringify(name)} is not 1 to 64 letters, digits and . _ : @ -`,
    { fix: 'Name it with these characters only.' },
  );
}

/** @throws GV_BAD_INPUT */
export function checkDeadline(deadlineMs: number): void {
  if (Number.isInteger(deadlineMs) && deadlineMs >= 1 && deadlineMs <= MAX_DEADLINE_MS) return;
  throw new GavotteError(
    'GV_BAD_INPUT',
    `deadlineMs ${deadlineMs} must be a whole number from 1 to ${MAX_DEADLINE_MS}`,
    { fix: 'Give a deadline in milliseconds.' },
  );
}

/** The prefix of the states of a net's tasks. */
export function tasksPrefix(net: string): string {
  return `net/${net}/task/`;
}

/** Where the state of a task is. */
export function taskKey(net: string, taskId: string): string {
  return `${tasksPrefix(net)}${taskId}`;
}

/** The prefix of what workers propose in one round; the worker's id follows. */
export function proposalsPrefix(net: string, taskId: string, round: number): string {
  return `net/${net}/proposal/${taskId}/${round}/`;
}

/** How long a state of that deadline is kept. */
export function stateTtlMs(deadlineMs: number): number {
  return STATE_TTL_DEADLINES * deadlineMs;
}

/**
 * A state as read from the blackboard. Fields that we do not know are left for the version that does.
 * @throws GV_RESPONSE_INVALID when it is none of ours.
 */
export function readState(key: string, value: unknown): TaskState {
  const state = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { kind, round, deadlineMs, excluded, worker } = state;
  const isState =
    KINDS.has(kind) &&
    Number.isInteger(round) &&
    Number.isInteger(deadlineMs) &&
    Array.isArray(excluded) &&
    (!WITH_WINNER.has(kind) || typeof worker === 'string');
  if (isState) return state as unknown as TaskState;
  throw new GavotteError('GV_RESPONSE_INVALID', `${key} does not hold the state of a task`, {
    fix: 'Nothing else may write under net/ on this blackboard.',
  });
}
