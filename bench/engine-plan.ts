import { TRAFFIC_SEGMENTS } from '../src/adauction/index.ts';
import { sampleCampaign } from '../src/campaign/index.ts';
import type { DealTerms, DeliveryCampaign, DeliveryPlan, Targeting } from '../src/delivery/index.ts';
import { type EpochMs, type Money, money, type RandomStream, randomStream } from '../src/kernel/index.ts';
import type { Ledger } from '../src/ledger/index.ts';

/** What a bidder of the benches runs. */
export interface BenchPlanOptions {
  readonly campaigns: number;
  readonly exchange: string;
  readonly seat: string;
  readonly deals: readonly BenchDeal[];
  /** Campaigns are in flight then. */
  readonly now: EpochMs;
}

/** A deal of the plan, before it has a campaign and an account. */
export type BenchDeal = Pick<DealTerms, 'dealId' | 'type' | 'cpm' | 'format'>;

const CAUSE = 'plan:bench';
const HOUR_MS = 3_600_000;
const CAMPAIGNS_PER_ADVERTISER = 50;
const CAMPAIGN_BUDGET = money(1_000_000_000_000, 'USD');
const DEAL_IMPRESSIONS = 100_000_000;
const COUNTRIES = ['USA', 'GBR', 'DEU', 'FRA', 'CAN', 'BRA', 'JPN'];

/**
 * Campaigns of advertisers with fifty each, of other prices, creatives, caps and targeting, all in flight now; the
 * money is plenty, so that what is measured is bidding.
 */
export function benchPlan(options: BenchPlanOptions): DeliveryPlan {
  const random = randomStream('bench-plan');
  const { now } = options;
  const start = (now - HOUR_MS) as EpochMs;
  const end = (now + 24 * HOUR_MS) as EpochMs;
  const campaigns = Array.from({ length: options.campaigns }, (_none, index) =>
    benchCampaign(random.split(`campaign ${index}`), index, options, start, end),
  );
  const deals = options.deals.map((deal, index): DealTerms => {
    const { id } = campaigns[index % campaigns.length]!;
    return {
      ...deal,
      exchange: options.exchange,
      campaign: id,
      account: `${accountOf(index % campaigns.length)}/${deal.dealId}`,
      reservation: `book-${deal.dealId}`,
      impressions: DEAL_IMPRESSIONS,
      start,
      end,
      countries: [],
      publishers: [],
      seat: options.seat,
      paused: false,
    };
  });
  return { campaigns, deals };
}

/** Opens the books as a desk leaves them for that plan. */
export async function openBenchBooks(ledger: Ledger, { campaigns, deals }: DeliveryPlan): Promise<void> {
  const cap = money(CAMPAIGN_BUDGET.amountMicros * campaigns.length * 2, 'USD');
  const accounts = campaigns.map(({ account }) => account);
  const advertisers = new Set(accounts.map((account) => account.slice(0, account.lastIndexOf('/'))));
  // All commands of one turn are one transaction.
  await Promise.all(
    ['acme', ...advertisers, ...accounts, ...deals.map(({ account }) => account)].map((account) =>
      ledger.open({ account, cap, cause: CAUSE }),
    ),
  );
  await Promise.all(
    deals.map(({ reservation: id, account, cpm }) =>
      ledger.reserve({ id, account, amount: dealMoney(cpm), memo: '', cause: CAUSE }),
    ),
  );
}

function dealMoney({ amountMicros, currency }: Money): Money {
  return money((amountMicros / 1000) * DEAL_IMPRESSIONS, currency);
}

function accountOf(index: number): string {
  return `acme/advertiser-${Math.floor(index / CAMPAIGNS_PER_ADVERTISER)}/campaign-${index}`;
}

function benchCampaign(
  random: RandomStream,
  index: number,
  { exchange, seat }: BenchPlanOptions,
  start: EpochMs,
  end: EpochMs,
): DeliveryCampaign {
  const sample = sampleCampaign({
    id: `campaign-${index}`,
    account: accountOf(index),
    budget: CAMPAIGN_BUDGET,
    dailyBudget: CAMPAIGN_BUDGET,
    maxCpm: money(3_000_000 + random.int(22) * 1_000_000, 'USD'),
    clickValue: money(500_000 + random.int(45) * 100_000, 'USD'),
    start,
    end,
    seats: { [exchange]: seat },
  });
  const frequencyCap = random.int(10) < 7 ? sample.frequencyCap : null;
  return {
    ...sample,
    frequencyCap,
    creatives: some(random, sample.creatives, 2 + random.int(5)),
    targeting: benchTargeting(random),
  };
}

/** About as much as campaigns have: a country or two, often a kind of inventory, devices or segments. */
function benchTargeting(random: RandomStream): Targeting {
  const share = (tenths: number) => random.int(10) < tenths;
  return {
    countries: share(8) ? some(random, COUNTRIES, 1 + random.int(2)) : [],
    inventory: share(4) ? some(random, ['site', 'app', 'dooh'] as const, 1 + random.int(2)) : [],
    domains: [],
    excludedDomains: share(3) ? some(random, BLOCKED, 2) : [],
    deviceTypes: share(3) ? some(random, [1, 2, 3, 4, 5], 2) : [],
    languages: share(2) ? ['en'] : [],
    segments: share(4) ? some(random, TRAFFIC_SEGMENTS, 1 + random.int(4)) : [],
  };
}

const BLOCKED = Array.from({ length: 20 }, (_none, index) => `blocked-${index}.example`);

/** So many of the list, in an order of chance. */
function some<T>(random: RandomStream, from: readonly T[], count: number): readonly T[] {
  const left = [...from];
  return Array.from(
    { length: Math.min(count, left.length) },
    () => left.splice(random.int(left.length), 1)[0]!,
  );
}
