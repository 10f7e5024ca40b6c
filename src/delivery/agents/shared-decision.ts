import {
  type Blackboard,
  type ContractNetKind,
  ContractNetManager,
  ContractNetWorker,
} from '../../coordination/index.ts';
import { type Clock, GavotteError } from '../../kernel/index.ts';

/** Bidders have this long to say that they could decide; a winner has half of it to decide. */
const DEADLINE_MS = 2_000;

/** What is decided once for all bidders. */
export interface DecisionKind<Task, Decision> extends Omit<ContractNetKind<Task, Decision>, 'readResult'> {
  /** @throws when the value is no decision on the task; another bidder is asked then. */
  readResult(value: unknown): Decision;
  /** How well this bidder could decide, 0 or more; undefined leaves it to others. */
  worth(task: Task): number | undefined;
  /** The most that any bidder's word counts for. */
  limit(task: Task): number;
  decide(task: Task): Decision;
}

/**
 * A decision that one bidder makes for all of them: each announces the same task on the blackboard, each proposes how
 * well it could decide, the best is awarded it, decides and informs; one that dies or fails is passed over. Every
 * bidder manages, so any of them may die. What is decided is news, not money: leases come from the ledger.
 */
export class SharedDecision<Task, Decision> {
  readonly #manager: ContractNetManager<Task, Decision>;
  readonly #worker: ContractNetWorker<Task, Decision>;
  readonly #kind: DecisionKind<Task, Decision>;
  #stop: (() => Promise<void>) | undefined;

  constructor(
    kind: DecisionKind<Task, Decision>,
    { blackboard, clock, holder }: { blackboard: Blackboard; clock: Clock; holder: string },
  ) {
    this.#kind = kind;
    const limitOf = (_worker: string, task: Task) => kind.limit(task);
    this.#manager = new ContractNetManager({ blackboard, clock, kind, limitOf });
    this.#worker = new ContractNetWorker({ blackboard, kind, worker: holder });
  }

  /** What was decided on `id`, and by whom; undefined when nobody could, or the blackboard is out of reach. */
  async agree(
    id: string,
    task: Task,
  ): Promise<{ readonly decision: Decision; readonly by: string } | undefined> {
    try {
      this.#stop ??= await this.#worker.serve({
        valueOf: (announced) => this.#kind.worth(announced.task),
        execute: (claim) => Promise.resolve(this.#kind.decide(claim.task)),
      });
      const outcome = await this.#manager.run(id, task, { deadlineMs: DEADLINE_MS });
      return outcome.kind === 'done' ? { decision: outcome.result, by: outcome.worker } : undefined;
    } catch (error) {
      // News: whoever asked goes on alone (law 6).
      if (GavotteError.from(error).recovery === 'transient') return undefined;
      throw error;
    }
  }

  /** Proposes nothing more. */
  async close(): Promise<void> {
    await this.#stop?.();
    this.#stop = undefined;
  }
}
