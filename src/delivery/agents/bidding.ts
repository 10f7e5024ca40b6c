import type { RandomStream } from '../../kernel/index.ts';
import type { Agent, Policy } from './agent.ts';
import { WinModel } from './bidding-win-model.ts';
import { type GuardedPolicy, guarded, type Learned } from './guarded.ts';

/** What the bidding agent knows when it names a price. Prices are CPM micros in the campaign's currency. */
export interface BiddingObservation {
  readonly valueCpm: number;
  readonly floorCpm: number;
  readonly auction: 'first' | 'second';
  readonly maxCpm: number;
  /** The campaign's budget multiplier λ ≥ 0: a micro spent now takes λ micros of value from later. */
  readonly lambda: number;
  /** Which prices are alike; the key of a `WinModel`. */
  readonly market: string;
  /** Factor on the shaded price of a first-price auction; the price stays within the worth and the floor. */
  readonly shade: number;
}

/** What one bid brought: both in micros. */
export interface BiddingOutcome {
  /** Value of what came of the impression: its conversions (or clicks, or itself) at the goal's value. */
  readonly valueMicros: number;
  readonly costMicros: number;
}

/** What a market’s prices come from: `winChances` of its `WinModel`. */
export interface MarketState {
  readonly market: string;
  readonly winChances: readonly number[];
}

/** The bidding agent's reward: conversion value − cost, in micros. A lost bid is worth 0. */
export function biddingReward(outcome: BiddingOutcome): number {
  return outcome.valueMicros - outcome.costMicros;
}

/** Whether a price may leave: whole, within the cap, at or above the floor; 0 is no bid. */
export function isValidPrice(price: number, observation: BiddingObservation): boolean {
  if (price === 0) return true;
  return (
    Number.isSafeInteger(price) && price >= Math.max(observation.floorCpm, 1) && price <= observation.maxCpm
  );
}

/**
 * Largest multiplier. At a bid of a thousandth of the value, money is not the bidder's to steer any more: pacing
 * closes the tap.
 */
const MOST_LAMBDA = 1_000;
/** Largest step, in times of the target: one dear impression must not throw the multiplier away. */
const MOST_EXCESS = 30;

/**
 * The budget's shadow price λ by dual mirror descent: each step, (1 + λ) ← (1 + λ) · exp(η · (spend / target − 1)),
 * kept in [1, 1001]. It bids v / (1 + λ) (Balseiro & Gur, "Learning in repeated auctions with budgets", 2019;
 * Balseiro, Lu & Mirrokni, "The best of many worlds", 2022, with the entropic mirror map in 1 + λ, which can leave 0).
 */
export class DualMultiplier {
  readonly #rate: number;
  #paced: number;

  /** `rate` is η of a step of weight 1; `lambda` where it starts. */
  constructor(rate: number, lambda = 0) {
    this.#rate = rate;
    this.#paced = 1 + lambda;
  }

  get lambda(): number {
    return this.#paced - 1;
  }

  /** After `spend` where `target` was wanted, in micros; `weight` scales the step. With no target pacing has shut the tap, which says nothing of price. */
  step(spend: number, target: number, weight = 1): void {
    if (!(spend >= 0) || !(target > 0)) return;
    const excess = Math.min(spend / target - 1, MOST_EXCESS);
    this.#paced = Math.min(
      1 + MOST_LAMBDA,
      Math.max(1, this.#paced * Math.exp(this.#rate * weight * excess)),
    );
  }
}

/** More markets than this share the prior: what a stranger can name must not fill the memory (32 KB each). */
const MOST_MARKETS = 512;
const RATE_PER_SECOND = 0.02;
/** Weight of the newest bid in a campaign's level. */
const LEVEL_WEIGHT = 0.05;

/**
 * Bidding: the price of an impression. The baseline bids its value over (1 + λ); in a first-price auction it shades
 * that by the market's win model, in a second-price auction it bids it. A learned policy may take its place, guarded.
 * Its reward is `biddingReward`.
 */
export class BiddingAgent implements Agent<BiddingObservation, number, BiddingOutcome> {
  readonly name = 'bidding';
  readonly #markets = new Map<string, WinModel>();
  readonly #campaigns = new Map<string, { readonly dual: DualMultiplier; level: number }>();
  readonly #lambda: number;
  readonly #ratePerSecond: number;
  readonly #policy: Policy<BiddingObservation, number>;
  readonly #isLearned: boolean;
  /** Markets whose prices are others than when `takeMarkets` was last asked. */
  readonly #renewed = new Set<string>();

  /**
   * `lambda` is where a campaign's multiplier begins, `ratePerSecond` is η.
   * @defaultValue 0 and 0.02: at twice the target, 1 + λ doubles in about 35 s
   */
  constructor(
    options: {
      readonly lambda?: number;
      readonly ratePerSecond?: number;
      readonly learned?: Learned<BiddingObservation, number>;
    } = {},
  ) {
    this.#lambda = options.lambda ?? 0;
    this.#ratePerSecond = options.ratePerSecond ?? RATE_PER_SECOND;
    const baseline: Policy<BiddingObservation, number> = {
      name: 'dual-shading',
      version: '1',
      act: (observation) => this.price(observation),
    };
    this.#isLearned = options.learned !== undefined;
    this.#policy =
      options.learned === undefined ? baseline : guarded(options.learned, baseline, isValidPrice);
  }

  /** Who decides, and whether it is in quarantine. */
  get policy(): Policy<BiddingObservation, number> | GuardedPolicy<BiddingObservation, number> {
    return this.#policy;
  }

  /** The CPM to bid, in whole micros; 0 for no bid. */
  act(observation: BiddingObservation, random: RandomStream): number {
    return this.#policy.act(observation, random);
  }

  reward(outcome: BiddingOutcome): number {
    return biddingReward(outcome);
  }

  /** What `act` does not exceed for a value up to this one: the baseline's price grows with the value. */
  most(observation: BiddingObservation): number {
    return this.#isLearned ? observation.maxCpm : this.price(observation);
  }

  /** The baseline's price: 0, or a whole CPM at or above the floor and never above the value or the cap. */
  price(observation: BiddingObservation): number {
    const { valueCpm, floorCpm, maxCpm } = observation;
    const worth = valueCpm / (1 + Math.max(observation.lambda, 0));
    const floor = Math.max(1, Math.ceil(Math.max(floorCpm, 0)));
    // Written so that a NaN anywhere is no bid.
    if (!(worth >= floor) || !(maxCpm >= floor)) return 0;
    const most = Math.floor(Math.min(worth, maxCpm));
    if (observation.auction === 'second') return most;
    const model = this.#markets.get(observation.market) ?? UNKNOWN_MARKET;
    const shaded = model.shade(worth, floor);
    if (observation.shade === 1) return Math.min(most, shaded);
    return Math.min(most, Math.max(floor, Math.floor(shaded * observation.shade)));
  }

  /**
   * A bid won at `clearingCpm`. In a second-price auction that is the price that was to beat; in a first-price auction
   * it is our own bid and tells nothing, unless the exchange names `minToWin` too. CPM micros.
   */
  won(market: string, bidCpm: number, clearingCpm: number | undefined, minToWin: number | undefined): void {
    const told = clearingCpm !== undefined && clearingCpm < bidCpm ? clearingCpm : undefined;
    this.#learn(market, (model) => model.won(bidCpm, minToWin ?? told));
  }

  /** A bid lost; `clearingCpm` is what another won with and `minToWin` what would have won, where told. CPM micros. */
  lost(market: string, bidCpm: number, clearingCpm: number | undefined, minToWin: number | undefined): void {
    this.#learn(market, (model) => model.lost(bidCpm, minToWin ?? clearingCpm));
  }

  /**
   * Once a tick of `elapsedMs`: what the campaign spent, and what pacing wanted it to, in micros. Where pacing let
   * through only a part of the requests, give `PacingAgent.demand`: the multiplier answers to what all of them would
   * have cost, so that the tap opens again.
   */
  tick(campaign: string, spend: number, target: number, elapsedMs = 1_000): void {
    this.#campaign(campaign).dual.step(spend, target, elapsedMs / 1_000);
  }

  /** The campaign's budget multiplier λ. */
  lambda(campaign: string): number {
    return this.#campaigns.get(campaign)?.dual.lambda ?? this.#lambda;
  }

  /** Notes a bid that was made, for `level`. CPM micros. */
  made(campaign: string, bidCpm: number): void {
    const state = this.#campaign(campaign);
    state.level += (state.level === 0 ? 1 : LEVEL_WEIGHT) * (bidCpm - state.level);
  }

  /** What the campaign bids of late, for the blackboard: a moving average of its bids in CPM micros; 0 before any. */
  level(campaign: string): number {
    return this.#campaigns.get(campaign)?.level ?? 0;
  }

  /** Chance to win with a bid of `cpm` in `market`; 0.5 where nothing is known. */
  winRate(market: string, cpm: number): number {
    return (this.#markets.get(market) ?? UNKNOWN_MARKET).winRate(cpm);
  }

  #campaign(campaign: string): { readonly dual: DualMultiplier; level: number } {
    let state = this.#campaigns.get(campaign);
    if (state === undefined) {
      state = { dual: new DualMultiplier(this.#ratePerSecond, this.#lambda), level: 0 };
      this.#campaigns.set(campaign, state);
    }
    return state;
  }

  /** Whether some market’s prices were worked out anew since `takeMarkets` last told. */
  get isRenewed(): boolean {
    return this.#renewed.size > 0;
  }

  /** What prices come from, of the markets that were worked out anew since the last call, or of all. */
  takeMarkets(all: boolean): readonly MarketState[] {
    const names = all ? this.#markets.keys() : this.#renewed;
    const states = [...names].map((market) => ({
      market,
      winChances: this.#markets.get(market)!.winChances,
    }));
    this.#renewed.clear();
    return states;
  }

  /** Prices a market as it was told. */
  restoreMarket({ market, winChances }: MarketState): void {
    this.#market(market)?.restore(winChances);
  }

  #learn(market: string, from: (model: WinModel) => void): void {
    const model = this.#market(market);
    if (model === undefined) return;
    const { refreshes } = model;
    from(model);
    if (model.refreshes !== refreshes) this.#renewed.add(market);
  }

  #market(market: string): WinModel | undefined {
    const known = this.#markets.get(market);
    if (known !== undefined || this.#markets.size >= MOST_MARKETS) return known;
    const model = new WinModel();
    this.#markets.set(market, model);
    return model;
  }
}

/** Prices by the prior alone. */
const UNKNOWN_MARKET = new WinModel();
