import { InProcessBlackboard } from '../../coordination/index.ts';
import {
  type Clock,
  type EpochMs,
  micros,
  money,
  type RandomStream,
  randomStream,
} from '../../kernel/index.ts';
import type { Notice } from '../../openrtb/index.ts';
import { DealBook } from '../deals/deal-book.ts';
import type { AgentsContext, EngineAgents } from '../engine-options.ts';
import { Purse } from '../money/purse.ts';
import type { OpenBid } from '../serving/candidate.ts';
import { RunningCampaign } from '../serving/running-campaign.ts';
import { campaignOf, creativeOf, NOON } from './request.ts';

const CREATIVES = 3;
const MARKET = 'exchange banner site';

/** A clock that is put forward by hand; whoever sleeps by it does not wake. */
export class HandClock implements Clock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  now(): EpochMs {
    return this.#now as EpochMs;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(): Promise<void> {
    return new Promise(() => {});
  }

  pass(ms: number): void {
    this.#now += ms;
  }
}

/** One decision of the agents, as a test compares them. */
export type Decision = readonly [campaign: number, creative: number, propensity: number, price: number];

/** Campaigns of one advertiser before a market that draws from a seed of its own, whatever the agents do. */
export class AgentsMarket {
  readonly clock = new HandClock(NOON);
  readonly campaigns: readonly RunningCampaign[];
  readonly context: AgentsContext;
  readonly decisions: Decision[] = [];
  readonly #chance: RandomStream;
  readonly #agentsChance: RandomStream;
  readonly #auction: 'first' | 'second';

  constructor(options: {
    readonly seed: number;
    readonly campaigns: number;
    readonly auction?: 'first' | 'second';
  }) {
    this.#chance = randomStream(options.seed);
    this.#agentsChance = randomStream('choices');
    this.#auction = options.auction ?? 'first';
    const purse = new Purse<OpenBid>('b1');
    this.campaigns = Array.from({ length: options.campaigns }, (_, index) => {
      const campaign = campaignOf({
        id: `c${index}`,
        account: `acme/spring/c${index}`,
        totalBudget: micros(20_000_000),
        dailyBudget: micros(20_000_000),
        goal: { kind: 'clicks', value: money(2_000_000, 'USD') },
        creatives: Array.from({ length: CREATIVES }, (__, each) => creativeOf({ id: `${index}-${each}` })),
      });
      const running = new RunningCampaign(index, campaign, purse.wallet({ ...campaign, reservation: null }));
      running.groupFree = 10_000_000 * options.campaigns;
      return running;
    });
    this.context = {
      clock: this.clock,
      random: randomStream('agents'),
      blackboard: new InProcessBlackboard({ clock: this.clock }),
      holder: 'b1',
      deals: new DealBook([]),
    };
  }

  /** `requests` come, each to all campaigns; the best bid wins if it beats what the market has. */
  ask(agents: Omit<EngineAgents, 'tick'>, requests: number): void {
    for (let each = 0; each < requests; each += 1) {
      const id = `r${this.#chance.int(1e9)}`;
      const rival = Math.round(3_000_000 * Math.exp(this.#chance.float() * 2 - 1));
      const [click, exposures] = [this.#chance.float(), this.#chance.int(4)];
      for (const running of this.campaigns) this.#bid(agents, running, { id, rival, click, exposures });
    }
  }

  #bid(
    agents: Omit<EngineAgents, 'tick'>,
    running: RunningCampaign,
    met: { readonly id: string; readonly rival: number; readonly click: number; readonly exposures: number },
  ): void {
    const { index } = running;
    if (!agents.admits(index, met.id)) return;
    const auction = this.#auction;
    const offer = { floorCpm: 500_000, auction, maxCpm: running.campaign.maxCpm, market: MARKET };
    const who = { segment: '', exposures: met.exposures };
    const choice = agents.choose(index, [0, 1, 2], who, this.#agentsChance);
    const price = agents.price(index, { ...offer, valueCpm: choice.valueCpm });
    this.decisions.push([index, choice.creative, choice.propensity, price]);
    if (!(price > 0)) return;
    running.bids += 1;
    const bid: OpenBid = {
      exchange: 'exchange',
      cappedUser: '',
      candidate: {
        ...choice,
        ...who,
        campaign: running,
        deal: undefined,
        priceCpmMicros: price,
        market: MARKET,
      },
    };
    const paid = auction === 'first' ? price : met.rival;
    // Of a notice agents read what it says of prices.
    const notice = { price: micros(Math.max(paid, met.rival)), minToWin: micros(met.rival) } as Notice;
    if (price < met.rival) {
      agents.lost(bid, notice);
      return;
    }
    running.wins += 1;
    running.openSpent += paid / 1_000;
    running.spentToday += paid / 1_000;
    agents.won(bid, notice);
    agents.billed(bid, notice, paid / 1_000);
    if (met.click < 0.004 * (1 + choice.creative)) agents.clicked(bid, notice);
  }
}
