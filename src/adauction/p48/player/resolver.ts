import type { BidRule } from '../auction.ts';
import type { StrategyMaker } from '../history.ts';
import { dayScore } from '../rules.ts';
import { type Cell, forecastDay } from './forecast.ts';
import { type Response, responseOf } from './response.ts';

/** Worths of a conversion that are tried, over the CPA limit. */
const WORTHS = Float64Array.from({ length: 40 }, (_none, n) => 0.4 * 8 ** (n / 39));

/** Value and cost by worth. */
interface Curve {
  readonly value: Float64Array;
  readonly cost: Float64Array;
}

/** What an advertiser has so far. */
interface Account {
  readonly value: number;
  readonly cost: number;
  readonly money: number;
  readonly cpaLimit: number;
}

/**
 * Solves the rest of the day anew in every tick. For each worth of a conversion: what bids of that worth bring until values
 * and prices change; then, in each of the futures that can follow, the worth that ends the day with the best score. It takes
 * the worth with the best mean. So it leaves the CPA limit when the market is too dear for it, as the score rewards. Making one computes tables that all its days share.
 */
export function resolver(): StrategyMaker {
  const response = responseOf();
  return ({ cpaLimit }) =>
    (view) => {
      const { block, futures } = forecastDay(view);
      const account = {
        value: view.past.reduce((sum, each) => sum + each.value, 0),
        cost: view.past.reduce((sum, each) => sum + each.cost, 0),
        money: view.remaining,
        cpaLimit,
      };
      const later = futures.map((cells) => curveOf(cells, cpaLimit, response));
      const best = bestNow(account, curveOf(block, cpaLimit, response), later);
      return bidRule(WORTHS[best]! * cpaLimit, block[0]!, response);
    };
}

/** The best bids for opportunities like `cell` when a conversion is worth `worth`. */
function bidRule(worth: number, { meanValue, price, deviation }: Cell, response: Response): BidRule {
  const reach = (worth * meanValue) / price;
  return {
    linear: worth * response.linear(reach, deviation),
    quadratic: (-response.bend(reach, deviation) * worth * worth) / price,
  };
}

function curveOf(cells: readonly Cell[], cpaLimit: number, response: Response): Curve {
  const value = new Float64Array(WORTHS.length);
  const cost = new Float64Array(WORTHS.length);
  for (const { count, meanValue, deviation, price } of cells)
    for (let n = 0; n < WORTHS.length; n += 1) {
      const reach = (WORTHS[n]! * cpaLimit * meanValue) / price;
      value[n]! += count * meanValue * response.value(reach, deviation);
      cost[n]! += count * price * response.cost(reach, deviation);
    }
  return { value, cost };
}

/** The place in `WORTHS` with the best mean over `later`. */
function bestNow(account: Account, now: Curve, later: readonly Curve[]): number {
  let best = 0;
  let most = -1;
  for (let n = 0; n < WORTHS.length; n += 1) {
    const share = now.cost[n]! > account.money ? account.money / now.cost[n]! : 1;
    const after = {
      ...account,
      value: account.value + share * now.value[n]!,
      cost: account.cost + share * now.cost[n]!,
      money: account.money - share * now.cost[n]!,
    };
    const total = later.reduce((sum, curve) => sum + bestLater(after, curve), 0);
    if (total <= most) continue;
    most = total;
    best = n;
  }
  return best;
}

/** The best score of a day that goes on with one worth until the money is out, or stops. */
function bestLater({ value, cost, money, cpaLimit }: Account, curve: Curve): number {
  let most = dayScore(value, cost, cpaLimit);
  for (let n = 0; n < WORTHS.length; n += 1) {
    const part = curve.cost[n]! > money ? money / curve.cost[n]! : 1;
    const score = dayScore(value + part * curve.value[n]!, cost + part * curve.cost[n]!, cpaLimit);
    if (score > most) most = score;
  }
  return most;
}
