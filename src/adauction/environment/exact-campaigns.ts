import { InProcessBlackboard } from '../../coordination/index.ts';
import {
  type AgentsContext,
  ClassicalAgents,
  type ClassicalTuning,
  DealBook,
  type OpenBid,
  Purse,
  RunningCampaign,
  TEAM_SCHEMA,
  TeamPolicy,
} from '../../delivery/index.ts';
import { type Clock, type EpochMs, micros, money, randomStream } from '../../kernel/index.ts';
import type { Creative } from '../../openrtb/index.ts';
import { advertiserOf, type Day, formatOf } from './day.ts';
import { ADVERTISERS, CAMPAIGNS, CREATIVES, FORMATS, SEGMENTS, TICK_MS, TICKS } from './scenario.ts';

/** Midnight of a Monday in UTC: when each exact day begins. */
export const DAY_START = Date.UTC(2027, 2, 1);
const HOUR_TICKS = 2;
/** Prices are bounded by what impressions are worth. */
const MAX_CPM = 1_000_000_000;

/** The clock of a day; whoever sleeps by it does not wake. */
export class DayClock implements Clock {
  at = DAY_START;

  now(): EpochMs {
    return this.at as EpochMs;
  }

  monotonic(): number {
    return this.at;
  }

  sleep(): Promise<void> {
    return new Promise(() => {});
  }
}

/** The bidder of a day: real agents and money, without ledger, exchange and other bidders. */
export interface DayBidder {
  readonly clock: DayClock;
  readonly campaigns: readonly RunningCampaign[];
  readonly agents: ClassicalAgents;
  readonly purse: Purse<OpenBid>;
}

/**
 * A bidder for the campaigns of a day. Those of an advertiser share one wallet that holds its budget; what came in the
 * hours of earlier days is known, as the closed form takes it to be.
 */
export function dayBidder(day: Day, tuning: ClassicalTuning): DayBidder {
  const clock = new DayClock();
  const purse = new Purse<OpenBid>('exact');
  const wallets = Array.from({ length: ADVERTISERS }, (_, advertiser) => {
    const wallet = purse.wallet({ account: `a${advertiser}`, currency: USD, reservation: null });
    wallet.epoch = 1;
    wallet.amount = day.budgets[advertiser]!;
    wallet.spendUntil = Number.POSITIVE_INFINITY;
    return wallet;
  });
  const campaigns = Array.from({ length: CAMPAIGNS }, (_, campaign) => {
    const running = new RunningCampaign(
      campaign,
      campaignOf(day, campaign),
      wallets[advertiserOf(campaign)]!,
    );
    running.groupFree = day.budgets[advertiserOf(campaign)]!;
    return running;
  });
  const context: AgentsContext = {
    clock,
    random: randomStream('exact'),
    blackboard: new InProcessBlackboard({ clock }),
    holder: 'exact',
    deals: new DealBook([]),
  };
  const team = new TeamPolicy({ schema: TEAM_SCHEMA, networks: {}, tuning: { ...tuning }, provenance: {} });
  const agents = new ClassicalAgents(campaigns, context, { team });
  for (const { index } of campaigns) {
    const { forecast } = agents.paceOf(index);
    for (let tick = 0; tick < TICKS; tick += HOUR_TICKS)
      forecast.learn(
        forecast.hourOfWeek(DAY_START + tick * TICK_MS),
        HOUR_TICKS * day.forecast[tick * FORMATS + formatOf(index)]!,
      );
  }
  return { clock, campaigns, agents, purse };
}

/** What a click is worth to a campaign, micros. */
function clickValue(day: Day, campaign: number): number {
  return meanValue(day, campaign) / (1_000 * day.clickRate);
}

/** Mean value of an impression over segments, CPM micros. */
export function meanValue(day: Day, campaign: number): number {
  let sum = 0;
  for (let segment = 0; segment < SEGMENTS; segment += 1) sum += day.value[campaign * SEGMENTS + segment]!;
  return sum / SEGMENTS;
}

const { currency: USD } = money(0, 'USD');

function campaignOf(day: Day, campaign: number): RunningCampaign['campaign'] {
  const budget = micros(day.budgets[advertiserOf(campaign)]!);
  return {
    id: `c${campaign}`,
    account: `a${advertiserOf(campaign)}/c${campaign}`,
    currency: USD,
    start: DAY_START as EpochMs,
    end: (DAY_START + TICKS * TICK_MS) as EpochMs,
    totalBudget: budget,
    dailyBudget: budget,
    hourlyLimit: null,
    maxCpm: micros(MAX_CPM),
    goal: { kind: 'clicks', value: money(Math.max(1, Math.round(clickValue(day, campaign))), 'USD') },
    frequencyCap: null,
    targeting: {
      countries: [],
      inventory: [],
      domains: [],
      excludedDomains: [],
      deviceTypes: [],
      languages: [],
      segments: [],
    },
    creatives: Array.from({ length: CREATIVES }, (_, index) => creativeOf(`c${campaign}-${index}`)),
    seats: {},
    openAuction: true,
    dsa: null,
    timeZone: 'UTC',
  };
}

function creativeOf(id: string): Creative {
  return {
    id,
    format: 'banner',
    adomain: [],
    cat: [],
    cattax: 1,
    attr: [],
    w: 300,
    h: 250,
    duration: 0,
    mime: 'text/html',
    protocol: 0,
    bitrate: 0,
    apis: [],
    btype: 2,
    language: '',
    bundle: '',
    assetUrl: 'https://example.com/a',
    clickUrl: 'https://example.com/c',
    imageUrl: '',
    native: undefined,
  };
}
