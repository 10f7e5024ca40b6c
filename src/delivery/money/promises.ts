/** So many places are tried for a new bid before it is given up; all of them taken means that nearly all are. */
const PLACES_TRIED = 64;

/**
 * Every bid that may still be billed: which wallet promised how much, until when, and what the bid was. A table of
 * fixed size, so that a process's memory does not grow; a bid takes the place of one that has ended. Times are
 * monotonic milliseconds. A bid ends once: by a bill, a loss, or its time.
 */
export class Promises<Bid> {
  readonly #capacity: number;
  readonly #numbers: Float64Array;
  /** 0 in a place that is free. */
  readonly #micros: Float64Array;
  readonly #wallets: Int32Array;
  readonly #expires: Float64Array;
  readonly #made: Float64Array;
  readonly #bids: (Bid | undefined)[];
  /** The next number to be given; its place is its remainder. */
  #next = 0;
  #open = 0;

  /** @param capacity most bids open at once; each takes 44 bytes and what `Bid` needs. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#numbers = new Float64Array(capacity).fill(-1);
    this.#micros = new Float64Array(capacity);
    this.#wallets = new Int32Array(capacity);
    this.#expires = new Float64Array(capacity);
    this.#made = new Float64Array(capacity);
    this.#bids = new Array<Bid | undefined>(capacity).fill(undefined);
  }

  /** How many bids are open. */
  get open(): number {
    return this.#open;
  }

  /** The bid's number, or -1 when there is no place for it: then there is no bid (I13). */
  add(wallet: number, micros: number, now: number, expiresAt: number, bid: Bid): number {
    const end = this.#next + Math.min(PLACES_TRIED, this.#capacity);
    while (this.#next < end && this.#micros[this.#next % this.#capacity]! > 0) this.#next += 1;
    if (this.#next === end) return -1;
    const number = this.#next;
    const place = number % this.#capacity;
    this.#numbers[place] = number;
    this.#micros[place] = micros;
    this.#wallets[place] = wallet;
    this.#expires[place] = expiresAt;
    this.#made[place] = now;
    this.#bids[place] = bid;
    this.#next = number + 1;
    this.#open += 1;
    return number;
  }

  /** Ends a bid; returns what it had promised, or 0 when it had ended before or was never made. */
  end(number: number): number {
    const place = this.#placeOf(number);
    if (place < 0) return 0;
    const micros = this.#micros[place]!;
    this.#micros[place] = 0;
    if (micros > 0) this.#open -= 1;
    return micros;
  }

  /** The wallet of a bid that `end` has just ended. */
  walletOf(number: number): number {
    return this.#wallets[number % this.#capacity]!;
  }

  /** What a bid was, ended or not, until another takes its place or it is forgotten. */
  bid(number: number): Bid | undefined {
    const place = this.#placeOf(number);
    return place < 0 ? undefined : this.#bids[place];
  }

  /** When it was made, ended or not, until another takes its place; NaN after that. */
  madeAt(number: number): number {
    const place = this.#placeOf(number);
    return place < 0 ? Number.NaN : this.#made[place]!;
  }

  /** When the oldest that is open was made; `now` when none is. Looks at all places. */
  oldest(now: number): number {
    let oldest = now;
    for (let place = 0; place < this.#capacity; place += 1)
      if (this.#micros[place]! > 0 && this.#made[place]! < oldest) oldest = this.#made[place]!;
    return oldest;
  }

  /** Nothing more will come of a bid that has ended. */
  forget(number: number): void {
    const place = this.#placeOf(number);
    if (place >= 0) this.#bids[place] = undefined;
  }

  /** Ends and forgets every bid whose time has come. Looks at all places: some hundred microseconds. */
  expire(now: number, ended: (wallet: number, micros: number, bid: Bid) => void): void {
    for (let place = 0; place < this.#capacity; place += 1) {
      const micros = this.#micros[place]!;
      if (micros === 0 || this.#expires[place]! > now) continue;
      this.#micros[place] = 0;
      this.#open -= 1;
      ended(this.#wallets[place]!, micros, this.#bids[place]!);
      this.#bids[place] = undefined;
    }
  }

  #placeOf(number: number): number {
    if (!(number >= 0)) return -1;
    const place = number % this.#capacity;
    return this.#numbers[place] === number ? place : -1;
  }
}
