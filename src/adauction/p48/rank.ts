// The inner loop of the auction: no allocation, nothing but typed arrays and locals.

/** Bidders of a tick, and the four highest bids of the opportunity at hand. */
export interface Ranking {
  /** Advertisers that bid. From the highest expected bid: the sooner the fourth is high, the fewer are looked at twice. */
  readonly bidders: Int32Array;
  count: number;
  /** By place in `bidders`; a bid is `(linear + quadratic × value) × value`. */
  readonly linear: Float64Array;
  readonly quadratic: Float64Array;
  /** The four highest, −1 for none, and their bids, 0 for none. Of equal bids the lower advertiser's is higher. */
  readonly top: Int32Array;
  readonly bids: Float64Array;
}

/** A ranking for up to `agents` bidders. */
export function emptyRanking(agents: number): Ranking {
  return {
    bidders: new Int32Array(agents),
    count: 0,
    linear: new Float64Array(agents),
    quadratic: new Float64Array(agents),
    top: new Int32Array(4),
    bids: new Float64Array(4),
  };
}

/** Fills `top` and `bids` for the values at `base` in one pass. Longer than most, as calls would cost more than the work. */
export function rankBids(ranking: Ranking, values: Float32Array | Float64Array, base: number): void {
  const { bidders, count, linear, quadratic, top, bids } = ranking;
  let [a, b, c, d] = [-1, -1, -1, -1];
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let place = 0; place < count; place += 1) {
    const agent = bidders[place]!;
    const value = values[base + agent]!;
    const bid = (linear[place]! + quadratic[place]! * value) * value;
    if (bid < fourth || bid <= 0 || (bid === fourth && agent > d)) continue;
    if (bid < third || (bid === third && agent > c)) {
      fourth = bid;
      d = agent;
      continue;
    }
    fourth = third;
    d = c;
    if (bid < second || (bid === second && agent > b)) {
      third = bid;
      c = agent;
      continue;
    }
    third = second;
    c = b;
    if (bid < first || (bid === first && agent > a)) {
      second = bid;
      b = agent;
      continue;
    }
    second = first;
    b = a;
    first = bid;
    a = agent;
  }
  top[0] = a;
  top[1] = b;
  top[2] = c;
  top[3] = d;
  bids[0] = first;
  bids[1] = second;
  bids[2] = third;
  bids[3] = fourth;
}

/** Takes an advertiser out of the ranking. */
export function removeBidder(ranking: Ranking, agent: number): void {
  const { bidders, linear, quadratic } = ranking;
  const place = bidders.subarray(0, ranking.count).indexOf(agent);
  for (const column of [bidders, linear, quadratic]) column.copyWithin(place, place + 1, ranking.count);
  ranking.count -= 1;
}
