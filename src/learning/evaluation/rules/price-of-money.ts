import { type Met, trafficLeft } from '../../../adauction/index.ts';
import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';
import type { KnownMarket, Response } from './response.ts';
import { memories, pacedBy } from './rule.ts';

/** Requests are kept by the logarithm of worth over price level, in bins of this width around 0. */
const BIN = 1 / 8;
const BINS = 129;
const LOGS = Float64Array.from({ length: BINS }, (_, bin) => (bin - (BINS - 1) / 2) * BIN);
/** Most that log(1 + λ) comes to, and the halvings in which it is sought. */
const MOST_LOG = Math.log(1_001);
const HALVINGS = 12;

/** Requests that were seen, by kind. */
export interface Sample {
  /** Logarithm of what one is worth, at 1 + λ = 1, over its price level. */
  readonly logs: ArrayLike<number>;
  /** Sum of their price levels, micros. */
  readonly levels: ArrayLike<number>;
}

/**
 * The least 1 + λ at which bids for worths divided by it would have cost no more than `money` micros over the sample.
 * @param response what the bids come to; costs grow with worth.
 */
export function priceOfMoney({ logs, levels }: Sample, money: number, response: Response): number {
  const spend = (log: number) => {
    let sum = 0;
    for (let kind = 0; kind < logs.length; kind += 1)
      if (levels[kind]! > 0) sum += levels[kind]! * response.cost(logs[kind]! - log);
    return sum;
  };
  if (spend(0) <= money) return 1;
  let [low, high] = [0, MOST_LOG];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (spend(middle) > money) low = middle;
    else high = middle;
  }
  return Math.exp(high);
}

/**
 * A rule that, in each tick, solves for the price of money of the requests seen so far and their part of the money left.
 * Each tick the part `rate` of what was seen before is forgotten, as prices drift. What it took to win a request is taken to lie
 * around the mean price level of its tick, which the classical composition knows as well.
 */
export function solving(
  name: string,
  tuning: ClassicalTuning,
  response: (market: KnownMarket) => Response,
): Contender {
  const keep = Math.max(0, 1 - tuning.rate);
  const memory = memories(() => ({ levels: new Float64Array(BINS), traffic: 0 }));
  return pacedBy(name, tuning, ({ left }, row, tick, env) => {
    const own = memory(row, tick);
    for (let bin = 0; bin < BINS; bin += 1) own.levels[bin]! *= keep;
    see(own.levels, env.met(row));
    own.traffic = keep * own.traffic + trafficLeft(tick - 1) - trafficLeft(tick);
    const money = (left * own.traffic) / trafficLeft(tick);
    const market = env.market(Math.floor(row / env.slots));
    return priceOfMoney({ logs: LOGS, levels: own.levels }, money, response(market));
  });
}

/** Adds a tick’s requests, each to the two bins next to it. */
function see(sample: Float64Array, { counts, worths, level }: Met): void {
  const micros = Math.exp(level) / 1_000;
  for (let kind = 0; kind < counts.length; kind += 1) {
    const place = (worths[kind]! - level) / BIN + (BINS - 1) / 2;
    const within = Math.max(0, Math.min(BINS - 1.001, place));
    const below = Math.floor(within);
    sample[below]! += (below + 1 - within) * counts[kind]! * micros;
    sample[below + 1]! += (within - below) * counts[kind]! * micros;
  }
}
