import { normalQuantile } from '../keyed-noise.ts';
import { EXPOSURE_RATES, SLOTS } from '../rules.ts';

/**
 * What the best bids bring when a conversion is worth `worth`, by one number: `reach` = worth × mean value ÷ mean price of
 * the last place. The highest bids of many rivals are close to the points of a Gumbel process,
 * r_k = 1 + width × (ψ(4) − log Γ_k) of that mean price, where Γ_k are arrivals of a Poisson process; values are normal around
 * their mean and cut at 0. So the chance of each place and its price follow from the values' relative deviation alone.
 * Places are sold at the next bid, not at what the better place adds, so the best bids for high values are below their worth.
 */
export interface Response {
  /** Value seen, for each opportunity and unit of mean value. */
  readonly value: Table;
  /** Cost, for each opportunity and unit of mean price. */
  readonly cost: Table;
  /** The best bids are `worth × value × (linear − bend × worth × value ÷ mean price)`. */
  readonly linear: Table;
  readonly bend: Table;
}

/** A smooth function of `reach` and the values' deviation over their mean. */
export type Table = (reach: number, deviation: number) => number;

const PROCESSES = 512;
const VALUE_QUANTILES = 48;
const REACHES = 72;
const LEAST_REACH = 0.1;
const MOST_REACH = 8;
const LOG_SPAN = Math.log(MOST_REACH / LEAST_REACH);
const DEVIATIONS = 9;
const DIGAMMA_4 = 1.2561176684318005;

/**
 * Width of rivals' highest bids over the mean price of the last place: the prices' relative deviation (0.13 on days of
 * training) over the deviation of log Γ_4 would be 0.24; 0.27 predicts value and cost of these days best, and 0.24 to 0.35 score alike.
 */
const WIDTH = 0.27;

/** Tables of what the best bids bring. */
export function responseOf(): Response {
  const single = singleBids();
  const size = REACHES * DEVIATIONS;
  const [value, cost, linear, bend] = [0, 1, 2, 3].map(() => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let d = 0; d < DEVIATIONS; d += 1) {
    const factors = valueFactors(d / (DEVIATIONS - 1));
    for (let r = 0; r < REACHES; r += 1) {
      const reach = LEAST_REACH * Math.exp((r / (REACHES - 1)) * LOG_SPAN);
      const best = bestShape(single, factors, reach);
      const place = d * REACHES + r;
      value[place] = best.value;
      cost[place] = best.cost;
      linear[place] = best.linear;
      bend[place] = best.bend;
    }
  }
  const table = (numbers: Float64Array) => (reach: number, deviation: number) =>
    lookUp(numbers, reach, deviation);
  return { value: table(value), cost: table(cost), linear: table(linear), bend: table(bend) };
}

interface Shape {
  readonly value: number;
  readonly cost: number;
  readonly linear: number;
  readonly bend: number;
}

const LINEARS = [0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3];
const BENDS = [0, 0.03, 0.06, 0.09, 0.12, 0.15, 0.18, 0.21, 0.24, 0.27];

/** The shape of bids with the most value less cost. */
function bestShape(single: Single, factors: readonly number[], reach: number): Shape {
  let top: Shape = { value: 0, cost: 0, linear: 1, bend: 0 };
  let most = -1;
  for (const bend of BENDS)
    for (const linear of LINEARS) {
      let [value, cost] = [0, 0];
      for (const factor of factors) {
        const worth = reach * factor;
        const bid = Math.max(0, worth * (linear - bend * worth));
        const at = single(bid);
        value += (factor * at.exposure) / factors.length;
        cost += at.cost / factors.length;
      }
      const gain = reach * value - cost;
      if (gain > most) {
        most = gain;
        top = { value, cost, linear, bend };
      }
    }
  return top;
}

/** Quantiles of a value over its mean: normal, cut at 0, brought back to mean 1. */
function valueFactors(deviation: number): readonly number[] {
  const drawn = Array.from({ length: VALUE_QUANTILES }, (_none, n) =>
    Math.max(0, 1 + deviation * normalQuantile((n + 0.5) / VALUE_QUANTILES)),
  );
  const mean = drawn.reduce((sum, each) => sum + each, 0) / VALUE_QUANTILES;
  return drawn.map((each) => each / mean);
}

type Single = (bid: number) => { readonly exposure: number; readonly cost: number };

const BIDS = 1_200;
const MOST_BID = 6;

/** Exposure and cost of one bid, both in units of the mean price of the last place; by evenly spread draws of the rivals. */
function singleBids(): Single {
  const rivals = Array.from({ length: PROCESSES }, (_none, n) => rivalPrices(n));
  const at = (bid: number) => {
    let exposure = 0;
    let cost = 0;
    for (const prices of rivals) {
      const slot = prices.findIndex((price) => bid > price);
      if (slot === -1) continue;
      exposure += EXPOSURE_RATES[slot]! / PROCESSES;
      cost += (EXPOSURE_RATES[slot]! * prices[slot]!) / PROCESSES;
    }
    return { exposure, cost };
  };
  const cells = Array.from({ length: BIDS + 1 }, (_none, n) => at((n * MOST_BID) / BIDS));
  return (bid) => cells[Math.min(BIDS, Math.round((bid * BIDS) / MOST_BID))]!;
}

/** The three highest of rivals' bids in draw `n`, descending, by a lattice of three dimensions. */
function rivalPrices(n: number): readonly number[] {
  let arrival = 0;
  return Array.from({ length: SLOTS }, (_none, slot) => {
    const u = (0.5 + (n + 1) * LATTICE[slot]!) % 1;
    arrival -= Math.log(1 - u);
    return 1 + WIDTH * (DIGAMMA_4 - Math.log(arrival));
  });
}

/** Powers of the plastic number of three dimensions: points n × these, modulo 1, are spread evenly. */
const LATTICE = [0.8191725133961645, 0.6710436067037893, 0.5497004779019703];

function lookUp(table: Float64Array, reach: number, deviation: number): number {
  const x = Math.min(
    REACHES - 1.001,
    Math.max(0, (Math.log(reach / LEAST_REACH) / LOG_SPAN) * (REACHES - 1)),
  );
  const y = Math.min(DEVIATIONS - 1.001, Math.max(0, deviation * (DEVIATIONS - 1)));
  const column = Math.floor(x);
  const place = Math.floor(y) * REACHES + column;
  const along = x - column;
  const low = table[place]! + (table[place + 1]! - table[place]!) * along;
  const next = place + REACHES;
  const high = table[next]! + (table[next + 1]! - table[next]!) * along;
  return low + (high - low) * (y - Math.floor(y));
}
