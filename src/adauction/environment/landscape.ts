/** Prices are tabled by the logarithm of price over the cell's level, from −LOG_RANGE to LOG_RANGE. */
const LOG_RANGE = 5;
const STEPS_PER_UNIT = 24;
const POINTS = 2 * LOG_RANGE * STEPS_PER_UNIT + 1;

/**
 * What it takes to win an impression, relative to its cell's price level: the distribution of the highest other bid and
 * the floor, whichever is higher. Look-ups are by log price, linear between the points.
 */
export class Landscape {
  /** Chance to win with a bid at each point. */
  readonly #win = new Float64Array(POINTS);
  /** Mean price over all auctions of those won in a second-price auction, relative to the level. */
  readonly #secondPrice = new Float64Array(POINTS);
  /** The best first-price bid for a worth at each point: its logarithm less that of the worth. */
  readonly #shade = new Float64Array(POINTS);

  /** @param winAt the chance that all others, and the floor, are below a price relative to the level. */
  constructor(winAt: (price: number) => number) {
    for (let point = 0; point < POINTS; point += 1) this.#win[point] = winAt(priceAt(point));
    let paid = priceAt(0) * this.#win[0]!;
    this.#secondPrice[0] = paid;
    for (let point = 1; point < POINTS; point += 1) {
      const mass = this.#win[point]! - this.#win[point - 1]!;
      paid += (mass * (priceAt(point) + priceAt(point - 1))) / 2;
      this.#secondPrice[point] = paid;
    }
    for (let point = 0; point < POINTS; point += 1) this.#shade[point] = this.#bestBelow(point);
  }

  /** Chance to win at a log price relative to the level. */
  win(log: number): number {
    return at(this.#win, log);
  }

  /** Second-price cost of an auction entered at a log bid, relative to the level: 0 for those lost. */
  secondPrice(log: number): number {
    return at(this.#secondPrice, log);
  }

  /** The price to beat, relative to the level, of which a share of `uniform` lies below; 0 where nobody else bids. */
  toBeat(uniform: number): number {
    if (uniform <= this.#win[0]!) return 0;
    let [below, above] = [0, POINTS - 1];
    if (uniform >= this.#win[above]!) return priceAt(above);
    while (above - below > 1) {
      const middle = (below + above) >> 1;
      if (this.#win[middle]! < uniform) below = middle;
      else above = middle;
    }
    const mass = this.#win[above]! - this.#win[below]!;
    return priceAt(mass > 0 ? below + (uniform - this.#win[below]!) / mass : above);
  }

  /** log(bid / worth) of the best first-price bid for a log worth relative to the level; 0 or less. */
  shade(log: number): number {
    return at(this.#shade, log);
  }

  #bestBelow(point: number): number {
    const worth = priceAt(point);
    let best = point;
    let most = -1;
    for (let bid = 0; bid <= point; bid += 1) {
      const surplus = (worth - priceAt(bid)) * this.#win[bid]!;
      if (surplus >= most) {
        most = surplus;
        best = bid;
      }
    }
    return (best - point) / STEPS_PER_UNIT;
  }
}

function priceAt(point: number): number {
  return Math.exp(point / STEPS_PER_UNIT - LOG_RANGE);
}

function at(table: Float64Array, log: number): number {
  const place = (log + LOG_RANGE) * STEPS_PER_UNIT;
  if (!(place > 0)) return table[0]!;
  if (place >= POINTS - 1) return table[POINTS - 1]!;
  const below = place | 0;
  const low = table[below]!;
  return low + (place - below) * (table[below + 1]! - low);
}

/** The normal distribution function (Abramowitz & Stegun 26.2.17; error below 7.5e-8). */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (poly * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  return z > 0 ? 1 - upper : upper;
}

/** Share of impressions that have a floor (64 % of slots of an iPinYou campaign), and where it lies. */
const FLOORED = 0.64;
const FLOOR_MEDIAN = 0.35;
const FLOOR_SIGMA = 0.5;

/**
 * The synthetic default: two log-normal crowds, a fifth of them paying three times as much, a tenth of impressions with
 * no other bid, and floors. Shaped after the quantiles of the iPinYou price histograms, fitted to nothing.
 */
export function syntheticLandscape(): Landscape {
  return new Landscape((price) => {
    const log = Math.log(price);
    const others = 0.1 + 0.9 * (0.8 * normalCdf(log / 0.6) + 0.2 * normalCdf((log - Math.log(3)) / 0.5));
    const floor = 1 - FLOORED + FLOORED * normalCdf((log - Math.log(FLOOR_MEDIAN)) / FLOOR_SIGMA);
    return others * floor;
  });
}
