import { type Clock, GavotteError, type Money, withDeadline } from '../../kernel/index.ts';
import type { AccountId, Command, CommandResult, Ledger } from '../../ledger/index.ts';
import type { BillSpool } from './bill-spool.ts';
import { RecentIds } from './recent-ids.ts';

/** One impression that an exchange bills us for. */
export interface Bill {
  /** One per impression, whoever brings the notice: exchange and bid id. */
  readonly id: string;
  readonly account: AccountId;
  readonly holder: string;
  readonly epoch: number;
  readonly amount: Money;
  /** It came when the money was no longer held for it, so its lease may have promised that to others. */
  readonly isLate: boolean;
  /** The reservation that pays it then, or when its lease no longer can. */
  readonly late: string;
  readonly cause: string;
}

/**
 * `repeat`: it was paid before, whoever brought it.
 * `disputed`: no money is left for it, by our own fault or the exchange's; it is kept for a person to look at.
 */
export type BillOutcome = 'paid' | 'repeat' | 'late' | 'disputed' | 'spooled';

/**
 * Money is held for this much longer than the exchange was told. Half of it is for bills under way; the other half keeps
 * clocks that differ by less from paying a bill out of money that is promised again.
 */
export const BILL_GRACE_MS = 30_000;
/** Bills that arrive within this time are paid in one transaction. */
const GATHER_MS = 2;
/** A bill is on our disk or in the ledger before it is acknowledged; the ledger has this long. */
const LEDGER_MS = 100;
const BATCH = 1_000;
/** Copies mostly follow within a minute; the ledger need not be asked for those, and knows the rest. */
const RECENT_BILLS = 50_000;

interface Waiting {
  readonly bill: Bill;
  readonly resolve: (outcome: BillOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Pays bills, each once (I7), whatever order, copies and delays they come in. A bill is durable before `take`
 * resolves: in the ledger, or, while that is slow or away, in the spool, from which `drain` pays it later.
 */
export class Bills {
  readonly #ledger: Ledger;
  readonly #spool: BillSpool;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  readonly #recent = new RecentIds(RECENT_BILLS);
  #reconsideredTo = '';

  constructor(options: { readonly ledger: Ledger; readonly spool: BillSpool; readonly clock: Clock }) {
    this.#ledger = options.ledger;
    this.#spool = options.spool;
    this.#clock = options.clock;
  }

  /** How many bills wait on our disk. */
  get spooled(): number {
    return this.#spool.size;
  }

  /** @throws GV_LEDGER_UNAVAILABLE only if neither ledger nor disk could take it: do not acknowledge. */
  take(bill: Bill): Promise<BillOutcome> {
    if (this.#recent.has(bill.id)) return Promise.resolve('repeat');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bill, resolve, reject });
      if (this.#waiting.length === 1) void this.#clock.sleep(GATHER_MS).then(() => this.#flush());
    });
  }

  /**
   * Pays the next of what was spooled; `onGone` is told, once each, of the bills that left the spool. Returns whether
   * there may be more.
   */
  async drain(onGone: (bill: Bill) => void): Promise<boolean> {
    const bills = this.#spool.next(BATCH);
    if (bills.length === 0) return false;
    await this.#pay(bills);
    for (const bill of this.#spool.remove(bills)) onGone(bill);
    return bills.length === BATCH;
  }

  /**
   * Tries the next disputed bills again: one that a copy elsewhere has paid since, or for which its deal has money again,
   * is disputed no more.
   */
  async reconsider(): Promise<void> {
    const bills = this.#spool.disputed(this.#reconsideredTo, BATCH);
    this.#reconsideredTo = bills.length < BATCH ? '' : bills.at(-1)!.id;
    if (bills.length > 0) await this.#pay(bills);
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const bills = waiting.map(({ bill }) => bill);
    try {
      const outcomes = await this.#payOrSpool(bills);
      for (const [index, each] of waiting.entries()) {
        each.resolve(this.#recent.has(each.bill.id) ? 'repeat' : outcomes[index]!);
        this.#recent.add(each.bill.id);
      }
    } catch (error) {
      for (const each of waiting) each.reject(error);
    }
  }

  async #payOrSpool(bills: readonly Bill[]): Promise<readonly BillOutcome[]> {
    try {
      return await withDeadline(this.#clock, LEDGER_MS, undefined, () => this.#pay(bills));
    } catch {
      // Whether the ledger has them is not known; paying them again is harmless.
      this.#spool.add(bills);
      return bills.map(() => 'spooled');
    }
  }

  /** Pays from the leases, then what these refuse from what is set aside, and keeps what is left to dispute. */
  async #pay(bills: readonly Bill[]): Promise<BillOutcome[]> {
    const first = await this.#ledger.batch(bills.map((bill) => (bill.isLate ? payOf(bill) : spendOf(bill))));
    const outcomes = bills.map((bill, index) => outcomeOf(first[index]!, bill.isLate ? 'late' : 'paid'));
    const refused = [...bills.keys()].filter(
      (index) => outcomes[index] === 'disputed' && !bills[index]!.isLate,
    );
    if (refused.length > 0) {
      const second = await this.#ledger.batch(refused.map((index) => payOf(bills[index]!)));
      for (const [order, index] of refused.entries()) outcomes[index] = outcomeOf(second[order]!, 'late');
    }
    const disputed = bills.filter((_bill, index) => outcomes[index] === 'disputed');
    if (disputed.length > 0) this.#spool.dispute(disputed);
    if (disputed.length < bills.length && this.#spool.disputes > 0)
      this.#spool.resolve(bills.filter((_bill, index) => outcomes[index] !== 'disputed'));
    return outcomes;
  }
}

function spendOf({ id, account, holder, epoch, amount, cause }: Bill): Command {
  return { kind: 'spend', id, account, holder, epoch, amount, cause };
}

function payOf({ id, late, amount, cause }: Bill): Command {
  return { kind: 'pay', id, reservation: late, amount, cause };
}

/** How one payment ended: as `paid` says, or it was paid before (at whatever price), or it is refused. */
function outcomeOf(result: CommandResult, paid: 'paid' | 'late'): BillOutcome {
  if (result.ok) return result.changed ? paid : 'repeat';
  const { code } = result.error;
  if (code === 'GV_ID_CONFLICT') return 'repeat';
  // Anything but a plain refusal is no answer.
  if (code === 'GV_LEASE_STALE' || code === 'GV_TRANSFER_STATE' || code === 'GV_ACCOUNT_UNKNOWN')
    return 'disputed';
  throw GavotteError.from(result.error);
}
