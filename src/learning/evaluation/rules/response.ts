import type { Landscape, Shading } from '../../../adauction/index.ts';

/** Places are tabled from −RANGE to RANGE, linear between. */
const RANGE = 10;
const STEPS_PER_UNIT = 32;
const POINTS = 2 * RANGE * STEPS_PER_UNIT + 1;

/** What a bidder knows of a market: how prices to beat lie around their level, and who pays what. */
export interface KnownMarket {
  readonly landscape: Landscape;
  readonly firstPrice: boolean;
}

/** What a bid comes to on average, by the logarithm of its worth over the price level. */
export class Response {
  readonly #cost = new Float64Array(POINTS);
  readonly #win = new Float64Array(POINTS);

  /**
   * @param shade the tuning’s factor on the shaded price.
   * @param shading how bids are made of worths, where not as classically.
   */
  constructor({ landscape, firstPrice }: KnownMarket, shade: number, shading?: Shading) {
    const classical = firstPrice ? (log: number) => landscape.shade(log) : undefined;
    const below = shading ?? classical;
    for (let point = 0; point < POINTS; point += 1) {
      const worth = point / STEPS_PER_UNIT - RANGE;
      const bid = below === undefined ? worth : Math.min(worth, worth + below(worth) + Math.log(shade));
      this.#win[point] = landscape.win(bid);
      this.#cost[point] = firstPrice ? Math.exp(bid) * landscape.win(bid) : landscape.secondPrice(bid);
    }
  }

  /** Mean cost over all auctions, 0 for those lost, relative to the level. */
  cost(log: number): number {
    return at(this.#cost, log);
  }

  /** Chance to win. */
  win(log: number): number {
    return at(this.#win, log);
  }
}

/** Responses of a rule’s bids by market: days of real prices have one each. */
export function responses(shade: number, shading?: Shading): (market: KnownMarket) => Response {
  const known = new Map<Landscape, Response>();
  return (market) => {
    const found = known.get(market.landscape) ?? new Response(market, shade, shading);
    known.set(market.landscape, found);
    return found;
  };
}

function at(table: Float64Array, log: number): number {
  const place = Math.min(POINTS - 1.001, Math.max(0, (log + RANGE) * STEPS_PER_UNIT));
  const below = place | 0;
  return table[below]! + (place - below) * (table[below + 1]! - table[below]!);
}
