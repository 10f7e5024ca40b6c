import {
  type Blackboard,
  type BlackboardEntry,
  type ContractNetKind,
  ContractNetManager,
  ContractNetWorker,
} from '../../coordination/index.ts';
import { type Clock, GavotteError } from '../../kernel/index.ts';

/** Bidders have this long to say that they could decide; a winner has half of it to decide. */
const DEADLINE_MS = 2_000;
/** A decision outlives its term by far, as the next one may go on from it. */
const KEPT_MS = 24 * 3_600_000;

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

/** What stands on a subject. */
export interface Agreed<Decision> {
  /** For which term it was decided; terms rise. */
  readonly term: number;
  readonly decision: Decision;
  /** The bidder that decided it. */
  readonly by: string;
}

/**
 * A decision that one bidder makes for all of them, by contract net: each announces the same task on the blackboard,
 * each proposes how well it could decide, the best is awarded it, decides and informs; one that dies or fails is passed
 * over. Every bidder manages, so any of them may die. What was decided is kept on the blackboard beside the task, for
 * those who start later; when it gets lost there, whoever knows it puts it back. So one decision stands for a term, and
 * who holds another hears of it. It is news, not money: leases come from the ledger.
 */
export class SharedDecision<Task, Decision> {
  readonly #board: Blackboard;
  readonly #manager: ContractNetManager<Task, Decision>;
  readonly #worker: ContractNetWorker<Task, Decision>;
  readonly #kind: DecisionKind<Task, Decision>;
  readonly #prefix: string;
  /** By subject: what the blackboard holds, and what was last known to stand. */
  readonly #held = new Map<string, Agreed<Decision>>();
  readonly #known = new Map<string, Agreed<Decision>>();
  #opening: Promise<readonly (() => Promise<void>)[]> | undefined;

  constructor(
    kind: DecisionKind<Task, Decision>,
    { blackboard, clock, holder }: { blackboard: Blackboard; clock: Clock; holder: string },
  ) {
    this.#kind = kind;
    this.#board = blackboard;
    this.#prefix = `agreed/${kind.net}/`;
    const limitOf = (_worker: string, task: Task) => kind.limit(task);
    this.#manager = new ContractNetManager({ blackboard, clock, kind, limitOf });
    this.#worker = new ContractNetWorker({ blackboard, kind, worker: holder });
  }

  /** What was last agreed on a subject, of whatever term. No I/O. */
  last(subject: string): Agreed<Decision> | undefined {
    return this.#known.get(subject);
  }

  /**
   * What stands on `subject` for `term`; undefined when nobody could decide, or the blackboard is out of reach. Asked
   * again in the same term it costs nothing, unless the blackboard lost it. Without a task it decides nothing.
   */
  async agree(subject: string, term: number, task: Task | undefined): Promise<Agreed<Decision> | undefined> {
    try {
      await this.#open();
      const known = this.#known.get(subject);
      if (this.#held.get(subject)?.term === term) return this.#held.get(subject);
      if (known?.term === term) return await this.#keep(subject, known);
      if (task === undefined) return undefined;
      const outcome = await this.#manager.run(`${subject}-${term}`, task, { deadlineMs: DEADLINE_MS });
      if (outcome.kind === 'none') return undefined;
      return await this.#keep(subject, { term, decision: outcome.result, by: outcome.worker });
    } catch (error) {
      // News: whoever asked goes on with what it knows (law 6).
      if (GavotteError.from(error).recovery !== 'transient') throw error;
      const known = this.#known.get(subject);
      return known?.term === term ? known : undefined;
    }
  }

  /** Proposes and hears nothing more. */
  async close(): Promise<void> {
    const stops = (await this.#opening?.catch(() => [])) ?? [];
    this.#opening = undefined;
    await Promise.all(stops.map((stop) => stop()));
  }

  #open(): Promise<unknown> {
    this.#opening ??= this.#start().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #start(): Promise<readonly (() => Promise<void>)[]> {
    const deaf = await this.#board.watch(this.#prefix, (key, entry) => {
      const subject = key.slice(this.#prefix.length);
      const agreed = entry === undefined ? undefined : this.#read(entry);
      if (agreed === undefined) this.#held.delete(subject);
      else this.#hear(subject, agreed);
    });
    const idle = await this.#worker.serve({
      valueOf: (announced) => this.#kind.worth(announced.task),
      execute: (claim) => Promise.resolve(this.#kind.decide(claim.task)),
    });
    return [deaf, idle];
  }

  /**
   * The first decision of a term that is kept stands; an earlier term's, which a failover may bring back, does not.
   * Who is too late to write keeps its own until it hears what stands.
   */
  async #keep(subject: string, agreed: Agreed<Decision>): Promise<Agreed<Decision>> {
    const key = `${this.#prefix}${subject}`;
    const entry = await this.#board.read(key);
    const held = entry === undefined ? undefined : this.#read(entry);
    if (held?.term === agreed.term) {
      this.#hear(subject, held);
      return held;
    }
    if (held !== undefined && held.term > agreed.term) return agreed;
    try {
      await this.#board.write(key, agreed, { ttlMs: KEPT_MS, ifVersion: entry?.version ?? 0 });
      this.#hear(subject, agreed);
    } catch (error) {
      if (GavotteError.from(error).code !== 'GV_VERSION_CONFLICT') throw error;
    }
    return agreed;
  }

  #hear(subject: string, agreed: Agreed<Decision>): void {
    this.#held.set(subject, agreed);
    if (agreed.term >= (this.#known.get(subject)?.term ?? Number.NEGATIVE_INFINITY))
      this.#known.set(subject, agreed);
  }

  /** Undefined for what is none of ours. */
  #read({ value }: BlackboardEntry): Agreed<Decision> | undefined {
    try {
      const { term, by, decision } = value as Agreed<Decision>;
      if (!Number.isSafeInteger(term) || typeof by !== 'string') return undefined;
      return { term, by, decision: this.#kind.readResult(decision) };
    } catch {
      return undefined;
    }
  }
}
