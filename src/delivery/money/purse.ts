import type { Currency } from '../../kernel/index.ts';
import type { AccountId } from '../../ledger/index.ts';
import { Promises } from './promises.ts';
import { Wallet } from './wallet.ts';

/** Most bids of one process that may be open at once: 7 MB, and what is known of each. */
const MAX_OPEN_BIDS = 2 ** 18;

/** How a bid ended. */
export type BidEnd = 'paid' | 'lost' | 'expired';

/**
 * All the money one bidder process may promise. Everything here is arithmetic in memory: the bid path never waits.
 * Times are monotonic milliseconds. `Bid` is whatever is to be remembered of a bid until it ends.
 */
export class Purse<Bid> {
  /** This process's name in the ledger; no two processes share one. */
  readonly holder: string;
  readonly #wallets: Wallet[] = [];
  readonly #byKey = new Map<string, Wallet>();
  readonly #promises: Promises<Bid>;
  readonly #onEnd: (bid: Bid, how: BidEnd) => void;

  /** @param onEnd is called once for each bid that ends. */
  constructor(
    holder: string,
    onEnd: (bid: Bid, how: BidEnd) => void = () => {},
    maxOpenBids: number = MAX_OPEN_BIDS,
  ) {
    this.holder = holder;
    this.#onEnd = onEnd;
    this.#promises = new Promises(maxOpenBids);
  }

  get wallets(): readonly Wallet[] {
    return this.#wallets;
  }

  /** How many bids are open. */
  get openBids(): number {
    return this.#promises.open;
  }

  /** The wallet of an account, made when missing and empty until the lease keeper fills it. */
  wallet(options: {
    readonly account: AccountId;
    readonly currency: Currency;
    readonly reservation: string | null;
  }): Wallet {
    const key = options.account;
    let wallet = this.#byKey.get(key);
    if (wallet === undefined) {
      wallet = new Wallet(this.#wallets.length, options);
      this.#wallets.push(wallet);
      this.#byKey.set(key, wallet);
    }
    return wallet;
  }

  /**
   * Promises `micros` before a bid leaves (I9); returns the bid's number, or -1 when there is not enough, the lease
   * is over, or too many bids are open: then there is no bid.
   */
  promise(wallet: Wallet, micros: number, now: number, expiresAt: number, bid: Bid): number {
    if (!(micros > 0) || micros > wallet.free(now)) return -1;
    const number = this.#promises.add(wallet.index, micros, now, expiresAt, bid);
    if (number < 0) return -1;
    wallet.promised += micros;
    wallet.everPromised += micros;
    return number;
  }

  /**
   * A bid of ours was paid out of the epoch it was made under; `paid` at most what it promised. Returns whether this
   * was its end: false for a copy.
   */
  paid(number: number, epoch: number, paid: number): boolean {
    const wallet = this.#end(number, 'paid');
    // A bid that had ended here is in the ledger's next answer; so is one paid out of an earlier lease.
    if (wallet === undefined) return false;
    if (wallet.epoch === epoch) wallet.settled += paid;
    return true;
  }

  /** A bill of ours waits on our disk. */
  spooled(account: AccountId, micros: number): void {
    const wallet = this.#byKey.get(account);
    if (wallet !== undefined) wallet.spooled += micros;
  }

  /** It has left our disk: paid, as far as we know, until the ledger's next answer tells exactly. */
  drained(account: AccountId, epoch: number, micros: number): void {
    const wallet = this.#byKey.get(account);
    if (wallet === undefined) return;
    wallet.spooled = Math.max(0, wallet.spooled - micros);
    if (wallet.epoch === epoch) wallet.settled += micros;
  }

  /** A bid was not made after all, or lost; returns whether this was its end. */
  lost(number: number): boolean {
    return this.#end(number, 'lost') !== undefined;
  }

  /** What a bid was, as long as it is remembered. */
  bid(number: number): Bid | undefined {
    return this.#promises.bid(number);
  }

  /** Milliseconds since a bid was made; NaN for one that is not remembered. */
  ageMs(number: number, now: number): number {
    return now - this.#promises.madeAt(number);
  }

  /** Milliseconds since the oldest open bid was made; 0 when none is open. Some hundred microseconds. */
  oldestMs(now: number): number {
    return now - this.#promises.oldest(now);
  }

  /** Ends bids whose time has come. Call it only between asking the ledger and using its answer, or right before. */
  expire(now: number): void {
    this.#promises.expire(now, (wallet, micros, bid) => {
      this.#wallets[wallet]!.promised -= micros;
      this.#onEnd(bid, 'expired');
    });
  }

  #end(number: number, how: BidEnd): Wallet | undefined {
    const micros = this.#promises.end(number);
    if (micros === 0) return undefined;
    const wallet = this.#wallets[this.#promises.walletOf(number)]!;
    wallet.promised -= micros;
    this.#onEnd(this.#promises.bid(number)!, how);
    // A paid bid may still be clicked; of a lost one nothing more comes.
    if (how !== 'paid') this.#promises.forget(number);
    return wallet;
  }
}
