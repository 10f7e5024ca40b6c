import { type Clock, type EpochMs, GavotteError, STEPS, traced } from '../kernel/index.ts';
import { auditBooks } from './audit.ts';
import type { Step } from './balances.ts';
import { applyCommand } from './machine.ts';
import { readPostings, writePostings } from './postings.ts';
import { keysOf, type Rows } from './rows.ts';
import { entryHash, type Head, type LedgerStore, type StoredEntry } from './store.ts';
import type {
  Account,
  AccountId,
  AuditReport,
  Caused,
  Command,
  CommandResult,
  Entry,
  Lease,
  Ledger,
  Reservation,
  ReservationState,
} from './types.ts';

/** Most entries one `entries` call returns. */
const ENTRIES_LIMIT = 10_000;

/** Opens the books kept in `store`. Several processes may open the same store. */
export async function openLedger(options: {
  readonly store: LedgerStore;
  readonly clock: Clock;
}): Promise<Ledger> {
  return new StoredLedger(options.store, options.clock);
}

class StoredLedger implements Ledger {
  readonly #store: LedgerStore;
  readonly #clock: Clock;
  /** Commands that arrived in this turn and will share one transaction. */
  #waiting: {
    command: Command;
    resolve: (result: CommandResult) => void;
    reject: (error: unknown) => void;
  }[] = [];

  constructor(store: LedgerStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  open(command: Parameters<Ledger['open']>[0]): Promise<Account> {
    return this.#do({ kind: 'open', ...command });
  }
  setCap(command: Parameters<Ledger['setCap']>[0]): Promise<Account> {
    return this.#do({ kind: 'setCap', ...command });
  }
  reserve(command: Parameters<Ledger['reserve']>[0]): Promise<Reservation> {
    return this.#do({ kind: 'reserve', ...command });
  }
  settle(command: Parameters<Ledger['settle']>[0]): Promise<Reservation> {
    return this.#do({ kind: 'settle', ...command });
  }
  release(command: Parameters<Ledger['release']>[0]): Promise<Reservation> {
    return this.#do({ kind: 'release', ...command });
  }
  move(command: Parameters<Ledger['move']>[0]): Promise<Reservation> {
    return this.#do({ kind: 'move', ...command });
  }
  annotate(command: Parameters<Ledger['annotate']>[0]): Promise<Reservation> {
    return this.#do({ kind: 'annotate', ...command });
  }
  expire(command: Caused): Promise<number> {
    return this.#do({ kind: 'expire', ...command });
  }
  grantLease(command: Parameters<Ledger['grantLease']>[0]): Promise<Lease> {
    return this.#do({ kind: 'grantLease', ...command });
  }
  resizeLease(command: Parameters<Ledger['resizeLease']>[0]): Promise<Lease> {
    return this.#do({ kind: 'resizeLease', ...command });
  }
  spend(command: Parameters<Ledger['spend']>[0]): Promise<Reservation> {
    return this.#do({ kind: 'spend', ...command });
  }
  pay(command: Parameters<Ledger['pay']>[0]): Promise<Reservation> {
    return this.#do({ kind: 'pay', ...command });
  }
  reportLease(command: Parameters<Ledger['reportLease']>[0]): Promise<Lease> {
    return this.#do({ kind: 'reportLease', ...command });
  }
  returnLease(command: Parameters<Ledger['returnLease']>[0]): Promise<Lease> {
    return this.#do({ kind: 'returnLease', ...command });
  }

  // Async, so that even a command without its fields ends in a rejection.
  async batch(commands: readonly Command[]): Promise<readonly CommandResult[]> {
    const transact = () =>
      this.#store.transact(keysOf(commands), this.#clock.now(), (rows, head, append, now) =>
        decideAll(rows, head, commands, now, append),
      );
    return traced(STEPS.ledger, () => ({ commands: commands.length }), transact);
  }

  async time(): Promise<EpochMs> {
    return (await this.#store.time()) ?? this.#clock.now();
  }

  account(id: AccountId): Promise<Account | undefined> {
    return this.#store.account(id);
  }
  async accounts(root?: AccountId): Promise<readonly Account[]> {
    const accounts = await this.#store.accounts(root);
    return accounts.toSorted((a, b) => comparePaths(a.id, b.id));
  }
  reservation(id: string): Promise<Reservation | undefined> {
    return this.#store.reservation(id);
  }
  lease(account: AccountId, holder: string): Promise<Lease | undefined> {
    return this.#store.lease({ account, holder });
  }
  reservations(filter: { account?: AccountId; state?: ReservationState }): Promise<readonly Reservation[]> {
    return this.#store.reservations(filter.account, filter.state);
  }
  async entries(filter: { after?: number; limit?: number } = {}): Promise<readonly Entry[]> {
    const stored = await this.#store.entries(
      filter.after ?? 0,
      Math.min(filter.limit ?? ENTRIES_LIMIT, ENTRIES_LIMIT),
    );
    return stored.map((entry) => ({
      ...entry,
      command: JSON.parse(entry.command),
      postings: readPostings(entry.postings),
    }));
  }
  audit(): Promise<AuditReport> {
    return auditBooks(this.#store);
  }
  close(): Promise<void> {
    return this.#store.close();
  }

  /** One command; those of one turn of the event loop are committed together, in the order they came. */
  #do<T extends Account | Reservation | Lease | number>(command: Command): Promise<T> {
    return new Promise<CommandResult>((resolve, reject) => {
      this.#waiting.push({ command, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
    }).then((result) => {
      if (!result.ok) throw result.error;
      return result.value as T;
    });
  }

  #flush(): void {
    const turn = this.#waiting;
    this.#waiting = [];
    this.batch(turn.map((each) => each.command)).then(
      (results) => {
        for (const [index, each] of turn.entries()) each.resolve(results[index]!);
      },
      (error) => {
        for (const each of turn) each.reject(error);
      },
    );
  }
}

/** Every account comes right after those above it: `a`, `a/b`, `a/b/c`, `a/b-2`. */
function comparePaths(a: AccountId, b: AccountId): number {
  const [left, right] = [a.replaceAll('/', ' '), b.replaceAll('/', ' ')];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Applies commands one after the other, each by itself, and chains the entries of those that changed something. */
function decideAll(
  rows: Rows,
  head: Head,
  commands: readonly Command[],
  now: EpochMs,
  append: (entry: StoredEntry) => void,
): CommandResult[] {
  let { seq, hash: previousHash } = head;
  return commands.map((command) => {
    let text: string;
    let step: Step;
    try {
      text = JSON.stringify(command);
      step = rows.atomically(() => applyCommand(rows, command, now));
    } catch (error) {
      return { ok: false, error: GavotteError.from(error) };
    }
    if (step.changed) {
      seq += 1;
      const entry = { seq, at: now, command: text, postings: writePostings(step.postings), previousHash };
      const hash = entryHash(entry);
      append({ ...entry, hash });
      previousHash = hash;
    }
    return { ok: true, value: step.value, changed: step.changed };
  });
}
