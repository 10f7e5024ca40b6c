import {
  type Clock,
  type EpochMs,
  type GavotteError,
  type MoneyText,
  money,
  parseMoney,
  withDeadline,
} from '../../kernel/index.ts';
import type { Command, CommandResult, Lease, Ledger } from '../../ledger/index.ts';
import type { LedgerReach } from './ledger-reach.ts';
import type { Purse } from './purse.ts';
import type { Wallet } from './wallet.ts';

/** How long a bidder may bid without hearing from the ledger. */
export const SPEND_MS = 10_000;
/** The ledger is asked again in this share of `SPEND_MS`, so that one lost answer stops nothing. */
const REFRESH_MS = SPEND_MS / 3;
/** A lease is to last this long at the present rate. */
const HORIZON_S = 4;
/** Of what is left under a cap a bidder takes this share at once, or its minimum, so that others find some too. */
const SHARE_OF_REST = 4;
const ASK_MS = 2_000;

/** The keeper cares for wallets, not for what the bids were. */
type KeptPurse = Pick<Purse<unknown>, 'holder' | 'wallets' | 'expire'>;

interface Demand {
  everPromised: number;
  microsPerSecond: number;
  askedAt: number;
  /** When it last got less than it asked for: then it does not ask again at once. */
  refusedAt: number;
}

/**
 * Keeps the wallets of one bidder filled: asks the ledger for leases, makes them larger where bids need it and
 * smaller where they do not, and lets them live on. Runs beside the bid path. When the ledger does not answer,
 * wallets run dry by their own clock, and there are no bids (I13).
 */
export class LeaseKeeper {
  readonly #ledger: Ledger;
  readonly #purse: KeptPurse;
  readonly #reach: Pick<LedgerReach, 'isSteady'>;
  readonly #clock: Clock;
  readonly #billWindowMs: number;
  readonly #minimum: (wallet: Wallet) => number;
  readonly #demand = new Map<Wallet, Demand>();
  readonly #unknown = new Set<Wallet>();

  /**
   * @param options.billWindowMs how long after its last bid a lease can still be billed: no bid is open longer.
   * @param options.minimum micros that a wallet holds at least, as for its first bids.
   */
  constructor(options: {
    readonly ledger: Ledger;
    readonly purse: KeptPurse;
    readonly reach: Pick<LedgerReach, 'isSteady'>;
    readonly clock: Clock;
    readonly billWindowMs: number;
    readonly minimum: (wallet: Wallet) => number;
  }) {
    this.#ledger = options.ledger;
    this.#purse = options.purse;
    this.#reach = options.reach;
    this.#clock = options.clock;
    this.#billWindowMs = options.billWindowMs;
    this.#minimum = options.minimum;
  }

  /**
   * One round: measures demand, asks for what is due, takes the answers.
   * @throws GV_LEDGER_UNAVAILABLE or GV_TIMEOUT when there was no answer; nothing is assumed then.
   */
  async tick(): Promise<void> {
    const askedAt = this.#clock.monotonic();
    const due = this.#purse.wallets.filter((wallet) => this.#isDue(wallet, askedAt));
    if (due.length === 0) return;
    const refused = await this.#ask(due, askedAt, (wallet) => this.#wanted(wallet));
    await this.#learn(askedAt);
    if (refused.size > 0) await this.#ask([...refused.keys()], askedAt, (wallet) => refused.get(wallet)!);
    if (this.#reach.isSteady(askedAt)) this.#purse.expire(askedAt);
  }

  /** Gives everything back that no open bid needs, and bids no more; what is open can still be billed. */
  async close(): Promise<void> {
    const now = this.#clock.monotonic();
    const live = this.#purse.wallets.filter(({ epoch }) => epoch > 0);
    for (const wallet of live) wallet.spendUntil = now;
    const expiresAt = (this.#clock.now() + this.#billWindowMs) as EpochMs;
    await this.#ledger.batch(
      live.map((wallet) =>
        this.#command(wallet, wallet.settled + wallet.promised + wallet.spooled + 1, expiresAt),
      ),
    );
  }

  #cause(): string {
    return `bidder:${this.#purse.holder}`;
  }

  #isDue(wallet: Wallet, now: number): boolean {
    // A lease that nobody needs gives all back but a micro, with which it runs out by itself.
    const held = wallet.amount - wallet.settled;
    if (wallet.isRetired && held <= 1 && wallet.promised + wallet.spooled === 0) return false;
    const demand = this.#measure(wallet, now);
    const age = now - demand.askedAt;
    const wanted = this.#free(wallet);
    const free = wallet.free(now);
    const isEager = now - demand.refusedAt >= REFRESH_MS;
    const isDue = age >= REFRESH_MS || (age > 0 && isEager && free < wanted / 2);
    if (isDue) demand.askedAt = now;
    return isDue;
  }

  #measure(wallet: Wallet, now: number): Demand {
    let demand = this.#demand.get(wallet);
    if (demand === undefined) {
      demand = {
        everPromised: 0,
        microsPerSecond: 0,
        askedAt: -Infinity,
        refusedAt: -Infinity,
      };
      this.#demand.set(wallet, demand);
    }
    const seconds = (now - demand.askedAt) / 1000;
    if (seconds < 0.2) return demand;
    const rate = (wallet.everPromised - demand.everPromised) / seconds;
    // Up at once, down slowly: a wallet that runs dry loses bids, one that is too full only holds what others may want.
    demand.microsPerSecond = Math.max(rate, demand.microsPerSecond * 0.5);
    demand.everPromised = wallet.everPromised;
    return demand;
  }

  /** What a wallet should have free. */
  #free(wallet: Wallet): number {
    if (wallet.isRetired) return 0;
    const rate = this.#demand.get(wallet)?.microsPerSecond ?? 0;
    return Math.max(this.#minimum(wallet), Math.ceil(rate * HORIZON_S));
  }

  #wanted(wallet: Wallet): number {
    const used = wallet.epoch > 0 ? wallet.settled + wallet.promised + wallet.spooled : 0;
    return Math.max(1, used + this.#free(wallet));
  }

  /** Asks for these sizes in one transaction; returns what those get instead that did not fit. */
  async #ask(
    wallets: readonly Wallet[],
    askedAt: number,
    sizeOf: (wallet: Wallet) => number,
  ): Promise<Map<Wallet, number>> {
    const expiresAt = (this.#clock.now() + SPEND_MS + this.#billWindowMs) as EpochMs;
    const commands = wallets.map((wallet) => {
      const size = sizeOf(wallet);
      // Bids go on while we wait, so what is to be given back may not be promised from now on.
      wallet.amount = Math.min(wallet.amount, size);
      return this.#command(wallet, size, expiresAt);
    });
    const results = await withDeadline(this.#clock, ASK_MS, undefined, () => this.#ledger.batch(commands));
    const smaller = new Map<Wallet, number>();
    for (const [index, wallet] of wallets.entries()) {
      const next = this.#take(wallet, results[index]!, askedAt);
      if (next > 0) smaller.set(wallet, next);
    }
    return smaller;
  }

  /** Reads leases of which more was paid than we knew. */
  async #learn(askedAt: number): Promise<void> {
    for (const wallet of this.#unknown) {
      const { account } = wallet;
      const lease = await withDeadline(this.#clock, ASK_MS, undefined, () =>
        this.#ledger.lease(account, this.#purse.holder),
      );
      if (lease !== undefined) wallet.take(lease, Math.min(wallet.spendUntil, askedAt + SPEND_MS));
    }
    this.#unknown.clear();
  }

  #command(wallet: Wallet, micros: number, expiresAt: EpochMs): Command {
    const { account, currency, epoch, reservation } = wallet;
    const common = {
      account,
      holder: this.#purse.holder,
      amount: money(micros, currency),
      expiresAt,
      cause: this.#cause(),
    };
    if (epoch > 0) return { kind: 'resizeLease', ...common, epoch };
    return { kind: 'grantLease', ...common, ...(reservation === null ? {} : { reservation }) };
  }

  /** Takes one answer; returns a smaller size to ask for, or 0. */
  #take(wallet: Wallet, result: CommandResult, askedAt: number): number {
    if (result.ok) {
      // Counted from before the question, so that a slow answer makes the lease shorter and never longer.
      wallet.take(result.value as Lease, askedAt + SPEND_MS);
      return 0;
    }
    const { error } = result;
    if (error.code === 'GV_LEASE_STALE') {
      wallet.lapse();
      return 0;
    }
    // The ledger has paid more of it than we knew.
    if (error.code === 'GV_BAD_INPUT') this.#unknown.add(wallet);
    this.#demand.get(wallet)!.refusedAt = askedAt;
    const held = wallet.epoch > 0 ? wallet.amount : 0;
    const left = leftOf(error);
    return held + Math.max(Math.floor(left / SHARE_OF_REST), Math.min(left, this.#minimum(wallet)));
  }
}

/** Micros that a refusal says are left. */
function leftOf(error: GavotteError): number {
  const left = error.details?.left;
  return left === undefined ? 0 : parseMoney(left as MoneyText, 'left').amountMicros;
}
