import { type Clock, GavotteError } from '../kernel/index.ts';
import type { Blackboard, BlackboardEntry } from './blackboard.ts';
import {
  type ContractNetKind,
  checkDeadline,
  checkName,
  proposalsPrefix,
  readState,
  stateTtlMs,
  type TaskState,
  taskKey,
  WINNER_SHARE,
} from './contract-net.ts';
import { bestProposal, type Proposal } from './contract-net-choice.ts';

/** So many winners that bring nothing mean that the task cannot be done now. */
const MAX_ROUNDS = 5;
/** How long to leave a blackboard alone that just failed, or that still shows what is over. */
const RETRY_MS = 50;

/** How a task ended: one executor did it, or none. */
export type ContractNetOutcome<Result> =
  | {
      readonly kind: 'done';
      readonly worker: string;
      readonly fence: number;
      readonly result: Result;
      readonly rounds: number;
    }
  | { readonly kind: 'none'; readonly reason: string; readonly rounds: number };

/** Where a task stands, and which version of the blackboard says so. */
export interface TaskStanding {
  readonly state: TaskState;
  readonly version: number;
  readonly ageMs: number;
}

/**
 * One who has tasks done. Deadlines are measured by the age of the blackboard's entries, so any manager, also one that
 * starts after another died, goes on where the task stands.
 */
export class ContractNetManager<Task, Result> {
  readonly #board: Blackboard;
  readonly #clock: Clock;
  readonly #kind: ContractNetKind<Task, Result>;
  readonly #limitOf: (worker: string, task: Task) => number;

  /** `limitOf` is the most that a worker's proposal counts for, by what is verified of it. */
  constructor(options: {
    blackboard: Blackboard;
    clock: Clock;
    kind: ContractNetKind<Task, Result>;
    limitOf: (worker: string, task: Task) => number;
  }) {
    checkName('the net', options.kind.net);
    this.#board = options.blackboard;
    this.#clock = options.clock;
    this.#kind = options.kind;
    this.#limitOf = options.limitOf;
  }

  /**
   * Has the task done: announces it, awards it to the best proposal after `deadlineMs`, and announces it again, without
   * that winner, when the winner fails or is not heard of: within 2 × `deadlineMs` of the announcement before. Ends
   * without an executor when nobody proposes, or after 5 rounds. A task of that id that stands already is gone on with.
   * @throws GV_BAD_INPUT; what the blackboard throws when it stays out of reach for 10 × `deadlineMs`.
   */
  async run(
    taskId: string,
    task: Task,
    { deadlineMs }: { readonly deadlineMs: number },
  ): Promise<ContractNetOutcome<Result>> {
    checkDeadline(deadlineMs);
    const giveUpAt = this.#clock.monotonic() + MAX_ROUNDS * 2 * deadlineMs;
    let last = firstState(task, deadlineMs);
    for (;;) {
      try {
        const standing = (await this.#standing(taskId)) ?? (await this.#put(taskId, last, 0));
        last = again(standing.state);
        const outcome = await this.#advance(taskId, standing);
        if (outcome !== undefined) return outcome;
      } catch (thrown) {
        const error = GavotteError.from(thrown);
        if (error.recovery !== 'transient' || this.#clock.monotonic() >= giveUpAt) throw error;
        await this.#clock.sleep(RETRY_MS);
      }
    }
  }

  /**
   * Asks for proposals. A task of that id that stands already is left as it is.
   * @throws GV_BAD_INPUT
   */
  async announce(
    taskId: string,
    task: Task,
    { deadlineMs }: { readonly deadlineMs: number },
  ): Promise<TaskStanding> {
    checkDeadline(deadlineMs);
    return this.#put(taskId, firstState(task, deadlineMs), 0);
  }

  /** Closes the round: the best proposal so far gets the task, or nobody does when there is none. */
  async award(taskId: string): Promise<TaskStanding | undefined> {
    const standing = await this.#standing(taskId);
    return standing?.state.kind === 'announced' ? this.#award(taskId, standing) : standing;
  }

  /** One step on from where the task stands; an outcome when that is its end. */
  async #advance(taskId: string, standing: TaskStanding): Promise<ContractNetOutcome<Result> | undefined> {
    const { state, version, ageMs } = standing;
    const rounds = state.round;
    if (state.kind === 'none') return { kind: 'none', reason: state.reason, rounds };
    if (state.kind === 'done') {
      const result = this.#resultOf(state.result);
      if (result === undefined) await this.#moveOn(taskId, again(state), version);
      else return { kind: 'done', worker: state.worker, fence: state.fence, result: result.value, rounds };
    } else if (ageMs < limitMs(state)) await this.#wait(taskId, version, limitMs(state) - ageMs);
    else if (state.kind === 'announced') await this.#lookLater(version, await this.#award(taskId, standing));
    else await this.#moveOn(taskId, again(state), version);
    return undefined;
  }

  async #moveOn(taskId: string, next: TaskState, version: number): Promise<void> {
    await this.#lookLater(version, await this.#put(taskId, next, version));
  }

  /** Where reads lag behind writes, who looks again at once loses the same race for as long. */
  async #lookLater(version: number, next: TaskStanding): Promise<void> {
    if (next.version <= version) await this.#clock.sleep(RETRY_MS);
  }

  async #award(taskId: string, { state, version }: TaskStanding): Promise<TaskStanding> {
    const { round, deadlineMs, task, excluded } = state;
    const typed = this.#kind.readTask(task);
    const proposals = (await this.#proposals(taskId, round)).filter(
      ({ worker }) => !excluded.includes(worker),
    );
    const best = bestProposal(taskId, round, proposals, (worker) => this.#limitOf(worker, typed));
    const base = { round, deadlineMs, task, excluded };
    const next: TaskState =
      best === undefined
        ? { ...base, kind: 'none', reason: `nobody proposed in round ${round}` }
        : { ...base, kind: 'awarded', worker: best.worker };
    return this.#put(taskId, next, version);
  }

  /** A worker is who the key says; only the value is its own word. */
  async #proposals(taskId: string, round: number): Promise<readonly Proposal[]> {
    const prefix = proposalsPrefix(this.#kind.net, taskId, round);
    return (await this.#board.list(prefix)).map(({ key, value }) => ({
      worker: key.slice(prefix.length),
      value: (value as { readonly value?: unknown } | null)?.value,
    }));
  }

  async #standing(taskId: string): Promise<TaskStanding | undefined> {
    const key = this.#keyOf(taskId);
    const entry = await this.#board.read(key);
    return entry === undefined ? undefined : standingOf(key, entry);
  }

  /** Moves the task on, unless somebody else did; then that is where it stands. */
  async #put(taskId: string, state: TaskState, ifVersion: number): Promise<TaskStanding> {
    const key = this.#keyOf(taskId);
    try {
      const ttlMs = stateTtlMs(state.deadlineMs);
      const { version } = await this.#board.write(key, state, { ttlMs, ifVersion });
      return { state, version, ageMs: 0 };
    } catch (error) {
      if (GavotteError.from(error).code !== 'GV_VERSION_CONFLICT') throw error;
    }
    return (await this.#standing(taskId)) ?? { state, version: 0, ageMs: 0 };
  }

  /** Until the task moves on, at most `ms`. */
  async #wait(taskId: string, version: number, ms: number): Promise<void> {
    try {
      await this.#board.read(this.#keyOf(taskId), { atLeast: version + 1, timeoutMs: Math.ceil(ms) });
    } catch (error) {
      if (GavotteError.from(error).code !== 'GV_TIMEOUT') throw error;
    }
  }

  #resultOf(value: unknown): { readonly value: Result } | undefined {
    try {
      return { value: this.#kind.readResult(value) };
    } catch {
      return undefined;
    }
  }

  #keyOf(taskId: string): string {
    checkName('the task', taskId);
    return taskKey(this.#kind.net, taskId);
  }
}

function firstState(task: unknown, deadlineMs: number): TaskState {
  return { kind: 'announced', round: 1, task, deadlineMs, excluded: [] };
}

/** The round after this one, without its winner; the end when there were enough. */
function again(state: TaskState): TaskState {
  const { round, task, deadlineMs, excluded } = state;
  const base = { task, deadlineMs, excluded: 'worker' in state ? [...excluded, state.worker] : excluded };
  if (round >= MAX_ROUNDS)
    return { ...base, kind: 'none', round, reason: `${round} winners brought nothing` };
  return { ...base, kind: 'announced', round: round + 1 };
}

/** How long a task may stand so. */
function limitMs(state: TaskState): number {
  if (state.kind === 'announced') return state.deadlineMs;
  return state.kind === 'failed' ? 0 : WINNER_SHARE * state.deadlineMs;
}

function standingOf(key: string, { value, version, ageMs }: BlackboardEntry): TaskStanding {
  return { state: readState(key, value), version, ageMs };
}
