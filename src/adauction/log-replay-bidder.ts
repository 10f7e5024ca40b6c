import {
  admits,
  BiddingAgent,
  FlightPlan,
  PacingAgent,
  TrafficForecast,
  UNCORRECTED,
} from '../delivery/index.ts';
import { type RandomStream, randomStream } from '../kernel/index.ts';
import type { TrainTotals } from './log-replay-reader.ts';

/** Bids of these replays are whole and at most this, in the log's CPM unit (RLB, WSDM 2017). */
export const MOST_BID = 300;
/** Micros of a CPM unit; the log's unit is taken for a currency's. */
const UNIT = 1_000_000;
/** What an impression bought at a CPM of one unit costs, in micros. */
const IMPRESSION = UNIT / 1_000;
/** A log has no clock: an auction is taken to come each second, so an episode lasts as many seconds. */
const AUCTION_MS = 1_000;
const CAMPAIGN = 'log';
const MARKET = 'log';

/**
 * One advertiser in a bid log: the delivery engine's bidding and pacing agents, as they serve. It knows what a bidder
 * would: the totals of its training days, the budget, and what came of its own bids. Its multiplier begins where the
 * training prices would spend the budget if all impressions were alike, and goes on from episode to episode.
 */
export class LogBidder {
  readonly #kind: 'second-price' | 'first-price';
  readonly #bidding: BiddingAgent;
  readonly #random: RandomStream = randomStream('log replay');
  readonly #clickValue: number;
  readonly #budget: number;
  readonly #auctions: number;
  #pacing = new PacingAgent();
  #plan: FlightPlan;
  #spent = 0;
  #at = 0;

  /** `budget` of an episode of `auctions`, in the log's CPM unit. */
  constructor(options: {
    readonly kind: 'second-price' | 'first-price';
    readonly train: TrainTotals;
    readonly budget: number;
    readonly auctions: number;
  }) {
    const { train, budget, auctions } = options;
    this.#kind = options.kind;
    this.#budget = budget * IMPRESSION;
    this.#auctions = auctions;
    // Clicks are all that counts, so their value is a scale: at λ = 0 the usual impression is worth the highest bid.
    const usualRate = train.clicks / train.impressions;
    this.#clickValue = (MOST_BID * UNIT) / usualRate;
    const firstBid = bidThatSpends(train, budget / auctions, options.kind);
    this.#bidding = new BiddingAgent({ lambda: MOST_BID / firstBid - 1 });
    this.#plan = this.#newPlan();
  }

  /** A new episode: a full budget, the multiplier and the market as they were learned. */
  begin(): void {
    this.#at = 0;
    this.#spent = 0;
    this.#pacing = new PacingAgent();
    this.#plan = this.#newPlan();
  }

  /** The bid for an impression with that predicted click rate, whole CPM units; 0 for none. `id` is any name of it. */
  bid(rate: number, id: string): number {
    this.#tick();
    if (!admits(id, 0, this.#pacing.throttle(CAMPAIGN))) return 0;
    const left = Math.floor((this.#budget - this.#spent) / IMPRESSION);
    const price = this.#bidding.act(
      {
        valueCpm: rate * this.#clickValue,
        floorCpm: 0,
        auction: this.#kind === 'second-price' ? 'second' : 'first',
        maxCpm: MOST_BID * UNIT,
        lambda: this.#bidding.lambda(CAMPAIGN),
        market: MARKET,
        shade: 1,
      },
      this.#random,
    );
    const bid = Math.min(left, MOST_BID, Math.floor(price / UNIT));
    if (bid > 0) this.#bidding.made(CAMPAIGN, bid * UNIT);
    return bid;
  }

  /** Bought at `cost`, where `price` was to beat; exchanges of both kinds tell winners that. CPM units. */
  won(bid: number, cost: number, price: number): void {
    this.#spent += cost * IMPRESSION;
    this.#bidding.won(MARKET, bid * UNIT, cost * UNIT, price * UNIT);
  }

  /** Lost: a first-price exchange tells what would have won, a second-price exchange does not. CPM units. */
  lost(bid: number, price: number): void {
    this.#bidding.lost(
      MARKET,
      bid * UNIT,
      undefined,
      this.#kind === 'first-price' ? price * UNIT : undefined,
    );
  }

  #tick(): void {
    this.#at += AUCTION_MS;
    const { targetMicrosNextTick } = this.#pacing.tick(
      CAMPAIGN,
      {
        at: this.#at,
        plan: this.#plan,
        spentMicros: this.#spent,
        hourSpentMicros: this.#spent,
        hourLimitMicros: null,
        levelCpm: this.#bidding.level(CAMPAIGN),
        correction: UNCORRECTED,
      },
      this.#random,
    );
    this.#bidding.tick(CAMPAIGN, this.#pacing.demand(CAMPAIGN), targetMicrosNextTick, AUCTION_MS);
  }

  #newPlan(): FlightPlan {
    const flight = {
      start: AUCTION_MS,
      end: (this.#auctions + 1) * AUCTION_MS,
      totalBudget: this.#budget,
      dailyBudget: this.#budget,
    };
    return new FlightPlan(flight, new TrafficForecast('UTC'));
  }
}

/** The lowest bid that spends at least `perAuction` on the training prices; the highest where none does. */
function bidThatSpends(train: TrainTotals, perAuction: number, kind: 'second-price' | 'first-price'): number {
  let won = 0;
  let paid = 0;
  for (let bid = 0; bid <= MOST_BID; bid += 1) {
    const count = train.priceCounts[bid] ?? 0;
    won += count;
    paid += count * bid;
    const spend = kind === 'second-price' ? paid : won * bid;
    if (bid > 0 && spend >= perAuction * train.impressions) return bid;
  }
  return MOST_BID;
}
