/**
 * Every bid that may still be billed, in the order they were made: which wallet promised how much, until when, and
 * what the bid was. A ring of fixed size, so that a process's memory does not grow. Times are monotonic milliseconds.
 * A bid ends once: by a bill, a loss, or its time.
 */
export class Promises<Bid> {
  readonly #capacity: number;
  readonly #micros: Float64Array;
  readonly #wallets: Int32Array;
  readonly #expires: Float64Array;
  readonly #bids: (Bid | undefined)[];
  /** The first number that may still be open, and the next to be given. */
  #first = 0;
  #next = 0;
  #open = 0;

  /** @param capacity most bids open at once; each takes 28 bytes and what `Bid` needs. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#micros = new Float64Array(capacity);
    this.#wallets = new Int32Array(capacity);
    this.#expires = new Float64Array(capacity);
    this.#bids = new Array<Bid | undefined>(capacity).fill(undefined);
  }

  /** How many bids are open. */
  get open(): number {
    return this.#open;
  }

  /** The bid's number, or -1 when the ring is full: then there is no bid (I13). */
  add(wallet: number, micros: number, expiresAt: number, bid: Bid): number {
    if (this.#next - this.#first >= this.#capacity) return -1;
    const number = this.#next;
    const slot = number % this.#capacity;
    this.#micros[slot] = micros;
    this.#wallets[slot] = wallet;
    this.#expires[slot] = expiresAt;
    this.#bids[slot] = bid;
    this.#next = number + 1;
    this.#open += 1;
    return number;
  }

  /** Ends a bid; returns what it had promised, or 0 when it had ended before or was never made. */
  end(number: number): number {
    if (!(number >= this.#first && number < this.#next)) return 0;
    const slot = number % this.#capacity;
    const micros = this.#micros[slot]!;
    this.#micros[slot] = 0;
    if (micros > 0) this.#open -= 1;
    return micros;
  }

  /** The wallet of a bid that `end` has just ended. */
  walletOf(number: number): number {
    return this.#wallets[number % this.#capacity]!;
  }

  /** What a bid was, while its number is in the ring, ended or not. */
  bid(number: number): Bid | undefined {
    return number >= this.#first && number < this.#next ? this.#bids[number % this.#capacity] : undefined;
  }

  /** Ends every bid whose time has come, oldest first; one that lives longer keeps those behind it a little longer. */
  expire(now: number, ended: (wallet: number, micros: number, bid: Bid) => void): void {
    while (this.#first < this.#next) {
      const slot = this.#first % this.#capacity;
      const micros = this.#micros[slot]!;
      if (micros > 0) {
        if (this.#expires[slot]! > now) return;
        this.#open -= 1;
        ended(this.#wallets[slot]!, micros, this.#bids[slot]!);
      }
      this.#bids[slot] = undefined;
      this.#first += 1;
    }
  }
}
