import { type Met, trafficLeft } from '../../../adauction/index.ts';
import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';
import { type KnownMarket, type Response, responses } from './response.ts';
import { memories, pacedBy } from './rule.ts';
import { ValueTable } from './value-table.ts';

const TICKS = 48;
/** Actions are multipliers: log(1 + λ) in steps from 0 to 4. */
const ACTION_STEP = 1 / 8;
const ACTIONS = 33;
/** Steps of money from none to what a day without a limit would spend. */
const MONEY_STEPS = 96;
/** Worth over price level is tabled in steps of this logarithm. */
const WORTH_STEP = 1 / 4;
/** On training days: deviation of log worths within a campaign, and of a tick’s log spend at one multiplier. */
const WORTH_SIGMA = 0.76;
const SPEND_SIGMA = 0.3;
/** A normal number for sums: places, and weights that are even before the density. */
const PLACES: readonly number[] = [-2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5];
const WEIGHTS = PLACES.map((place) => Math.exp((-place * place) / 2));
const WEIGHT = WEIGHTS.reduce((sum, each) => sum + each, 0);
/** Three places and chances with the moments of a normal number, as factors on spend. */
const FAR = Math.exp(Math.sqrt(3) * SPEND_SIGMA);
const LUCK = [
  { factor: 1 / FAR, chance: 1 / 6 },
  { factor: 1, chance: 2 / 3 },
  { factor: FAR, chance: 1 / 6 },
];

/** What one campaign has seen of its day: log worth and log price level on average, and requests. */
interface Seen {
  worth: number;
  level: number;
  requests: number;
}

/**
 * RLB (Cai et al., Real-time bidding by reinforcement learning in display advertising, WSDM 2017, algorithm 1): a Markov
 * decision process whose state is the time and the money left, solved by value iteration in a model of prices and values from
 * training days. Theirs steps auction by auction and its action is a price; ours steps tick by tick, of thousands of auctions,
 * and its action is the multiplier of all of them, which is what their prices come to when one auction moves the value of
 * money little. Theirs counts clicks, ours surplus. The model’s tables are by worth over price level; where a campaign
 * is among them it learns as the day goes, the part `rate` from the last tick.
 */
export function rlb(tuning: ClassicalTuning): Contender {
  const newest = Math.min(1, tuning.rate);
  const memory = memories((): Seen => ({ worth: 0, level: 0, requests: 0 }));
  const tableOf = tables(tuning.shade);
  return pacedBy('rlb', tuning, ({ left }, row, tick, env) => {
    const seen = memory(row, tick);
    see(seen, env.met(row), newest);
    const market = env.market(Math.floor(row / env.slots));
    // Money in price levels, for the requests of a day in all.
    const day = seen.requests / (1 - trafficLeft(tick));
    const money = (1_000 * left) / (Math.exp(seen.level) * day);
    const place = (seen.worth - seen.level) / WORTH_STEP;
    const below = Math.floor(place);
    const [less, more] = [below, below + 1].map((step) => tableOf(market, step).action(tick, money));
    return Math.exp(ACTION_STEP * (less! + (place - below) * (more! - less!)));
  });
}

/** Tables by market and steps of log worth over price level, each made when it is first asked for. */
function tables(shade: number): (market: KnownMarket, step: number) => ValueTable {
  const response = responses(shade);
  const made = new Map<Response, Map<number, ValueTable>>();
  return (market, step) => {
    const answers = response(market);
    const own = made.get(answers) ?? new Map<number, ValueTable>();
    made.set(answers, own);
    const table = own.get(step) ?? dayTable(answers, step * WORTH_STEP);
    own.set(step, table);
    return table;
  };
}

/**
 * The value of money by tick and money left, which is in price levels and for one request of the day.
 * @param worth logarithm of a campaign’s median worth over the price level.
 */
export function dayTable(response: Response, worth: number): ValueTable {
  const [spend, gain] = [new Float64Array(ACTIONS), new Float64Array(ACTIONS)];
  for (let action = 0; action < ACTIONS; action += 1)
    for (const [index, place] of PLACES.entries()) {
      const log = worth + WORTH_SIGMA * place;
      const weight = WEIGHTS[index]! / WEIGHT;
      const cost = response.cost(log - action * ACTION_STEP);
      spend[action]! += weight * cost;
      gain[action]! += weight * (Math.exp(log) * response.win(log - action * ACTION_STEP) - cost);
    }
  const requests = Float64Array.from(
    { length: TICKS },
    (_, tick) => trafficLeft(tick) - trafficLeft(tick + 1),
  );
  return new ValueTable({ requests, spend, gain, luck: LUCK, most: spend[0]!, steps: MONEY_STEPS });
}

/** Takes what was met in a tick to what was seen. */
function see(seen: Seen, { counts, worths, level }: Met, newest: number): void {
  let [count, worth] = [0, 0];
  for (let kind = 0; kind < counts.length; kind += 1) {
    count += counts[kind]!;
    worth += counts[kind]! * worths[kind]!;
  }
  const weight = seen.requests === 0 ? 1 : newest;
  seen.worth += weight * (worth / count - seen.worth);
  seen.level += weight * (level - seen.level);
  seen.requests += count;
}
