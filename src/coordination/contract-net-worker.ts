import { GavotteError } from '../kernel/index.ts';
import type { Blackboard } from './blackboard.ts';
import {
  type ContractNetKind,
  checkName,
  proposalsPrefix,
  readState,
  stateTtlMs,
  type TaskState,
  taskKey,
  tasksPrefix,
} from './contract-net.ts';

/** A reason is a sentence; what is longer would be kept with every state after it. */
const MAX_REASON = 500;

/** A task that asks for proposals. */
export interface Announcement<Task> {
  readonly taskId: string;
  readonly round: number;
  readonly task: Task;
  readonly deadlineMs: number;
}

/** The right to do a task. Whatever the work touches should refuse a lower `fence` than it has seen. */
export interface Claim<Task> {
  readonly taskId: string;
  readonly task: Task;
  /** Rises with each claim of the task, for ever. */
  readonly fence: number;
  readonly state: TaskState & { readonly kind: 'claimed' };
}

/** What a worker does when it serves by itself. */
export interface ContractNetService<Task, Result> {
  /** What doing the task would bring; undefined proposes nothing. */
  valueOf(announcement: Announcement<Task>): number | undefined;
  /** Does it. What it throws is told to the manager, who asks others. */
  execute(claim: Claim<Task>): Promise<Result>;
}

/** One who does tasks of a contract net. Its id must be its own: two workers of one id would share awards. */
export class ContractNetWorker<Task, Result> {
  readonly worker: string;
  readonly #board: Blackboard;
  readonly #kind: ContractNetKind<Task, Result>;

  constructor(options: { blackboard: Blackboard; kind: ContractNetKind<Task, Result>; worker: string }) {
    checkName('the net', options.kind.net);
    checkName('the worker', options.worker);
    this.worker = options.worker;
    this.#board = options.blackboard;
    this.#kind = options.kind;
  }

  /** Says what doing the task would bring; the more, the better. Late proposals are not looked at. */
  async propose(
    { taskId, round, deadlineMs }: Pick<Announcement<Task>, 'taskId' | 'round' | 'deadlineMs'>,
    value: number,
  ): Promise<void> {
    const key = `${proposalsPrefix(this.#kind.net, taskId, round)}${this.worker}`;
    await this.#board.write(key, { value }, { ttlMs: stateTtlMs(deadlineMs) });
  }

  /**
   * Takes up the task if it is awarded to this worker; undefined when it is not, or no longer. After an answer that
   * was lost, asking again gives the same claim.
   */
  async claim(taskId: string): Promise<Claim<Task> | undefined> {
    const key = taskKey(this.#kind.net, taskId);
    const entry = await this.#board.read(key);
    if (entry === undefined) return undefined;
    const state = readState(key, entry.value);
    if (!isMine(state, this.worker)) return undefined;
    if (state.kind === 'claimed') return this.#claimed(taskId, state, entry.version);
    const claimed = { ...state, kind: 'claimed' as const };
    const fence = await this.#move(taskId, claimed, entry.version);
    return fence === undefined ? undefined : this.#claimed(taskId, claimed, fence);
  }

  /** Hands in the result: whether it was taken. It is not when the task was taken back, as others may do it by then. */
  async inform({ taskId, fence, state }: Claim<Task>, result: Result): Promise<boolean> {
    const done = { ...state, kind: 'done' as const, fence, result };
    return (await this.#move(taskId, done, fence)) !== undefined || this.#isKept(taskId, fence);
  }

  /** Gives the task back, so that others are asked at once: whether it was still this worker's. */
  async fail({ taskId, fence, state }: Claim<Task>, reason: string): Promise<boolean> {
    return (await this.#move(taskId, { ...state, kind: 'failed', reason }, fence)) !== undefined;
  }

  /**
   * Proposes, claims and does tasks until stopped. Failures of the blackboard are told to `onError`; the manager asks
   * others then.
   */
  async serve(
    service: ContractNetService<Task, Result>,
    onError: (error: GavotteError) => void = () => {},
  ): Promise<() => Promise<void>> {
    const prefix = tasksPrefix(this.#kind.net);
    return this.#board.watch(prefix, (key, entry) => {
      if (entry === undefined || entry.isStale) return;
      this.#answer(key, key.slice(prefix.length), entry.value, service).catch((error: unknown) =>
        onError(GavotteError.from(error)),
      );
    });
  }

  async #answer(
    key: string,
    taskId: string,
    value: unknown,
    service: ContractNetService<Task, Result>,
  ): Promise<void> {
    const state = readState(key, value);
    const { round, deadlineMs } = state;
    if (state.kind === 'announced' && !state.excluded.includes(this.worker)) {
      const announcement = { taskId, round, deadlineMs, task: this.#kind.readTask(state.task) };
      const worth = service.valueOf(announcement);
      if (worth !== undefined) await this.propose(announcement, worth);
    } else if (state.kind === 'awarded' && state.worker === this.worker) {
      const claim = await this.claim(taskId);
      if (claim !== undefined) await this.#execute(claim, service);
    }
  }

  async #execute(claim: Claim<Task>, service: ContractNetService<Task, Result>): Promise<void> {
    try {
      await this.inform(claim, await service.execute(claim));
    } catch (thrown) {
      const error = GavotteError.from(thrown);
      // What was thrown is the work's own or says that the result cannot be written; if it was written after all,
      // this changes nothing, as the fence is used up.
      await this.fail(claim, error.message.slice(0, MAX_REASON));
    }
  }

  #claimed(taskId: string, state: TaskState & { kind: 'claimed' }, fence: number): Claim<Task> {
    return { taskId, fence, state, task: this.#kind.readTask(state.task) };
  }

  /** Writes the next state; undefined when the task moved on before. */
  async #move(taskId: string, next: TaskState, ifVersion: number): Promise<number | undefined> {
    try {
      const ttlMs = stateTtlMs(next.deadlineMs);
      return (await this.#board.write(taskKey(this.#kind.net, taskId), next, { ttlMs, ifVersion })).version;
    } catch (error) {
      if (GavotteError.from(error).code === 'GV_VERSION_CONFLICT') return undefined;
      throw error;
    }
  }

  /** Whether the result with this fence is the one that was taken: an earlier try whose answer was lost. */
  async #isKept(taskId: string, fence: number): Promise<boolean> {
    const key = taskKey(this.#kind.net, taskId);
    const entry = await this.#board.read(key);
    if (entry === undefined) return false;
    const state = readState(key, entry.value);
    return state.kind === 'done' && state.fence === fence;
  }
}

function isMine(
  state: TaskState,
  worker: string,
): state is TaskState & { readonly kind: 'awarded' | 'claimed' } {
  return (state.kind === 'awarded' || state.kind === 'claimed') && state.worker === worker;
}
