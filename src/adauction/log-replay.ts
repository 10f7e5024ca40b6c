import { GavotteError, type RandomStream, randomStream } from '../kernel/index.ts';
import { LogBidder } from './log-replay-bidder.ts';
import { type PublishedRow, publishedRow } from './log-replay-published.ts';
import { type BidLog, readBidLog, type TrainTotals } from './log-replay-reader.ts';

/** Auctions of an episode; each has a budget of its own (RLB, WSDM 2017). */
const EPISODE = 1_000;
/** Samples of the bootstrap over episodes. */
const RESAMPLES = 2_000;

/** What `replayLog` is given. */
export interface ReplayLogOptions {
  /** Lines of `click price pCTR`. */
  readonly lines: AsyncIterable<string> | Iterable<string>;
  readonly kind: 'second-price' | 'first-price';
  /** Budgets as shares c0 of what the training days paid for each impression. */
  readonly shares: readonly number[];
  readonly train: TrainTotals;
  /** Told after each budget how many of `shares` are done. */
  readonly onProgress?: (done: number) => void;
}

/** What one budget came to; money in the log's CPM unit, as the published tables count it. */
export interface ReplayRow {
  readonly share: number;
  readonly budgetPerEpisode: number;
  readonly episodes: number;
  readonly impressions: number;
  readonly clicks: number;
  /** Where clicks would fall 95 times in 100 if the episodes were drawn again. */
  readonly clicksBetween: readonly [number, number];
  /** Sum of predicted click rates of what was won: what clicks would be, with less of their noise. */
  readonly expectedClicks: number;
  readonly cost: number;
  /** Cost over all episodes' budgets; the last, short episode has a whole budget too. */
  readonly utilisation: number;
  /** RLB on the same log and budget, where it is known; `null` elsewhere. */
  readonly rlb: PublishedRow | null;
}

/** A replay of a whole log. */
export interface ReplayReport {
  readonly kind: 'second-price' | 'first-price';
  readonly auctions: number;
  readonly logClicks: number;
  readonly rows: readonly ReplayRow[];
}

/**
 * Replays a real bid log through the delivery engine's bidding and pacing agents, once for each budget. Recipe of RLB
 * (Cai et al., "Real-time bidding by reinforcement learning in display advertising", WSDM 2017): episodes of 1000
 * auctions with a budget of floor(cost / impressions of training × c0 × 1000); bids are whole, at most 300 and at most
 * what is left; a bid at or above the price wins, and pays the price (second-price) or itself (first-price).
 * @throws GV_BAD_INPUT for a line that is no auction, or a share that buys nothing.
 */
export async function replayLog(options: ReplayLogOptions): Promise<ReplayReport> {
  const { train, kind, shares } = options;
  const budgets = shares.map((share) => {
    const budget = Math.floor((train.cost / train.impressions) * share * EPISODE);
    if (budget >= 1 && Number.isSafeInteger(budget)) return budget;
    throw new GavotteError('GV_BAD_INPUT', `budget share ${share} is no amount of money for an episode`, {
      fix: 'Give shares such as 0.03125 (1/32) to 0.5.',
    });
  });
  const log = await readBidLog(options.lines);
  const rows = shares.map((share, index) => {
    const row = replayBudget(log, { share, budget: budgets[index]!, kind, train });
    options.onProgress?.(index + 1);
    return row;
  });
  return { kind, auctions: log.auctions, logClicks: log.clicks, rows };
}

interface Setting {
  readonly share: number;
  readonly budget: number;
  readonly kind: 'second-price' | 'first-price';
  readonly train: TrainTotals;
}

function replayBudget(log: BidLog, { share, budget, kind, train }: Setting): ReplayRow {
  const bidder = new LogBidder({ kind, train, budget, auctions: EPISODE });
  const clicksByEpisode: number[] = [];
  const total = { impressions: 0, expectedClicks: 0, cost: 0 };
  for (let auction = 0; auction < log.auctions; auction += 1) {
    if (auction % EPISODE === 0) {
      bidder.begin();
      clicksByEpisode.push(0);
    }
    const price = log.price[auction]!;
    const bid = bidder.bid(log.rate[auction]!, String(auction));
    if (bid === 0) continue;
    if (bid < price) {
      bidder.lost(bid, price);
      continue;
    }
    const cost = kind === 'second-price' ? price : bid;
    bidder.won(bid, cost, price);
    total.impressions += 1;
    total.cost += cost;
    total.expectedClicks += log.rate[auction]!;
    clicksByEpisode[clicksByEpisode.length - 1]! += log.clicked[auction]!;
  }
  const episodes = clicksByEpisode.length;
  return {
    share,
    budgetPerEpisode: budget,
    episodes,
    ...total,
    clicks: sum(clicksByEpisode),
    clicksBetween: bootstrap(clicksByEpisode, randomStream('log replay: bootstrap')),
    utilisation: total.cost / (episodes * budget),
    rlb: kind === 'second-price' ? publishedRow(log, share) : null,
  };
}

/** The middle 95 % of sums over as many episodes drawn with replacement (percentile bootstrap, Efron 1979). */
function bootstrap(values: readonly number[], random: RandomStream): readonly [number, number] {
  const sums = Array.from({ length: RESAMPLES }, () => {
    let drawn = 0;
    for (let draw = 0; draw < values.length; draw += 1) drawn += values[random.int(values.length)]!;
    return drawn;
  }).sort((a, b) => a - b);
  return [sums[Math.floor(0.025 * RESAMPLES)]!, sums[Math.ceil(0.975 * RESAMPLES) - 1]!];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
